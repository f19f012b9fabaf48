// One tile of a matrix product in float32: 64 rows x 64 columns by 256 threads, four by four sums a
// thread, 16 deep steps through shared memory. For parity runs, and for what the tensor cores do not
// take: float operands, operands of two types, depths that are no multiple of 8.
#pragma once
#include "elements.cuh"

constexpr int FLOAT_TILE = 64;
constexpr int FLOAT_DEPTH = 16;
constexpr int FLOAT_THREADS = 256;
constexpr int FLOAT_SUMS = 4;
// Four floats more than a row of the tile, so that stores of a column fall in different banks.
constexpr int FLOAT_STRIDE = FLOAT_TILE + 4;

// rowAt(row, k) and columnAt(column, k) give the operands, 0 outside; rows and columns within the
// tile.
template <class RowAt, class ColumnAt>
__device__ __forceinline__ void multiplyFloatTile(
    float (&sums)[FLOAT_SUMS][FLOAT_SUMS], int depth, RowAt rowAt, ColumnAt columnAt) {
  __shared__ __align__(16) float rows[FLOAT_DEPTH][FLOAT_STRIDE];
  __shared__ __align__(16) float columns[FLOAT_DEPTH][FLOAT_STRIDE];
  int k = threadIdx.x % FLOAT_DEPTH;
  int first = threadIdx.x / FLOAT_DEPTH;
  int firstRow = threadIdx.x / 16 * FLOAT_SUMS;
  int firstColumn = threadIdx.x % 16 * FLOAT_SUMS;
  for (int start = 0; start < depth; start += FLOAT_DEPTH) {
    bool inside = start + k < depth;
#pragma unroll
    for (int i = 0; i < FLOAT_TILE; i += FLOAT_THREADS / FLOAT_DEPTH) {
      rows[k][first + i] = inside ? rowAt(first + i, start + k) : 0.0f;
      columns[k][first + i] = inside ? columnAt(first + i, start + k) : 0.0f;
    }
    __syncthreads();
#pragma unroll
    for (int step = 0; step < FLOAT_DEPTH; step++) {
      float4 four = *reinterpret_cast<const float4*>(&rows[step][firstRow]);
      float a[FLOAT_SUMS] = {four.x, four.y, four.z, four.w};
      four = *reinterpret_cast<const float4*>(&columns[step][firstColumn]);
      float b[FLOAT_SUMS] = {four.x, four.y, four.z, four.w};
#pragma unroll
      for (int i = 0; i < FLOAT_SUMS; i++) {
#pragma unroll
        for (int j = 0; j < FLOAT_SUMS; j++) {
          sums[i][j] = fmaf(a[i], b[j], sums[i][j]);
        }
      }
    }
    __syncthreads();
  }
}

// Calls visit(row, column, sum) for this thread's sums inside the matrix.
template <class Visitor>
__device__ __forceinline__ void visitFloatSums(
    const float (&sums)[FLOAT_SUMS][FLOAT_SUMS],
    long long tileRow,
    int tileColumn,
    long long rows,
    int columns,
    Visitor visit) {
#pragma unroll
  for (int i = 0; i < FLOAT_SUMS; i++) {
#pragma unroll
    for (int j = 0; j < FLOAT_SUMS; j++) {
      long long row = tileRow + threadIdx.x / 16 * FLOAT_SUMS + i;
      int column = tileColumn + threadIdx.x % 16 * FLOAT_SUMS + j;
      if (row < rows && column < columns) {
        visit(row, column, sums[i][j]);
      }
    }
  }
}
