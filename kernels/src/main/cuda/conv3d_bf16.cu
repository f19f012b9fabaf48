// 3D convolution over channels-last video on the tensor cores, as an implicit matrix product: a row
// is an output pixel, a column an output channel, and the sum runs over the taps of the kernel and,
// inside a tap, over the input channels. The gather takes history frames, padding, strides and
// nearest-neighbour enlargement into account, so none of them costs a pass of its own.
//
//   out[f, h, w, n] = round(sum over taps, c of source[...] weight[n, tap, c] + bias[n]) + residual
//
// x, history, weight, residual and out are bf16, history and residual may be null, residual may be
// out, inChannels is a multiple of 8, bias is float or bf16 or null. Any sizes otherwise. Work 2 *
// pixels * outChannels * taps * inChannels. Global memory 2 * (pixels * (inChannels + outChannels) +
// taps * inChannels * outChannels) bytes when the taps of a pixel come from the caches.
//
// Grid: tiles of 128 pixels x COLUMNS channels. Block: 256 threads. Shared memory: 192 * (128 +
// COLUMNS) bytes.
#include "convolution.cuh"
#include "tensor_tile.cuh"

// The pixels under the taps, as rows of the product.
struct PixelRows {
  static constexpr int LOADS = TILE_ROWS / LOADED_ROWS;
  const Convolution& convolution;
  TapPosition tap;
  OutputPixel pixels[LOADS];

  __device__ __forceinline__ PixelRows(const Convolution& convolution, long long first)
      : convolution(convolution), tap(convolution, threadIdx.x % CHUNKS * VECTOR) {
#pragma unroll
    for (int i = 0; i < LOADS; i++) {
      pixels[i] = OutputPixel(convolution, first + threadIdx.x / CHUNKS + i * LOADED_ROWS);
    }
  }

  __device__ __forceinline__ void loadNext(uint32_t stage) {
    int row = threadIdx.x / CHUNKS;
    int chunk = threadIdx.x % CHUNKS;
#pragma unroll
    for (int i = 0; i < LOADS; i++) {
      const bf16* pixel = static_cast<const bf16*>(convolution.source(pixels[i], tap, true));
      bool wanted = pixel != nullptr;
      copyChunk(
          stage + chunkOffset<CHUNKS>(row + i * LOADED_ROWS, chunk),
          wanted ? pixel + tap.channel : convolution.x,
          wanted);
    }
    tap.advance(convolution, TILE_DEPTH);
  }
};

template <int COLUMNS>
__device__ __forceinline__ void convolve(
    bf16* out, const bf16* weight, const void* bias, int biasBf16, const bf16* residual,
    const Convolution& convolution) {
  int features = static_cast<int>(convolution.shape.outChannels);
  int across = (features + COLUMNS - 1) / COLUMNS;
  long long firstRow = static_cast<long long>(blockIdx.x / across) * TILE_ROWS;
  int firstColumn = static_cast<int>(blockIdx.x % across) * COLUMNS;
  int depth = convolution.depth();
  TileSums<COLUMNS> sums;
  PixelRows a(convolution, firstRow);
  MatrixRows<COLUMNS> b(weight, firstColumn, features, depth);
  multiplyTile<COLUMNS>(sums, a, b, depth);
  auto finish = [&](long long row, int column, auto& values) {
    addVector(values, bias, biasBf16, column);
    if (residual != nullptr) {
      for (float& value : values) {
        value = rounded(value, true);
      }
      addVector(values, residual, true, row * features + column);
    }
    storeVector(out, row * features + column, true, values);
  };
  visitSums(
      sums, firstRow, firstColumn, convolution.pixels(), features, aligned(bias), finish);
}

#define CONV3D(name, COLUMNS)                                                               \
  extern "C" __global__ void __launch_bounds__(TILE_THREADS, 2) name(                       \
      bf16* out, const bf16* x, const bf16* history, const bf16* weight, const void* bias,  \
      int biasBf16, const bf16* residual, ConvolutionShape shape) {                         \
    Convolution convolution = {x, history, shape};                                          \
    convolve<COLUMNS>(out, weight, bias, biasBf16, residual, convolution);                  \
  }

CONV3D(conv3d_bf16_96, 96)
CONV3D(conv3d_bf16_128, 128)
