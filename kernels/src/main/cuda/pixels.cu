// Pictures that networks made, on their way to people.
//
//   to_pixels  out = 255 * clamp(x / 2 + 0.5, 0, 1), rounded half to even
//   is_finite  sets *infinite, which must have been 0, to 1 if an element of x is not finite
//
// x has count elements of one of the two types, out as many bytes; infinite is one int. Global
// memory: x once, out once.
//
// Grid: any number of blocks; a thread takes every so-many-th group of elements.
#include "elements.cuh"

// The product with 255 is exact in float64, so only the rounding to a whole number rounds.
__device__ __forceinline__ uint32_t pixel(float value) {
  float unit = fminf(fmaxf(value * 0.5f + 0.5f, 0.0f), 1.0f);
  return static_cast<uint32_t>(__double2int_rn(unit * 255.0));
}

extern "C" __global__ void __launch_bounds__(256) to_pixels(
    unsigned char* out, const void* x, int isBf16, long long count) {
  if (count % VECTOR == 0 && aligned(out, x)) {
    for (long long i = globalThread() * VECTOR; i < count; i += globalThreads() * VECTOR) {
      float values[VECTOR];
      loadVector<VECTOR>(values, x, i, isBf16);
      uint32_t words[2] = {};
#pragma unroll
      for (int j = 0; j < VECTOR; j++) {
        words[j / 4] |= pixel(values[j]) << (8 * (j % 4));
      }
      *reinterpret_cast<uint2*>(out + i) = make_uint2(words[0], words[1]);
    }
  } else {
    for (long long i = globalThread(); i < count; i += globalThreads()) {
      out[i] = static_cast<unsigned char>(pixel(load(x, i, isBf16)));
    }
  }
}

template <int N>
__device__ __forceinline__ bool anyInfinite(const void* x, int isBf16, long long count) {
  bool any = false;
  for (long long i = globalThread() * N; i < count; i += globalThreads() * N) {
    float values[N];
    loadVector<N>(values, x, i, isBf16);
#pragma unroll
    for (int j = 0; j < N; j++) {
      any = any || !(fabsf(values[j]) < INFINITY);
    }
  }
  return any;
}

extern "C" __global__ void __launch_bounds__(256) is_finite(
    int* infinite, const void* x, int isBf16, long long count) {
  bool any = count % VECTOR == 0 && aligned(x) ? anyInfinite<VECTOR>(x, isBf16, count)
                                               : anyInfinite<1>(x, isBf16, count);
  if (any) {
    atomicOr(infinite, 1);
  }
}
