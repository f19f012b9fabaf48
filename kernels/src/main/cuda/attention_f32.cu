// Attention with float32 arithmetic, one pass over the keys with a running softmax: out =
// softmax(scale * q k^T + bias) v for each head. For parity runs and head dims that the tensor-core
// kernel does not take.
//
// q [queries, heads * headDim], k and v [keys, heads * headDim], one of the two types, rows may be
// strided; out [queries, heads * headDim] of the same type. bias is float or null, element (head,
// query, key) at head * biasHeadStride + query * biasQueryStride + key. Work 4 * queries * keys *
// heads * headDim.
//
// Grid: (tiles of 16 queries, heads). Block: 256 threads; thread (query, key) of a 16 x 16 tile has
// that score, then every 16th column of its query's sums. Shared memory: 4 * 16 * (4 * (headDim + 1) +
// 17) bytes.
#include "attention_shape.cuh"
#include "elements.cuh"

constexpr int TILE = 16;
constexpr float LOG2_E = 1.4426950408889634f;

__device__ __forceinline__ void copyRows(
    float* tile, const void* from, int isBf16, long long first, long long count, long long stride,
    long long column, int headDim) {
  for (int index = threadIdx.x; index < TILE * headDim; index += TILE * TILE) {
    int row = index / headDim;
    int d = index - row * headDim;
    bool inside = first + row < count;
    tile[row * (headDim + 1) + d] =
        inside ? load(from, (first + row) * stride + column + d, isBf16) : 0.0f;
  }
}

extern "C" __global__ void __launch_bounds__(TILE * TILE) attention_f32(
    void* out, const void* q, const void* k, const void* v, int isBf16, const float* bias,
    float scale, AttentionShape shape) {
  extern __shared__ float memory[];
  int headDim = static_cast<int>(shape.headDim);
  // One float more than a row has, so that the rows of a column lie in different banks.
  int stride = headDim + 1;
  float* queries = memory;
  float* keys = queries + TILE * stride;
  float* values = keys + TILE * stride;
  float* sums = values + TILE * stride;
  float* weights = sums + TILE * stride;

  int i = threadIdx.x / TILE;
  int j = threadIdx.x % TILE;
  int head = blockIdx.y;
  long long column = static_cast<long long>(head) * headDim;
  long long firstQuery = static_cast<long long>(blockIdx.x) * TILE;
  long long query = firstQuery + i;
  const float* biasRow = bias == nullptr || query >= shape.queries
      ? nullptr
      : bias + head * shape.biasHeadStride + query * shape.biasQueryStride;
  copyRows(queries, q, isBf16, firstQuery, shape.queries, shape.queryStride, column, headDim);
  for (int d = j; d < headDim; d += TILE) {
    sums[i * stride + d] = 0.0f;
  }
  float largest = -INFINITY;
  float total = 0.0f;
  for (long long first = 0; first < shape.keys; first += TILE) {
    copyRows(keys, k, isBf16, first, shape.keys, shape.keyStride, column, headDim);
    copyRows(values, v, isBf16, first, shape.keys, shape.valueStride, column, headDim);
    __syncthreads();
    float score = 0.0f;
    for (int d = 0; d < headDim; d++) {
      score = fmaf(queries[i * stride + d], keys[j * stride + d], score);
    }
    score *= scale * LOG2_E;
    if (first + j >= shape.keys) {
      score = -INFINITY;
    } else if (biasRow != nullptr) {
      score = fmaf(biasRow[first + j], LOG2_E, score);
    }
    float max = fmaxf(largest, score);
#pragma unroll
    for (int distance = TILE / 2; distance > 0; distance /= 2) {
      max = fmaxf(max, __shfl_xor_sync(0xffffffffu, max, distance));
    }
    // While every key so far is masked, the maximum is no number to subtract.
    float base = max == -INFINITY ? 0.0f : max;
    float correction = exp2f(largest - base);
    largest = max;
    float weight = exp2f(score - base);
    weights[i * (TILE + 1) + j] = weight;
#pragma unroll
    for (int distance = TILE / 2; distance > 0; distance /= 2) {
      weight += __shfl_xor_sync(0xffffffffu, weight, distance);
    }
    total = fmaf(total, correction, weight);
    __syncthreads();
    for (int d = j; d < headDim; d += TILE) {
      float sum = sums[i * stride + d] * correction;
#pragma unroll
      for (int key = 0; key < TILE; key++) {
        sum = fmaf(weights[i * (TILE + 1) + key], values[key * stride + d], sum);
      }
      sums[i * stride + d] = sum;
    }
    __syncthreads();
  }
  if (query < shape.queries) {
    for (int d = j; d < headDim; d += TILE) {
      store(out, query * shape.outStride + column + d, isBf16, sums[i * stride + d] / total);
    }
  }
}
