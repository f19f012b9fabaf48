// Rotary position embedding in place: each pair (2i, 2i + 1) of a head by the angle of its token.
//
// x is [tokens, features] of one of the two types; cos and sin are float, [tokens, headDim / 2]. Any
// sizes with an even headDim. Global memory: x twice, 4 * headDim bytes of angles for each token.
//
// Grid: any number of blocks; a thread takes every so-many-th group of elements.
#include "rotation.cuh"

template <int N>
__device__ __forceinline__ void rotate(
    void* x, int isBf16, const float* cosines, const float* sines, long long tokens, int features,
    int headDim) {
  for (long long i = globalThread() * N; i < tokens * features; i += globalThreads() * N) {
    float values[N];
    loadVector<N>(values, x, i, isBf16);
    long long token = i / features;
    int element = static_cast<int>(i - token * features) % headDim;
    rotatePairs(values, cosines, sines, token, element, headDim);
    storeVector<N>(x, i, isBf16, values);
  }
}

extern "C" __global__ void __launch_bounds__(256) rope(
    void* x, int isBf16, const float* cosines, const float* sines, long long tokens, int features,
    int headDim) {
  if (headDim % VECTOR == 0 && aligned(x)) {
    rotate<VECTOR>(x, isBf16, cosines, sines, tokens, features, headDim);
  } else {
    rotate<2>(x, isBf16, cosines, sines, tokens, features, headDim);
  }
}
