// Element-wise copy between tensors of the same shape and any strides, with conversion; and fill.
// Patchify, unpatchify, transposes, casts and slices are all this.
//
// x and out are each of one of the two types. Global memory: each element once in either tensor;
// neighbouring threads take neighbouring elements of the last dimension.
//
// Grid: any number of blocks; a thread takes every so-many-th element.
#include "elements.cuh"

constexpr int DIMENSIONS = 8;

// As the launcher passes it: 64-bit integers, in this order; unused dimensions have size 1, in front.
struct Layout {
  long long sizes[DIMENSIONS];
  long long outStrides[DIMENSIONS];
  long long strides[DIMENSIONS];
  long long count;
};

struct Position {
  long long out = 0;
  long long x = 0;

  __device__ __forceinline__ Position(const Layout& layout, long long index) {
#pragma unroll
    for (int d = DIMENSIONS - 1; d >= 0; d--) {
      if (layout.sizes[d] != 1) {
        long long next = index / layout.sizes[d];
        long long i = index - next * layout.sizes[d];
        out += i * layout.outStrides[d];
        x += i * layout.strides[d];
        index = next;
      }
    }
  }
};

extern "C" __global__ void __launch_bounds__(256) strided_copy(
    void* out, int outBf16, const void* x, int xBf16, Layout layout) {
  for (long long i = globalThread(); i < layout.count; i += globalThreads()) {
    Position position(layout, i);
    store(out, position.out, outBf16, load(x, position.x, xBf16));
  }
}

extern "C" __global__ void __launch_bounds__(256) fill(
    void* out, int outBf16, float value, Layout layout) {
  for (long long i = globalThread(); i < layout.count; i += globalThreads()) {
    store(out, Position(layout, i).out, outBf16, value);
  }
}
