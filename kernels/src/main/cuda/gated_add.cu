// x += y * gate, rounded once.
//
// x and y are [rows, features], each of one of the two types; gate is float, [features] (gateStride
// 0) or [rows, features]. Any sizes. Global memory: x twice, y once, a gate for each row if it has
// rows.
//
// Grid: any number of blocks; a thread takes every so-many-th group of elements.
#include "elements.cuh"

template <int N>
__device__ __forceinline__ void addGated(
    void* x, int xBf16, const void* y, int yBf16, const float* gate, long long gateStride,
    long long rows, int features) {
  for (long long i = globalThread() * N; i < rows * features; i += globalThreads() * N) {
    float values[N];
    float added[N];
    loadVector<N>(values, x, i, xBf16);
    loadVector<N>(added, y, i, yBf16);
    long long row = i / features;
    const float* gates = gate + row * gateStride + (i - row * features);
#pragma unroll
    for (int j = 0; j < N; j++) {
      values[j] = fmaf(added[j], gates[j], values[j]);
    }
    storeVector<N>(x, i, xBf16, values);
  }
}

extern "C" __global__ void __launch_bounds__(256) gated_add(
    void* x, int xBf16, const void* y, int yBf16, const float* gate, long long gateStride,
    long long rows, int features) {
  if (features % VECTOR == 0 && aligned(x, y)) {
    addGated<VECTOR>(x, xBf16, y, yBf16, gate, gateStride, rows, features);
  } else {
    addGated<1>(x, xBf16, y, yBf16, gate, gateStride, rows, features);
  }
}
