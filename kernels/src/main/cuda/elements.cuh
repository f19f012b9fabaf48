// Elements in global memory: float or bfloat16, told apart by a flag that is the same for a whole
// launch. Arithmetic is always float32; a store rounds to nearest even.
#pragma once
#include <cuda_bf16.h>
#include <stdint.h>

typedef __nv_bfloat16 bf16;

// Elements that one thread moves at once when rows and addresses allow it.
constexpr int VECTOR = 8;

__device__ __forceinline__ float load(const void* base, long long index, int isBf16) {
  return isBf16 ? __bfloat162float(static_cast<const bf16*>(base)[index])
                : static_cast<const float*>(base)[index];
}

__device__ __forceinline__ void store(void* base, long long index, int isBf16, float value) {
  if (isBf16) {
    static_cast<bf16*>(base)[index] = __float2bfloat16_rn(value);
  } else {
    static_cast<float*>(base)[index] = value;
  }
}

// A value as it would be after a store and a load.
__device__ __forceinline__ float rounded(float value, int isBf16) {
  return isBf16 ? __bfloat162float(__float2bfloat16_rn(value)) : value;
}

__device__ __forceinline__ uint32_t pack(float low, float high) {
  __nv_bfloat162 pair = __floats2bfloat162_rn(low, high);
  return *reinterpret_cast<uint32_t*>(&pair);
}

__device__ __forceinline__ float lowHalf(uint32_t pair) { return __uint_as_float(pair << 16); }

__device__ __forceinline__ float highHalf(uint32_t pair) {
  return __uint_as_float(pair & 0xffff0000u);
}

// As many floats as one access holds. Where neighbouring threads take neighbouring elements, floats go
// so many at a time: with VECTOR of them every access would ask for one half of each sector.
constexpr int FLOATS = 4;

// N neighbours; VECTOR or FLOATS of them only from an address that is a multiple of their size, or of
// 16 bytes.
template <int N>
__device__ __forceinline__ void loadVector(
    float (&values)[N], const void* base, long long index, int isBf16) {
  if constexpr (N == FLOATS) {
    if (isBf16) {
      uint2 raw = *reinterpret_cast<const uint2*>(static_cast<const bf16*>(base) + index);
      values[0] = lowHalf(raw.x);
      values[1] = highHalf(raw.x);
      values[2] = lowHalf(raw.y);
      values[3] = highHalf(raw.y);
    } else {
      float4 four = *reinterpret_cast<const float4*>(static_cast<const float*>(base) + index);
      values[0] = four.x;
      values[1] = four.y;
      values[2] = four.z;
      values[3] = four.w;
    }
  } else if constexpr (N != VECTOR) {
#pragma unroll
    for (int i = 0; i < N; i++) {
      values[i] = load(base, index + i, isBf16);
    }
  } else if (isBf16) {
    uint4 raw = *reinterpret_cast<const uint4*>(static_cast<const bf16*>(base) + index);
    uint32_t pairs[4] = {raw.x, raw.y, raw.z, raw.w};
#pragma unroll
    for (int i = 0; i < 4; i++) {
      values[2 * i] = lowHalf(pairs[i]);
      values[2 * i + 1] = highHalf(pairs[i]);
    }
  } else {
    const float4* from = reinterpret_cast<const float4*>(static_cast<const float*>(base) + index);
#pragma unroll
    for (int i = 0; i < 2; i++) {
      float4 four = from[i];
      values[4 * i] = four.x;
      values[4 * i + 1] = four.y;
      values[4 * i + 2] = four.z;
      values[4 * i + 3] = four.w;
    }
  }
}

template <int N>
__device__ __forceinline__ void storeVector(
    void* base, long long index, int isBf16, const float (&values)[N]) {
  if constexpr (N == FLOATS) {
    if (isBf16) {
      *reinterpret_cast<uint2*>(static_cast<bf16*>(base) + index) =
          make_uint2(pack(values[0], values[1]), pack(values[2], values[3]));
    } else {
      *reinterpret_cast<float4*>(static_cast<float*>(base) + index) =
          make_float4(values[0], values[1], values[2], values[3]);
    }
  } else if constexpr (N != VECTOR) {
#pragma unroll
    for (int i = 0; i < N; i++) {
      store(base, index + i, isBf16, values[i]);
    }
  } else if (isBf16) {
    *reinterpret_cast<uint4*>(static_cast<bf16*>(base) + index) =
        make_uint4(
            pack(values[0], values[1]),
            pack(values[2], values[3]),
            pack(values[4], values[5]),
            pack(values[6], values[7]));
  } else {
    float4* to = reinterpret_cast<float4*>(static_cast<float*>(base) + index);
    to[0] = make_float4(values[0], values[1], values[2], values[3]);
    to[1] = make_float4(values[4], values[5], values[6], values[7]);
  }
}

// Whether vectors can be read from and written to all these addresses.
template <class... Pointers>
__device__ __forceinline__ bool aligned(Pointers... pointers) {
  return ((reinterpret_cast<uintptr_t>(pointers) | ...) & 15) == 0;
}

// Index of this thread in a one-dimensional grid that may have more than 2^31 threads.
__device__ __forceinline__ long long globalThread() {
  return static_cast<long long>(blockIdx.x) * blockDim.x + threadIdx.x;
}

// Threads of a one-dimensional grid.
__device__ __forceinline__ long long globalThreads() {
  return static_cast<long long>(gridDim.x) * blockDim.x;
}
