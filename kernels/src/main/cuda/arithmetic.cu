// out = a + b and out = a * b.
//
// a and out are of one of the two types, count elements, and out may be a; b is of either type, and
// its repeated elements repeat over a; count is a multiple of repeated. Global memory: a and out
// once; b once, or from the cache.
//
// Grid: any number of blocks; a thread takes every so-many-th group of elements.
#include "elements.cuh"

template <int N, class Function>
__device__ __forceinline__ void combine(
    void* out, const void* a, int aBf16, const void* b, int bBf16, long long count,
    long long repeated, Function function) {
  for (long long i = globalThread() * N; i < count; i += globalThreads() * N) {
    float left[N];
    float right[N];
    loadVector<N>(left, a, i, aBf16);
    loadVector<N>(right, b, repeated == count ? i : i % repeated, bBf16);
#pragma unroll
    for (int j = 0; j < N; j++) {
      left[j] = function(left[j], right[j]);
    }
    storeVector<N>(out, i, aBf16, left);
  }
}

template <class Function>
__device__ __forceinline__ void combineAll(
    void* out, const void* a, int aBf16, const void* b, int bBf16, long long count,
    long long repeated, Function function) {
  if (repeated % VECTOR == 0 && aligned(out, a, b)) {
    combine<VECTOR>(out, a, aBf16, b, bBf16, count, repeated, function);
  } else {
    combine<1>(out, a, aBf16, b, bBf16, count, repeated, function);
  }
}

extern "C" __global__ void __launch_bounds__(256) add(
    void* out, const void* a, int aBf16, const void* b, int bBf16, long long count,
    long long repeated) {
  combineAll(out, a, aBf16, b, bBf16, count, repeated, [](float x, float y) { return x + y; });
}

extern "C" __global__ void __launch_bounds__(256) multiply(
    void* out, const void* a, int aBf16, const void* b, int bBf16, long long count,
    long long repeated) {
  combineAll(out, a, aBf16, b, bBf16, count, repeated, [](float x, float y) { return x * y; });
}
