// The norm of the Wan VAE: each pixel's channels by their Euclidean norm, then an activation.
//
//   out = activation(x / max(|x|, 1e-12) * sqrt(channels) * gamma)
//
// x and out are [pixels, channels] of one of the two types, and out may be x; gamma is [channels] of
// either type. Any sizes. Global memory: x and out once, as the second pass over a pixel finds it in
// the cache.
//
// Grid: one warp for each pixel, 8 in a block of 256 threads.
#include "activation.cuh"
#include "elements.cuh"
#include "reductions.cuh"

constexpr int THREADS = 256;

template <int N>
__device__ __forceinline__ void normalise(
    void* out, const void* x, int isBf16, const void* gamma, int gammaBf16, long long first,
    int channels, int activation) {
  float squares = 0.0f;
  for (int i = threadIdx.x % 32 * N; i < channels; i += 32 * N) {
    float values[N];
    loadVector<N>(values, x, first + i, isBf16);
#pragma unroll
    for (int j = 0; j < N; j++) {
      squares = fmaf(values[j], values[j], squares);
    }
  }
  float norm = fmaxf(sqrtf(warpSum(squares)), 1e-12f);
  float factor = sqrtf(static_cast<float>(channels)) / norm;
  for (int i = threadIdx.x % 32 * N; i < channels; i += 32 * N) {
    float values[N];
    float gammas[N];
    loadVector<N>(values, x, first + i, isBf16);
    loadVector<N>(gammas, gamma, i, gammaBf16);
#pragma unroll
    for (int j = 0; j < N; j++) {
      values[j] = activate(values[j] * factor * gammas[j], activation);
    }
    storeVector<N>(out, first + i, isBf16, values);
  }
}

extern "C" __global__ void __launch_bounds__(THREADS) channel_norm(
    void* out, const void* x, int isBf16, const void* gamma, int gammaBf16, long long pixels,
    int channels, int activation) {
  long long pixel = globalThread() / 32;
  if (pixel >= pixels) {
    return;
  }
  if (channels % VECTOR == 0 && aligned(out, x, gamma)) {
    normalise<VECTOR>(out, x, isBf16, gamma, gammaBf16, pixel * channels, channels, activation);
  } else {
    normalise<1>(out, x, isBf16, gamma, gammaBf16, pixel * channels, channels, activation);
  }
}
