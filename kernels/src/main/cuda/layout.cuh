// Tensors of any strides.
#pragma once
#include "elements.cuh"

constexpr int DIMENSIONS = 8;

// As the launcher passes it: 64-bit integers, in this order; unused dimensions have size 1, in front.
struct Layout {
  long long sizes[DIMENSIONS];
  long long outStrides[DIMENSIONS];
  long long strides[DIMENSIONS];
  long long count;

  // Whether both tensors are one run of elements that splits into vectors.
  __device__ __forceinline__ bool isRun(const void* out, const void* x) const {
    constexpr int LAST = DIMENSIONS - 1;
    return sizes[LAST] == count && outStrides[LAST] == 1 && strides[LAST] == 1 &&
        count % VECTOR == 0 && aligned(out, x);
  }
};

// Where element `index` of the shape lies in either tensor.
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
