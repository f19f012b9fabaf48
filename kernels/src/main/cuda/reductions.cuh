// Sums over the threads of a warp and of a block.
#pragma once

constexpr unsigned ALL_LANES = 0xffffffffu;

__device__ __forceinline__ float warpSum(float value) {
#pragma unroll
  for (int distance = 16; distance > 0; distance /= 2) {
    value += __shfl_xor_sync(ALL_LANES, value, distance);
  }
  return value;
}

// The sum over a block of WARPS warps, known to every thread. `partial` is shared memory of WARPS
// floats that no earlier call uses.
template <int WARPS>
__device__ __forceinline__ float blockSum(float value, float* partial) {
  int lane = threadIdx.x % 32;
  value = warpSum(value);
  if (lane == 0) {
    partial[threadIdx.x / 32] = value;
  }
  __syncthreads();
  return warpSum(lane < WARPS ? partial[lane] : 0.0f);
}
