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

// A thread loads one element of every FLOAT_LOADED_ROWS-th row of a step.
constexpr int FLOAT_LOADED_ROWS = FLOAT_THREADS / FLOAT_DEPTH;
constexpr int FLOAT_LOADS = FLOAT_TILE / FLOAT_LOADED_ROWS;

// Rows of a matrix whose elements along the sum are contiguous.
struct FloatRows {
  const void* matrix;
  int isBf16;
  int depth;
  int k;
  int rowsLeft;
  long long index;

  // Rows from `count` on read as zero.
  __device__ FloatRows(
      const void* matrix, int isBf16, long long first, long long count, int depth)
      : matrix(matrix), isBf16(isBf16), depth(depth) {
    int row = threadIdx.x / FLOAT_DEPTH;
    k = threadIdx.x % FLOAT_DEPTH;
    rowsLeft = static_cast<int>(min(count - first, static_cast<long long>(FLOAT_TILE))) - row;
    index = (first + row) * depth + k;
  }

  // This thread's elements of the next step.
  __device__ __forceinline__ void loadNext(float (&values)[FLOAT_LOADS]) {
#pragma unroll
    for (int i = 0; i < FLOAT_LOADS; i++) {
      bool wanted = k < depth && i * FLOAT_LOADED_ROWS < rowsLeft;
      long long row = static_cast<long long>(i * FLOAT_LOADED_ROWS) * depth;
      values[i] = wanted ? load(matrix, index + row, isBf16) : 0.0f;
    }
    k += FLOAT_DEPTH;
    index += FLOAT_DEPTH;
  }
};

template <class Rows>
__device__ __forceinline__ void multiplyFloatTile(
    float (&sums)[FLOAT_SUMS][FLOAT_SUMS], int depth, Rows& rows, FloatRows& columns) {
  __shared__ __align__(16) float rowTile[FLOAT_DEPTH][FLOAT_STRIDE];
  __shared__ __align__(16) float columnTile[FLOAT_DEPTH][FLOAT_STRIDE];
  int k = threadIdx.x % FLOAT_DEPTH;
  int first = threadIdx.x / FLOAT_DEPTH;
  int firstRow = threadIdx.x / 16 * FLOAT_SUMS;
  int firstColumn = threadIdx.x % 16 * FLOAT_SUMS;
  for (int start = 0; start < depth; start += FLOAT_DEPTH) {
    float rowValues[FLOAT_LOADS];
    float columnValues[FLOAT_LOADS];
    rows.loadNext(rowValues);
    columns.loadNext(columnValues);
#pragma unroll
    for (int i = 0; i < FLOAT_LOADS; i++) {
      rowTile[k][first + i * FLOAT_LOADED_ROWS] = rowValues[i];
      columnTile[k][first + i * FLOAT_LOADED_ROWS] = columnValues[i];
    }
    __syncthreads();
#pragma unroll
    for (int step = 0; step < FLOAT_DEPTH; step++) {
      float4 four = *reinterpret_cast<const float4*>(&rowTile[step][firstRow]);
      float a[FLOAT_SUMS] = {four.x, four.y, four.z, four.w};
      four = *reinterpret_cast<const float4*>(&columnTile[step][firstColumn]);
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
