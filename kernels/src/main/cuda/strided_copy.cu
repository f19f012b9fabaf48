// Element-wise copy between tensors of the same shape and any strides, with conversion: patchify,
// unpatchify, transposes, casts and slices.
//
// x and out are each of one of the two types. Global memory: each element once in either tensor;
// neighbouring threads take neighbouring elements of the last dimension.
//
// Grid: any number of blocks; a thread takes every so-many-th element.
#include "layout.cuh"

extern "C" __global__ void __launch_bounds__(256) strided_copy(
    void* out, int outBf16, const void* x, int xBf16, Layout layout) {
  if (layout.isRun(out, x)) {
    for (long long i = globalThread() * VECTOR; i < layout.count; i += globalThreads() * VECTOR) {
      float values[VECTOR];
      loadVector<VECTOR>(values, x, i, xBf16);
      storeVector<VECTOR>(out, i, outBf16, values);
    }
  } else {
    for (long long i = globalThread(); i < layout.count; i += globalThreads()) {
      Position position(layout, i);
      store(out, position.out, outBf16, load(x, position.x, xBf16));
    }
  }
}
