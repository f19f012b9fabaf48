// Element-wise copy between tensors of the same shape and any strides, with conversion: patchify,
// unpatchify, transposes, casts and slices.
//
// x and out are each of one of the two types. Global memory: each element once in either tensor;
// neighbouring threads take neighbouring elements of the last dimension.
//
// Grid: any number of blocks; a thread takes every so-many-th element.
#include "layout.cuh"

// Copies one run of elements, N at a time. Unrolled, the loop would take so many registers that a
// multiprocessor holds fewer blocks.
template <int N>
__device__ __forceinline__ void copyRun(
    void* out, int outBf16, const void* x, int xBf16, long long count) {
#pragma unroll 1
  for (long long i = globalThread() * N; i < count; i += globalThreads() * N) {
    float values[N];
    loadVector<N>(values, x, i, xBf16);
    storeVector<N>(out, i, outBf16, values);
  }
}

extern "C" __global__ void __launch_bounds__(256) strided_copy(
    void* out, int outBf16, const void* x, int xBf16, Layout layout) {
  if (layout.isRun(out, x)) {
    if (outBf16 && xBf16) {
      copyRun<VECTOR>(out, true, x, true, layout.count);
    } else {
      copyRun<FLOATS>(out, outBf16, x, xBf16, layout.count);
    }
  } else {
    for (long long i = globalThread(); i < layout.count; i += globalThreads()) {
      Position position(layout, i);
      store(out, position.out, outBf16, load(x, position.x, xBf16));
    }
  }
}
