// 3D convolution over channels-last video with float32 arithmetic; see conv3d_bf16.cu for the
// operation. For operands of any of the two types and any number of channels.
//
// x, history, residual and out have one type; weight is [outChannels, taps, inChannels].
//
// Grid: tiles of 64 pixels x 64 channels. Block: 256 threads.
#include "convolution.cuh"
#include "float_tile.cuh"

// The pixels under the taps, as rows of the product.
struct FloatPixelRows {
  const Convolution& convolution;
  int isBf16;
  TapPosition tap;
  OutputPixel pixels[FLOAT_LOADS];

  __device__ __forceinline__ FloatPixelRows(
      const Convolution& convolution, int isBf16, long long first)
      : convolution(convolution), isBf16(isBf16), tap(convolution, threadIdx.x % FLOAT_DEPTH) {
#pragma unroll
    for (int i = 0; i < FLOAT_LOADS; i++) {
      pixels[i] =
          OutputPixel(convolution, first + threadIdx.x / FLOAT_DEPTH + i * FLOAT_LOADED_ROWS);
    }
  }

  __device__ __forceinline__ void loadNext(float (&values)[FLOAT_LOADS]) {
#pragma unroll
    for (int i = 0; i < FLOAT_LOADS; i++) {
      const void* channels = convolution.source(pixels[i], tap, isBf16);
      values[i] = channels == nullptr ? 0.0f : load(channels, tap.channel, isBf16);
    }
    tap.advance(convolution, FLOAT_DEPTH);
  }
};

extern "C" __global__ void __launch_bounds__(FLOAT_THREADS) conv3d_f32(
    void* out, const void* x, const void* history, int xBf16, const void* weight, int weightBf16,
    const void* bias, int biasBf16, const void* residual, ConvolutionShape shape) {
  Convolution convolution = {x, history, shape};
  int features = static_cast<int>(shape.outChannels);
  int across = (features + FLOAT_TILE - 1) / FLOAT_TILE;
  long long tileRow = static_cast<long long>(blockIdx.x / across) * FLOAT_TILE;
  int tileColumn = static_cast<int>(blockIdx.x % across) * FLOAT_TILE;
  int depth = convolution.depth();
  float sums[FLOAT_SUMS][FLOAT_SUMS] = {};
  FloatPixelRows a(convolution, xBf16, tileRow);
  FloatRows b(weight, weightBf16, tileColumn, features, depth);
  multiplyFloatTile(sums, depth, a, b);
  visitFloatSums(
      sums, tileRow, tileColumn, convolution.pixels(), features,
      [&](long long row, int column, float sum) {
        float value = bias == nullptr ? sum : sum + load(bias, column, biasBf16);
        long long index = row * features + column;
        if (residual != nullptr) {
          value = rounded(value, xBf16) + load(residual, index, xBf16);
        }
        store(out, index, xBf16, value);
      });
}
