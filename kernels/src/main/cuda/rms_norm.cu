// Root mean square normalisation of each row, with the rotation that follows it in attention.
//
//   rms_norm       out = x / sqrt(mean(x^2) + eps) * weight
//   rms_norm_rope  out = rotated(round(rms_norm(x))): of each pair (2i, 2i + 1) of a head by the angle
//                  of its token
//
// x and out are [rows, features] of one of the two types, and out may be x; weight is [features] of
// either type; cos and sin are float, [rows, headDim / 2]. Any sizes. Global memory: x and out once,
// as the second pass over a row finds it in the cache; 4 * headDim bytes of angles for each row.
//
// Grid: one block of 256 threads for each row.
#include "reductions.cuh"
#include "rotation.cuh"

constexpr int THREADS = 256;
constexpr int WARPS = THREADS / 32;

// Normalises the row of this block, N elements at a time, and passes them through finish(values, i).
template <int N, class Finish>
__device__ __forceinline__ void normalise(
    void* out, const void* x, int isBf16, const void* weight, int weightBf16, int features,
    float eps, Finish finish) {
  __shared__ float partial[WARPS];
  long long row = static_cast<long long>(blockIdx.x) * features;
  float squares = 0.0f;
  for (int i = threadIdx.x * N; i < features; i += THREADS * N) {
    float values[N];
    loadVector<N>(values, x, row + i, isBf16);
#pragma unroll
    for (int j = 0; j < N; j++) {
      squares = fmaf(values[j], values[j], squares);
    }
  }
  float factor = 1.0f / sqrtf(blockSum<WARPS>(squares, partial) / features + eps);
  for (int i = threadIdx.x * N; i < features; i += THREADS * N) {
    float values[N];
    float weights[N];
    loadVector<N>(values, x, row + i, isBf16);
    loadVector<N>(weights, weight, i, weightBf16);
#pragma unroll
    for (int j = 0; j < N; j++) {
      values[j] *= factor * weights[j];
    }
    finish(values, i);
    storeVector<N>(out, row + i, isBf16, values);
  }
}

extern "C" __global__ void __launch_bounds__(THREADS) rms_norm(
    void* out, const void* x, int isBf16, const void* weight, int weightBf16, int features,
    float eps) {
  auto nothing = [](auto&, int) {};
  if (features % VECTOR == 0 && aligned(out, x, weight)) {
    normalise<VECTOR>(out, x, isBf16, weight, weightBf16, features, eps, nothing);
  } else {
    normalise<1>(out, x, isBf16, weight, weightBf16, features, eps, nothing);
  }
}

extern "C" __global__ void __launch_bounds__(THREADS) rms_norm_rope(
    void* out, const void* x, int isBf16, const void* weight, int weightBf16, const float* cosines,
    const float* sines, int headDim, int features, float eps) {
  auto rotate = [&](auto& values, int i) {
    for (float& value : values) {
      value = rounded(value, isBf16);
    }
    rotatePairs(values, cosines, sines, blockIdx.x, i % headDim, headDim);
  };
  if (headDim % VECTOR == 0 && aligned(out, x, weight, cosines, sines)) {
    normalise<VECTOR>(out, x, isBf16, weight, weightBf16, features, eps, rotate);
  } else {
    normalise<2>(out, x, isBf16, weight, weightBf16, features, eps, rotate);
  }
}
