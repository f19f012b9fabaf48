// Attention on the tensor cores, one pass over the keys with a running softmax (FlashAttention-2;
// Dao, 2023): out = softmax(scale * q k^T + bias) v for each head.
//
// q [queries, heads * headDim], k and v [keys, heads * headDim], bf16, rows may be strided; out
// [queries, heads * headDim] bf16. headDim, strides and addresses (in elements) are multiples of 8.
// bias is float or null, element (head, query, key) at head * biasHeadStride + query *
// biasQueryStride + key. Any number of queries, keys and heads. Scores, softmax and sums are float32;
// the probabilities are rounded to bf16 for their product with v.
// Work 4 * queries * keys * heads * headDim; global memory 2 * heads * headDim * (2 * queries +
// queries / 64 * 2 * keys) bytes, the keys and values mostly from the L2 cache.
//
// attention_bf16_D takes head dims up to D. A block computes up to 128 columns of the result, so a
// head of 384 takes three blocks, which each compute all scores: registers hold no more.
//
// Grid: (tiles of 64 queries, heads, slices of the head * splits of the keys). With more than one
// split, a block writes its unnormalised sums, and per row its maximum and its sum of exponentials
// (both in powers of 2), for attention_combine. Block: 128 threads. Shared memory: 2 * (64 * D + KEYS *
// (D + min(D, 128))) bytes.
#include "attention_shape.cuh"
#include "tensor_core.cuh"

constexpr int QUERIES = 64;
constexpr int ATTENTION_THREADS = 128;
constexpr float LOG2_E = 1.4426950408889634f;

__device__ __forceinline__ float powerOf2(float x) {
  float y;
  asm("ex2.approx.ftz.f32 %0, %1;" : "=f"(y) : "f"(x));
  return y;
}

// Starts the copy of a tile of WIDTH columns; rows and columns outside read as zero.
template <int ROWS, int WIDTH>
__device__ __forceinline__ void copyTile(
    uint32_t tile, const bf16* from, long long stride, long long rows, int columns) {
  constexpr int CHUNKS = WIDTH / VECTOR;
  static_assert(ROWS * CHUNKS % ATTENTION_THREADS == 0, "every thread copies as many chunks");
#pragma unroll 4
  for (int i = 0; i < ROWS * CHUNKS / ATTENTION_THREADS; i++) {
    int index = i * ATTENTION_THREADS + threadIdx.x;
    int row = index / CHUNKS;
    int chunk = index % CHUNKS;
    bool wanted = row < rows && chunk * VECTOR < columns;
    const bf16* source = wanted ? from + row * stride + chunk * VECTOR : from;
    copyChunk(tile + chunkOffset<CHUNKS>(row, chunk), source, wanted);
  }
}

