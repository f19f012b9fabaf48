// Sets every element of a tensor of any strides.
//
// out is of one of the two types; the layout's strides of x are those of out. Global memory: out
// once.
//
// Grid: any number of blocks; a thread takes every so-many-th element.
#include "layout.cuh"

extern "C" __global__ void __launch_bounds__(256) fill(
    void* out, int outBf16, float value, Layout layout) {
  if (layout.isRun(out, out)) {
    if (outBf16) {
      float values[VECTOR] = {value, value, value, value, value, value, value, value};
      // Unrolled, the loops would only take registers.
#pragma unroll 1
      for (long long i = globalThread() * VECTOR; i < layout.count;
           i += globalThreads() * VECTOR) {
        storeVector<VECTOR>(out, i, true, values);
      }
    } else {
      float values[FLOATS] = {value, value, value, value};
#pragma unroll 1
      for (long long i = globalThread() * FLOATS; i < layout.count;
           i += globalThreads() * FLOATS) {
        storeVector<FLOATS>(out, i, false, values);
      }
    }
  } else {
    for (long long i = globalThread(); i < layout.count; i += globalThreads()) {
      store(out, Position(layout, i).out, outBf16, value);
    }
  }
}
