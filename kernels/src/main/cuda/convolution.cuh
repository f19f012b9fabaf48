// Where the taps of a 3D convolution lie: shared by the tensor-core and the float32 kernel.
#pragma once
#include "elements.cuh"

// As the launcher passes it: 64-bit integers, in this order.
struct ConvolutionShape {
  long long past, frames, height, width, inChannels;
  long long outFrames, outHeight, outWidth, outChannels;
  long long kernelFrames, kernelHeight, kernelWidth;
  long long strideFrames, strideHeight, strideWidth;
  long long front, top, left;
  long long upsample;
};

struct Convolution;

// The input position of an output pixel's first tap; frames count from the first of the history.
struct OutputPixel {
  int frame, row, column;

  OutputPixel() = default;
  __device__ __forceinline__ OutputPixel(const Convolution& convolution, long long pixel);
};

// A place in the sum: a tap and a channel.
struct TapPosition {
  int frame, row, column, channel;

  // The place of index k of the sum.
  __device__ __forceinline__ TapPosition(const Convolution& convolution, int k);
  __device__ __forceinline__ void advance(const Convolution& convolution, int channels);
};

struct Convolution {
  const void* x;
  const void* history;
  ConvolutionShape shape;

  __device__ __forceinline__ long long pixels() const {
    return shape.outFrames * shape.outHeight * shape.outWidth;
  }

  __device__ __forceinline__ int depth() const {
    return static_cast<int>(
        shape.kernelFrames * shape.kernelHeight * shape.kernelWidth * shape.inChannels);
  }

  // The channels of the input pixel under a tap; null for padding and beyond the sum or the output.
  __device__ __forceinline__ const void* source(
      const OutputPixel& pixel, const TapPosition& tap, int isBf16) const {
    int frame = pixel.frame + tap.frame;
    int row = pixel.row + tap.row;
    int column = pixel.column + tap.column;
    int past = static_cast<int>(shape.past);
    int height = static_cast<int>(shape.height);
    int width = static_cast<int>(shape.width);
    int upsample = static_cast<int>(shape.upsample);
    if (tap.frame >= shape.kernelFrames || frame < 0 || frame >= past + shape.frames || row < 0 ||
        row >= height * upsample || column < 0 || column >= width * upsample) {
      return nullptr;
    }
    if (upsample == 2) {
      row /= 2;
      column /= 2;
    }
    const void* video = frame < past ? history : x;
    int sourceFrame = frame < past ? frame : frame - past;
    long long first =
        ((static_cast<long long>(sourceFrame) * height + row) * width + column) * shape.inChannels;
    return static_cast<const char*>(video) + first * (isBf16 ? 2 : 4);
  }
};

__device__ __forceinline__ OutputPixel::OutputPixel(
    const Convolution& convolution, long long pixel) {
  const ConvolutionShape& shape = convolution.shape;
  long long line = pixel / shape.outWidth;
  column = static_cast<int>((pixel - line * shape.outWidth) * shape.strideWidth - shape.left);
  long long plane = line / shape.outHeight;
  row = static_cast<int>((line - plane * shape.outHeight) * shape.strideHeight - shape.top);
  // Beyond the output: a frame that no input has.
  frame = plane < shape.outFrames ? static_cast<int>(plane * shape.strideFrames - shape.front)
                                  : 1 << 30;
}

__device__ __forceinline__ TapPosition::TapPosition(const Convolution& convolution, int k) {
  const ConvolutionShape& shape = convolution.shape;
  int tap = k / static_cast<int>(shape.inChannels);
  channel = k - tap * static_cast<int>(shape.inChannels);
  int line = tap / static_cast<int>(shape.kernelWidth);
  column = tap - line * static_cast<int>(shape.kernelWidth);
  frame = line / static_cast<int>(shape.kernelHeight);
  row = line - frame * static_cast<int>(shape.kernelHeight);
}

__device__ __forceinline__ void TapPosition::advance(
    const Convolution& convolution, int channels) {
  channel += channels;
  while (channel >= convolution.shape.inChannels) {
    channel -= static_cast<int>(convolution.shape.inChannels);
    if (++column == convolution.shape.kernelWidth) {
      column = 0;
      if (++row == convolution.shape.kernelHeight) {
        row = 0;
        frame++;
      }
    }
  }
}
