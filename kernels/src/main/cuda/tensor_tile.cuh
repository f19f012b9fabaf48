// One tile of a matrix product on the tensor cores: 128 rows x COLUMNS columns, bf16 operands,
// float32 sums. Eight warps, four along the rows and two along the columns, each with 32 rows x
// COLUMNS / 2 columns. Three stages of shared memory, filled by asynchronous copies two steps
// ahead; a step is 32 deep.
//
// Shared memory: 3 * (128 + COLUMNS) * 64 bytes, which hold the sums afterwards.
#pragma once
#include "tensor_core.cuh"

constexpr int TILE_ROWS = 128;
constexpr int TILE_DEPTH = 32;
constexpr int TILE_THREADS = 256;
constexpr int STAGES = 3;
constexpr int CHUNKS = TILE_DEPTH / VECTOR;
constexpr int LOADED_ROWS = TILE_THREADS / CHUNKS;

// Rows of a matrix whose elements along the sum are contiguous, such as a weight.
// A thread copies one chunk of every LOADED_ROWS-th row of the tile.
template <int ROWS>
struct MatrixRows {
  static constexpr int LOADS = (ROWS + LOADED_ROWS - 1) / LOADED_ROWS;
  const bf16* next;
  long long rowStride;
  int rowsLeft;
  int depthLeft;

  // `depth` is a multiple of VECTOR; rows from `count` on read as zero.
  __device__ MatrixRows(const bf16* matrix, long long first, long long count, int depth) {
    int row = threadIdx.x / CHUNKS;
    int chunk = threadIdx.x % CHUNKS;
    next = matrix + (first + row) * depth + chunk * VECTOR;
    rowStride = static_cast<long long>(LOADED_ROWS) * depth;
    rowsLeft = static_cast<int>(min(count - first, static_cast<long long>(ROWS))) - row;
    depthLeft = depth - chunk * VECTOR;
  }

  // Starts the copies of the next step into a stage.
  __device__ __forceinline__ void loadNext(uint32_t stage) {
    int row = threadIdx.x / CHUNKS;
    int chunk = threadIdx.x % CHUNKS;
#pragma unroll
    for (int i = 0; i < LOADS; i++) {
      if (ROWS % LOADED_ROWS == 0 || row + i * LOADED_ROWS < ROWS) {
        bool wanted = depthLeft > 0 && i * LOADED_ROWS < rowsLeft;
        copyChunk(
            stage + chunkOffset<CHUNKS>(row + i * LOADED_ROWS, chunk), next + i * rowStride, wanted);
      }
    }
    next += TILE_DEPTH;
    depthLeft -= TILE_DEPTH;
  }
};

// Sums of a warp's part of the tile, in the layout of multiplyAdd.
template <int COLUMNS>
struct TileSums {
  static constexpr int BLOCKS = COLUMNS / 16;
  float at[2][BLOCKS][4] = {};
};

template <int COLUMNS>
constexpr int TILE_SHARED_BYTES = STAGES * (TILE_ROWS + COLUMNS) * TILE_DEPTH * 2;

template <int COLUMNS, class Rows>
__device__ __forceinline__ void multiplyTile(
    TileSums<COLUMNS>& sums, Rows& rows, MatrixRows<COLUMNS>& columns, int depth) {
  extern __shared__ __align__(128) unsigned char shared[];
  constexpr uint32_t ROWS_BYTES = TILE_ROWS * TILE_DEPTH * 2;
  constexpr uint32_t STAGE_BYTES = ROWS_BYTES + COLUMNS * TILE_DEPTH * 2;
  uint32_t stages = sharedAddress(shared);
  int steps = (depth + TILE_DEPTH - 1) / TILE_DEPTH;
  int warp = threadIdx.x / 32;
  int warpRow = warp / 2 * 32;
  int warpColumn = warp % 2 * (COLUMNS / 2);

#pragma unroll
  for (int stage = 0; stage < STAGES - 1; stage++) {
    if (stage < steps) {
      rows.loadNext(stages + stage * STAGE_BYTES);
      columns.loadNext(stages + stage * STAGE_BYTES + ROWS_BYTES);
    }
    endCopyGroup();
  }
  uint32_t read = stages;
  uint32_t write = stages + (STAGES - 1) * STAGE_BYTES;
  for (int step = 0; step < steps; step++) {
    // This step's stage has arrived, and every warp is done with the stage that is filled next.
    awaitCopyGroups<STAGES - 2>();
    __syncthreads();
    if (step + STAGES - 1 < steps) {
      rows.loadNext(write);
      columns.loadNext(write + ROWS_BYTES);
    }
    endCopyGroup();
#pragma unroll
    for (int chunk = 0; chunk < CHUNKS; chunk += 2) {
      uint32_t a[2][4];
#pragma unroll
      for (int i = 0; i < 2; i++) {
        loadMatrices(a[i], read + blockRow<CHUNKS>(warpRow + i * 16, chunk));
      }
#pragma unroll
      for (int j = 0; j < TileSums<COLUMNS>::BLOCKS; j += 2) {
        uint32_t b[4];
        loadMatrices(b, read + ROWS_BYTES + blockColumn<CHUNKS>(warpColumn + j * 8, chunk));
#pragma unroll
        for (int i = 0; i < 2; i++) {
          multiplyAdd(sums.at[i][j], a[i], b[0], b[1]);
          multiplyAdd(sums.at[i][j + 1], a[i], b[2], b[3]);
        }
      }
    }
    read = read == stages + (STAGES - 1) * STAGE_BYTES ? stages : read + STAGE_BYTES;
    write = write == stages + (STAGES - 1) * STAGE_BYTES ? stages : write + STAGE_BYTES;
  }
}

