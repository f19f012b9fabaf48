// Rows of a table: out[i] = table[ids[i]], with conversion.
//
// table is [entries, features] and out is [count, features], each of one of the two types; ids is
// int. Any sizes. Global memory: each row once from the table and once to out.
//
// Grid: one block of 256 threads for each id.
#include "elements.cuh"

template <int N>
__device__ __forceinline__ void copyRow(
    void* out, int outBf16, const void* table, int tableBf16, long long entry, int features) {
  long long row = static_cast<long long>(blockIdx.x) * features;
  for (int i = threadIdx.x * N; i < features; i += blockDim.x * N) {
    float values[N];
    loadVector<N>(values, table, entry * features + i, tableBf16);
    storeVector<N>(out, row + i, outBf16, values);
  }
}

extern "C" __global__ void __launch_bounds__(256) embedding(
    void* out, int outBf16, const void* table, int tableBf16, const int* ids, int features) {
  long long entry = ids[blockIdx.x];
  if (features % VECTOR == 0 && aligned(out, table)) {
    copyRow<VECTOR>(out, outBf16, table, tableBf16, entry, features);
  } else {
    copyRow<1>(out, outBf16, table, tableBf16, entry, features);
  }
}