template <int DIM, int KEYS>
__device__ __forceinline__ void attend(
    bf16* out, float* partialSums, float* partialScales, const bf16* q, const bf16* k,
    const bf16* v, const float* bias, float scale, const AttentionShape& shape) {
  constexpr int VALUES = DIM < 128 ? DIM : 128;
  constexpr int DIM_CHUNKS = DIM / VECTOR;
  constexpr int VALUE_CHUNKS = VALUES / VECTOR;
  extern __shared__ __align__(128) unsigned char shared[];
  uint32_t queryTile = sharedAddress(shared);
  uint32_t keyTile = queryTile + QUERIES * DIM * 2;
  uint32_t valueTile = keyTile + KEYS * DIM * 2;

  int lane = threadIdx.x % 32;
  int warpRow = threadIdx.x / 32 * 16;
  int headDim = static_cast<int>(shape.headDim);
  int head = blockIdx.y;
  int slices = (headDim + VALUES - 1) / VALUES;
  int slice = blockIdx.z % slices;
  int split = blockIdx.z / slices;
  long long headColumn = static_cast<long long>(head) * headDim;
  long long firstQuery = static_cast<long long>(blockIdx.x) * QUERIES;
  long long firstKey = split * shape.keysPerSplit;
  long long endKey = min(firstKey + shape.keysPerSplit, shape.keys);
  int valueColumns = headDim - slice * VALUES;
  q += headColumn + firstQuery * shape.queryStride;
  k += headColumn + firstKey * shape.keyStride;
  v += headColumn + slice * VALUES + firstKey * shape.valueStride;

  copyTile<QUERIES, DIM>(
      queryTile, q, shape.queryStride, shape.queries - firstQuery, headDim);
  copyTile<KEYS, DIM>(keyTile, k, shape.keyStride, endKey - firstKey, headDim);
  endCopyGroup();
  awaitCopyGroups<0>();
  __syncthreads();
  copyTile<KEYS, VALUES>(valueTile, v, shape.valueStride, endKey - firstKey, valueColumns);
  endCopyGroup();

  float sums[VALUES / 8][4] = {};
  float largest[2] = {-INFINITY, -INFINITY};
  float total[2] = {0.0f, 0.0f};
  float scoreScale = scale * LOG2_E;
  for (long long first = firstKey; first < endKey; first += KEYS) {
    float scores[KEYS / 8][4] = {};
#pragma unroll
    for (int chunk = 0; chunk < DIM_CHUNKS; chunk += 2) {
      uint32_t a[4];
      loadMatrices(a, queryTile + blockRow<DIM_CHUNKS>(warpRow, chunk));
#pragma unroll
      for (int j = 0; j < KEYS / 8; j += 2) {
        uint32_t b[4];
        loadMatrices(b, keyTile + blockColumn<DIM_CHUNKS>(j * 8, chunk));
        multiplyAdd(scores[j], a, b[0], b[1]);
        multiplyAdd(scores[j + 1], a, b[2], b[3]);
      }
    }

    int keysLeft = static_cast<int>(min(endKey - first, static_cast<long long>(KEYS)));
    // Two rows a thread: half 0 and half 1 of the fragments.
#pragma unroll
    for (int half = 0; half < 2; half++) {
      long long query = firstQuery + warpRow + lane / 4 + half * 8;
      const float* biasRow = bias == nullptr || query >= shape.queries
          ? nullptr
          : bias + head * shape.biasHeadStride + query * shape.biasQueryStride + first;
      float max = largest[half];
#pragma unroll
      for (int j = 0; j < KEYS / 8; j++) {
#pragma unroll
        for (int e = 0; e < 2; e++) {
          int key = j * 8 + lane % 4 * 2 + e;
          float& score = scores[j][half * 2 + e];
          score = key < keysLeft ? score * scoreScale : -INFINITY;
        }
      }
      if (biasRow != nullptr) {
#pragma unroll
        for (int j = 0; j < KEYS / 8; j++) {
#pragma unroll
          for (int e = 0; e < 2; e++) {
            int key = j * 8 + lane % 4 * 2 + e;
            float& score = scores[j][half * 2 + e];
            score = key < keysLeft ? fmaf(biasRow[key], LOG2_E, score) : score;
          }
        }
      }
#pragma unroll
      for (int j = 0; j < KEYS / 8; j++) {
        max = fmaxf(max, fmaxf(scores[j][half * 2], scores[j][half * 2 + 1]));
      }
      max = fmaxf(max, __shfl_xor_sync(0xffffffffu, max, 1));
      max = fmaxf(max, __shfl_xor_sync(0xffffffffu, max, 2));
      // While every key so far is masked, the maximum is no number to subtract.
      float base = max == -INFINITY ? 0.0f : max;
      float correction = powerOf2(largest[half] - base);
      largest[half] = max;
      total[half] *= correction;
#pragma unroll
      for (int j = 0; j < KEYS / 8; j++) {
#pragma unroll
        for (int e = 0; e < 2; e++) {
          float& score = scores[j][half * 2 + e];
          score = powerOf2(score - base);
          total[half] += score;
        }
      }
#pragma unroll
      for (int j = 0; j < VALUES / 8; j++) {
        sums[j][half * 2] *= correction;
        sums[j][half * 2 + 1] *= correction;
      }
    }

    // The values have arrived, and every warp is done with the keys.
    awaitCopyGroups<0>();
    __syncthreads();
    bool more = first + KEYS < endKey;
    if (more) {
      k += KEYS * shape.keyStride;
      copyTile<KEYS, DIM>(keyTile, k, shape.keyStride, endKey - first - KEYS, headDim);
      endCopyGroup();
    }
#pragma unroll
    for (int j = 0; j < KEYS / 8; j += 2) {
      uint32_t a[4] = {
          pack(scores[j][0], scores[j][1]),
          pack(scores[j][2], scores[j][3]),
          pack(scores[j + 1][0], scores[j + 1][1]),
          pack(scores[j + 1][2], scores[j + 1][3])};
#pragma unroll
      for (int chunk = 0; chunk < VALUE_CHUNKS; chunk += 2) {
        uint32_t b[4];
        loadTransposed(b, valueTile + blockRow<VALUE_CHUNKS>(j * 8, chunk));
        multiplyAdd(sums[chunk], a, b[0], b[1]);
        multiplyAdd(sums[chunk + 1], a, b[2], b[3]);
      }
    }
    if (more) {
      // The next keys have arrived, and every warp is done with the values.
      awaitCopyGroups<0>();
      __syncthreads();
      v += KEYS * shape.valueStride;
      copyTile<KEYS, VALUES>(
          valueTile, v, shape.valueStride, endKey - first - KEYS, valueColumns);
      endCopyGroup();
    }
  }

#pragma unroll
  for (int half = 0; half < 2; half++) {
    long long query = firstQuery + warpRow + lane / 4 + half * 8;
    total[half] += __shfl_xor_sync(0xffffffffu, total[half], 1);
    total[half] += __shfl_xor_sync(0xffffffffu, total[half], 2);
    if (query >= shape.queries) {
      continue;
    }
    if (shape.splits > 1 && slice == 0 && lane % 4 == 0) {
      long long row = (split * shape.queries + query) * gridDim.y + head;
      partialScales[2 * row] = largest[half];
      partialScales[2 * row + 1] = total[half];
    }
    float factor = 1.0f / total[half];
#pragma unroll
    for (int j = 0; j < VALUES / 8; j++) {
      int column = j * 8 + lane % 4 * 2;
      if (column >= valueColumns) {
        break;
      }
      long long index = query * shape.outStride + headColumn + slice * VALUES + column;
      float low = sums[j][half * 2];
      float high = sums[j][half * 2 + 1];
      if (shape.splits > 1) {
        float* to = partialSums + split * shape.queries * shape.outStride + index;
        *reinterpret_cast<float2*>(to) = make_float2(low, high);
      } else {
        *reinterpret_cast<uint32_t*>(out + index) = pack(low * factor, high * factor);
      }
    }
  }
}

#define ATTENTION(name, DIM, KEYS)                                                         \
  extern "C" __global__ void __launch_bounds__(ATTENTION_THREADS) name(                    \
      bf16* out, float* partialSums, float* partialScales, const bf16* q, const bf16* k,   \
      const bf16* v, const float* bias, float scale, AttentionShape shape) {               \
    attend<DIM, KEYS>(out, partialSums, partialScales, q, k, v, bias, scale, shape);       \
  }

ATTENTION(attention_bf16_32, 32, 64)
ATTENTION(attention_bf16_64, 64, 64)
ATTENTION(attention_bf16_128, 128, 64)
ATTENTION(attention_bf16_256, 256, 32)
ATTENTION(attention_bf16_384, 384, 32)