// Floats between the rows of a tile of sums in shared memory: rows that a warp writes at once lie in
// different banks.
template <int COLUMNS>
constexpr int SUM_STRIDE = COLUMNS + 8;

// Calls visit(row, column, values) for all sums inside the matrix, N neighbours of a row at a time.
// The sums go through shared memory, half of them at a time, so that a warp touches whole rows.
template <int N, int COLUMNS, class Visitor>
__device__ __forceinline__ void visitGroups(
    const TileSums<COLUMNS>& sums,
    long long firstRow,
    int firstColumn,
    long long rows,
    int columns,
    Visitor visit) {
  extern __shared__ __align__(128) unsigned char shared[];
  float* tile = reinterpret_cast<float*>(shared);
  constexpr int STRIDE = SUM_STRIDE<COLUMNS>;
  static_assert(TILE_ROWS / 2 * STRIDE * 4 <= TILE_SHARED_BYTES<COLUMNS>, "half of the sums fits");
  int lane = threadIdx.x % 32;
  int warp = threadIdx.x / 32;
#pragma unroll
  for (int i = 0; i < 2; i++) {
    // Nobody reads the stages, or the first half, any more.
    __syncthreads();
#pragma unroll
    for (int half = 0; half < 2; half++) {
#pragma unroll
      for (int j = 0; j < TileSums<COLUMNS>::BLOCKS; j++) {
        int row = warp / 2 * 16 + half * 8 + lane / 4;
        int column = warp % 2 * (COLUMNS / 2) + j * 8 + lane % 4 * 2;
        *reinterpret_cast<float2*>(tile + row * STRIDE + column) =
            make_float2(sums.at[i][j][half * 2], sums.at[i][j][half * 2 + 1]);
      }
    }
    __syncthreads();
    constexpr int GROUPS = COLUMNS / N;
#pragma unroll 1
    for (int index = threadIdx.x; index < TILE_ROWS / 2 * GROUPS; index += TILE_THREADS) {
      int tileRow = index / GROUPS;
      int tileColumn = index % GROUPS * N;
      long long row = firstRow + tileRow / 16 * 32 + i * 16 + tileRow % 16;
      int column = firstColumn + tileColumn;
      if (row < rows && column < columns) {
        float values[N];
        loadVector<N>(values, tile, tileRow * STRIDE + tileColumn, false);
        visit(row, column, values);
      }
    }
  }
}

// Calls visit(row, column, values) for all sums inside the matrix: for vectors of a row's neighbours
// if its columns are whole vectors and `vectors` says that all operands are aligned, else one by one.
template <int COLUMNS, class Visitor>
__device__ __forceinline__ void visitSums(
    const TileSums<COLUMNS>& sums,
    long long firstRow,
    int firstColumn,
    long long rows,
    int columns,
    bool vectors,
    Visitor visit) {
  if (columns % VECTOR == 0 && vectors) {
    visitGroups<VECTOR>(sums, firstRow, firstColumn, rows, columns, visit);
  } else {
    visitGroups<1>(sums, firstRow, firstColumn, rows, columns, visit);
  }
}

// Adds neighbouring elements of a vector, if there is one.
template <int N>
__device__ __forceinline__ void addVector(
    float (&values)[N], const void* vector, int isBf16, long long index) {
  if (vector != nullptr) {
    float added[N];
    loadVector<N>(added, vector, index, isBf16);
#pragma unroll
    for (int i = 0; i < N; i++) {
      values[i] += added[i];
    }
  }
}
