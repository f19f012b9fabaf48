// Linear map with float32 arithmetic, for operands of any of the two types.
//
//   linear_f32           out[rows, features] = activation(x[rows, depth] weight[features, depth]^T + bias)
//   linear_add_f32       out += gate * round(x weight^T + bias)
//   linear_multiply_f32  out *= round(x weight^T + bias)
//
// x and out have one type, weight and bias any; bias and gate may be null; gate is float, [features]
// (gateStride 0) or [rows, features]. Any sizes. Work 2 * rows * features * depth; global memory: each
// operand once for every 64 columns or rows of the other one.
//
// Grid: tiles of 64 x 64. Block: 256 threads.
#include "activation.cuh"
#include "float_tile.cuh"

// The tile of this block and its sums.
struct FloatTile {
  long long row;
  int column;
  float sums[FLOAT_SUMS][FLOAT_SUMS] = {};

  __device__ __forceinline__ FloatTile(
      const void* x, int xBf16, const void* weight, int weightBf16,
      long long rows, int features, int depth) {
    int across = (features + FLOAT_TILE - 1) / FLOAT_TILE;
    row = static_cast<long long>(blockIdx.x / across) * FLOAT_TILE;
    column = static_cast<int>(blockIdx.x % across) * FLOAT_TILE;
    FloatRows a(x, xBf16, row, rows, depth);
    FloatRows b(weight, weightBf16, column, features, depth);
    multiplyFloatTile(sums, depth, a, b);
  }
};

extern "C" __global__ void __launch_bounds__(FLOAT_THREADS) linear_f32(
    void* out, const void* x, int xBf16, const void* weight, int weightBf16,
    const void* bias, int biasBf16, int activation, long long rows, int features, int depth) {
  FloatTile tile(x, xBf16, weight, weightBf16, rows, features, depth);
  visitFloatSums(
      tile.sums, tile.row, tile.column, rows, features, [&](long long row, int column, float sum) {
        float value = bias == nullptr ? sum : sum + load(bias, column, biasBf16);
        store(out, row * features + column, xBf16, activate(value, activation));
      });
}

extern "C" __global__ void __launch_bounds__(FLOAT_THREADS) linear_add_f32(
    void* out, const void* x, int xBf16, const void* weight, int weightBf16,
    const void* bias, int biasBf16, const float* gate, long long gateStride,
    long long rows, int features, int depth) {
  FloatTile tile(x, xBf16, weight, weightBf16, rows, features, depth);
  visitFloatSums(
      tile.sums, tile.row, tile.column, rows, features, [&](long long row, int column, float sum) {
        float value = rounded(bias == nullptr ? sum : sum + load(bias, column, biasBf16), xBf16);
        if (gate != nullptr) {
          value *= gate[row * gateStride + column];
        }
        long long index = row * features + column;
        store(out, index, xBf16, load(out, index, xBf16) + value);
      });
}

extern "C" __global__ void __launch_bounds__(FLOAT_THREADS) linear_multiply_f32(
    void* out, const void* x, int xBf16, const void* weight, int weightBf16,
    const void* bias, int biasBf16, long long rows, int features, int depth) {
  FloatTile tile(x, xBf16, weight, weightBf16, rows, features, depth);
  visitFloatSums(
      tile.sums, tile.row, tile.column, rows, features, [&](long long row, int column, float sum) {
        float value = rounded(bias == nullptr ? sum : sum + load(bias, column, biasBf16), xBf16);
        long long index = row * features + column;
        store(out, index, xBf16, load(out, index, xBf16) * value);
      });
}
