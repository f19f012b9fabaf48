// Linear map on the tensor cores, with what follows it in a transformer.
//
//   linear_bf16_*         out[rows, features] = activation(x[rows, depth] weight[features, depth]^T + bias)
//   linear_add_bf16       out += gate * round(x weight^T + bias)
//   linear_multiply_bf16  out *= round(x weight^T + bias): behind an activated one a gated linear unit
//
// x, weight and out are bf16 and 16-byte aligned, depth is a multiple of 8, bias is float or bf16 or
// null, gate is float, [features] (gateStride 0) or [rows, features] or null for 1. Any number of
// rows and features. Work 2 * rows * features * depth; global memory 2 * (rows * depth + features *
// depth + rows * features) bytes when each operand comes through the L2 cache once.
//
// Grid: tiles of 128 x 128, the tiles of one row of tiles beside each other, so that they share x.
// Block: 256 threads. Shared memory: 49152 bytes.
#include "activation.cuh"
#include "tensor_tile.cuh"

constexpr int COLUMNS = 128;

// The tile of this block and its sums.
struct LinearTile {
  long long row;
  int column;
  TileSums<COLUMNS> sums;

  __device__ __forceinline__ LinearTile(
      const bf16* x, const bf16* weight, long long rows, int features, int depth) {
    int across = (features + COLUMNS - 1) / COLUMNS;
    row = static_cast<long long>(blockIdx.x / across) * TILE_ROWS;
    column = static_cast<int>(blockIdx.x % across) * COLUMNS;
    MatrixRows<TILE_ROWS> a(x, row, rows, depth);
    MatrixRows<COLUMNS> b(weight, column, features, depth);
    multiplyTile<COLUMNS>(sums, a, b, depth);
  }
};

template <int ACTIVATION>
__device__ __forceinline__ void linear(
    bf16* out,
    const bf16* x,
    const bf16* weight,
    const void* bias,
    int biasBf16,
    long long rows,
    int features,
    int depth) {
  LinearTile tile(x, weight, rows, features, depth);
  auto finish = [&](long long row, int column, auto& values) {
    addVector(values, bias, biasBf16, column);
    for (float& value : values) {
      value = activate(value, ACTIVATION);
    }
    storeVector(out, row * features + column, true, values);
  };
  visitSums(tile.sums, tile.row, tile.column, rows, features, aligned(bias), finish);
}

#define LINEAR(name, ACTIVATION)                                                            \
  extern "C" __global__ void __launch_bounds__(TILE_THREADS, 2) name(                       \
      bf16* out, const bf16* x, const bf16* weight, const void* bias, int biasBf16,         \
      long long rows, int features, int depth) {                                            \
    linear<ACTIVATION>(out, x, weight, bias, biasBf16, rows, features, depth);              \
  }

LINEAR(linear_bf16_none, NONE)
LINEAR(linear_bf16_silu, SILU)
LINEAR(linear_bf16_gelu_tanh, GELU_TANH)
LINEAR(linear_bf16_gelu_erf, GELU_ERF)

extern "C" __global__ void __launch_bounds__(TILE_THREADS, 2) linear_add_bf16(
    bf16* out,
    const bf16* x,
    const bf16* weight,
    const void* bias,
    int biasBf16,
    const float* gate,
    long long gateStride,
    long long rows,
    int features,
    int depth) {
  LinearTile tile(x, weight, rows, features, depth);
  auto finish = [&](long long row, int column, auto& values) {
    addVector(values, bias, biasBf16, column);
    const float* gates = gate == nullptr ? nullptr : gate + row * gateStride + column;
    for (float& value : values) {
      value = rounded(value, true);
      value *= gates == nullptr ? 1.0f : *gates++;
    }
    addVector(values, out, true, row * features + column);
    storeVector(out, row * features + column, true, values);
  };
  visitSums(tile.sums, tile.row, tile.column, rows, features, aligned(bias), finish);
}

// Values as they would be after a store and a load, times as many neighbours of a tensor.
template <int N>
__device__ __forceinline__ void multiplyWithRounded(
    float (&values)[N], const bf16* factors, long long index) {
  float others[N];
  loadVector<N>(others, factors, index, true);
#pragma unroll
  for (int i = 0; i < N; i++) {
    values[i] = rounded(values[i], true) * others[i];
  }
}

extern "C" __global__ void __launch_bounds__(TILE_THREADS, 2) linear_multiply_bf16(
    bf16* out,
    const bf16* x,
    const bf16* weight,
    const void* bias,
    int biasBf16,
    long long rows,
    int features,
    int depth) {
  LinearTile tile(x, weight, rows, features, depth);
  auto finish = [&](long long row, int column, auto& values) {
    addVector(values, bias, biasBf16, column);
    multiplyWithRounded(values, out, row * features + column);
    storeVector(out, row * features + column, true, values);
  };
  visitSums(tile.sums, tile.row, tile.column, rows, features, aligned(bias), finish);
}
