// Layer normalisation of each row, with what follows it in a transformer block.
//
//   layer_norm      out = normalised(x) * weight + bias
//   ada_layer_norm  out = normalised(x) * (1 + scale) + shift
//
// x and out are [rows, features] of one of the two types; weight and bias are [features] of either
// type or null; shift and scale are float, [features] (stride 0) or [rows, features]. Any sizes.
// Global memory: x and out once, as the later passes over a row find it in the cache.
//
// Grid: one block of 256 threads for each row.
#include "elements.cuh"
#include "reductions.cuh"

constexpr int THREADS = 256;
constexpr int WARPS = THREADS / 32;

// out[i] = affine(normalised x, i) over the row of this block.
template <int N, class Affine>
__device__ __forceinline__ void normalise(
    void* out, const void* x, int isBf16, int features, float eps, Affine affine) {
  __shared__ float partial[3][WARPS];
  long long row = static_cast<long long>(blockIdx.x) * features;
  float sum = 0.0f;
  for (int i = threadIdx.x * N; i < features; i += THREADS * N) {
    float values[N];
    loadVector<N>(values, x, row + i, isBf16);
#pragma unroll
    for (int j = 0; j < N; j++) {
      sum += values[j];
    }
  }
  float mean = blockSum<WARPS>(sum, partial[0]) / features;
  // A mean that is large beside the deviations is not exact enough: what it lacks is summed too.
  float lack = 0.0f;
  float squares = 0.0f;
  for (int i = threadIdx.x * N; i < features; i += THREADS * N) {
    float values[N];
    loadVector<N>(values, x, row + i, isBf16);
#pragma unroll
    for (int j = 0; j < N; j++) {
      float centred = values[j] - mean;
      lack += centred;
      squares = fmaf(centred, centred, squares);
    }
  }
  lack = blockSum<WARPS>(lack, partial[1]) / features;
  float variance = blockSum<WARPS>(squares, partial[2]) / features - lack * lack;
  float factor = 1.0f / sqrtf(variance + eps);
  for (int i = threadIdx.x * N; i < features; i += THREADS * N) {
    float values[N];
    loadVector<N>(values, x, row + i, isBf16);
#pragma unroll
    for (int j = 0; j < N; j++) {
      values[j] = affine((values[j] - mean - lack) * factor, i + j);
    }
    storeVector<N>(out, row + i, isBf16, values);
  }
}

template <class Affine>
__device__ __forceinline__ void normaliseRow(
    void* out, const void* x, int isBf16, int features, float eps, Affine affine) {
  if (features % VECTOR == 0 && aligned(out, x)) {
    normalise<VECTOR>(out, x, isBf16, features, eps, affine);
  } else {
    normalise<1>(out, x, isBf16, features, eps, affine);
  }
}

extern "C" __global__ void __launch_bounds__(THREADS) layer_norm(
    void* out, const void* x, int isBf16, const void* weight, int weightBf16, const void* bias,
    int biasBf16, int features, float eps) {
  normaliseRow(out, x, isBf16, features, eps, [&](float value, int i) {
    if (weight != nullptr) {
      value *= load(weight, i, weightBf16);
    }
    return bias == nullptr ? value : value + load(bias, i, biasBf16);
  });
}

extern "C" __global__ void __launch_bounds__(THREADS) ada_layer_norm(
    void* out, const void* x, int isBf16, const float* shift, long long shiftStride,
    const float* scale, long long scaleStride, int features, float eps) {
  shift += blockIdx.x * shiftStride;
  scale += blockIdx.x * scaleStride;
  normaliseRow(out, x, isBf16, features, eps, [&](float value, int i) {
    return fmaf(value, 1.0f + scale[i], shift[i]);
  });
}
