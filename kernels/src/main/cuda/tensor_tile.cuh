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

// Where the sums of half a tile lie in shared memory. The first four of each vector of a row are in
// one plane, the last four in another, and rows and planes are apart so that a warp uses every bank
// once: when it writes pairs of eight rows, and when it reads vectors, or single columns, of a row.
template <int COLUMNS>
struct SumPlanes {
  static constexpr int STRIDE = COLUMNS / 2 + 4;
  static constexpr int PLANE = TILE_ROWS / 2 * STRIDE + 16;
  static_assert(2 * PLANE * 4 <= TILE_SHARED_BYTES<COLUMNS>, "half of the sums fits");

  static __device__ __forceinline__ int at(int row, int column) {
    return column % VECTOR / 4 * PLANE + row * STRIDE + column / VECTOR * 4 + column % 4;
  }
};

// Two neighbours in one access, which a compiler would split where it does not see the alignment.
__device__ __forceinline__ void storePair(float* to, float first, float second) {
  asm volatile("st.shared.v2.f32 [%0], {%1, %2};"
               :
               : "r"(sharedAddress(to)), "f"(first), "f"(second)
               : "memory");
}

// N neighbouring sums of a row, from a multiple of N on.
template <int N, int COLUMNS>
__device__ __forceinline__ void loadSums(
    float (&values)[N], const float* tile, int row, int column) {
  using Planes = SumPlanes<COLUMNS>;
  const float* first = tile + Planes::at(row, column);
  if constexpr (N == VECTOR) {
    float4 low = *reinterpret_cast<const float4*>(first);
    float4 high = *reinterpret_cast<const float4*>(first + Planes::PLANE);
    values[0] = low.x;
    values[1] = low.y;
    values[2] = low.z;
    values[3] = low.w;
    values[4] = high.x;
    values[5] = high.y;
    values[6] = high.z;
    values[7] = high.w;
  } else {
    static_assert(N == 1, "vectors or single sums");
    values[0] = *first;
  }
}

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
  int lane = threadIdx.x % 32;
  int warp = threadIdx.x / 32;
  // Of the first of this thread's sums; eight rows on, and eight columns on, it is as far for all.
  float* own = tile +
      SumPlanes<COLUMNS>::at(warp / 2 * 16 + lane / 4, warp % 2 * (COLUMNS / 2) + lane % 4 * 2);
#pragma unroll
  for (int i = 0; i < 2; i++) {
    // Nobody reads the stages, or the first half, any more.
    __syncthreads();
#pragma unroll
    for (int half = 0; half < 2; half++) {
#pragma unroll
      for (int j = 0; j < TileSums<COLUMNS>::BLOCKS; j++) {
        storePair(
            own + half * 8 * SumPlanes<COLUMNS>::STRIDE + j * 4,
            sums.at[i][j][half * 2],
            sums.at[i][j][half * 2 + 1]);
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
        loadSums<N, COLUMNS>(values, tile, tileRow, tileColumn);
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
