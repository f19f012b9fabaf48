// A weighted sum of tensors: guidance, and every step of a scheduler.
//
//   out = weights[0] * terms[0] + weights[1] * terms[1] + ...
//
// out and the terms have count elements, each tensor of one of the two types (outBf16, and bit k of
// termsBf16 for term k); out may be one of the terms. At most 8 terms; those left out are null.
// Summed in float64, in this order, and rounded once. Global memory: each tensor once.
//
// Grid: any number of blocks; a thread takes every so-many-th group of elements.
#include "elements.cuh"

constexpr int MAX_TERMS = 8;

// As the launcher passes it: 64-bit values, in this order.
struct Terms {
  const void* at[MAX_TERMS];
  double weights[MAX_TERMS];
};

template <int N>
__device__ __forceinline__ void combine(
    void* out, int outBf16, const Terms& terms, int termsBf16, long long count) {
  for (long long i = globalThread() * N; i < count; i += globalThreads() * N) {
    double sums[N] = {};
#pragma unroll
    for (int k = 0; k < MAX_TERMS; k++) {
      if (terms.at[k] != nullptr) {
        float values[N];
        loadVector<N>(values, terms.at[k], i, termsBf16 >> k & 1);
#pragma unroll
        for (int j = 0; j < N; j++) {
          sums[j] = fma(terms.weights[k], static_cast<double>(values[j]), sums[j]);
        }
      }
    }
    float results[N];
#pragma unroll
    for (int j = 0; j < N; j++) {
      results[j] = static_cast<float>(sums[j]);
    }
    storeVector<N>(out, i, outBf16, results);
  }
}

extern "C" __global__ void __launch_bounds__(256) linear_combination(
    void* out, int outBf16, Terms terms, int termsBf16, long long count) {
  bool vectors = count % VECTOR == 0 && aligned(out);
#pragma unroll
  for (int k = 0; k < MAX_TERMS; k++) {
    vectors = vectors && aligned(terms.at[k]);
  }
  if (vectors) {
    combine<VECTOR>(out, outBf16, terms, termsBf16, count);
  } else {
    combine<1>(out, outBf16, terms, termsBf16, count);
  }
}
