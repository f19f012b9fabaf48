// Element-wise functions of one operand.
//
//   activate  out = activation(x)
//   clamp     out = x limited to [low, high]; NaN stays NaN
//
// x and out are of one of the two types, count elements, and out may be x. Global memory: x and out
// once.
//
// Grid: any number of blocks; a thread takes every so-many-th group of elements.
#include "activation.cuh"
#include "elements.cuh"

template <int N, class Function>
__device__ __forceinline__ void apply(
    void* out, const void* x, int isBf16, long long count, Function function) {
  for (long long i = globalThread() * N; i < count; i += globalThreads() * N) {
    float values[N];
    loadVector<N>(values, x, i, isBf16);
#pragma unroll
    for (int j = 0; j < N; j++) {
      values[j] = function(values[j]);
    }
    storeVector<N>(out, i, isBf16, values);
  }
}

template <class Function>
__device__ __forceinline__ void applyAll(
    void* out, const void* x, int isBf16, long long count, Function function) {
  if (count % VECTOR == 0 && aligned(out, x)) {
    apply<VECTOR>(out, x, isBf16, count, function);
  } else {
    apply<1>(out, x, isBf16, count, function);
  }
}

extern "C" __global__ void __launch_bounds__(256) activate(
    void* out, const void* x, int isBf16, long long count, int activation) {
  applyAll(out, x, isBf16, count, [=](float value) { return activate(value, activation); });
}

extern "C" __global__ void __launch_bounds__(256) clamp(
    void* x, int isBf16, long long count, float low, float high) {
  applyAll(x, x, isBf16, count, [=](float value) {
    return value < low ? low : value > high ? high : value;
  });
}
