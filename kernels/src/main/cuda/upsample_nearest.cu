// Nearest-neighbour resize of channels-last video.
//
// x is [frames, height, width, channels], out is [outFrames, outHeight, outWidth, channels] of the
// same one of the two types. An output index takes the input index of torch's `nearest` (offset 0)
// or `nearest-exact` (offset 0.5): floor((index + offset) * (in / out)) in float32. Global memory: x
// and out once, when the repeated reads of x come from the cache.
//
// Grid: any number of blocks; a thread takes every so-many-th group of channels.
#include "elements.cuh"

// As the launcher passes it: 64-bit integers, in this order.
struct Resize {
  long long frames, height, width;
  long long outFrames, outHeight, outWidth, channels;
};

__device__ __forceinline__ long long nearest(
    long long index, long long size, long long outSize, float offset) {
  float scale = static_cast<float>(size) / static_cast<float>(outSize);
  float position = (static_cast<float>(index) + offset) * scale;
  return min(static_cast<long long>(position), size - 1);
}

template <int N>
__device__ __forceinline__ void resize(
    void* out, const void* x, int isBf16, float offset, const Resize& shape) {
  long long count = shape.outFrames * shape.outHeight * shape.outWidth * shape.channels;
  for (long long i = globalThread() * N; i < count; i += globalThreads() * N) {
    long long pixel = i / shape.channels;
    long long line = pixel / shape.outWidth;
    long long plane = line / shape.outHeight;
    long long column = nearest(pixel - line * shape.outWidth, shape.width, shape.outWidth, offset);
    long long row = nearest(line - plane * shape.outHeight, shape.height, shape.outHeight, offset);
    long long frame = nearest(plane, shape.frames, shape.outFrames, offset);
    long long source = ((frame * shape.height + row) * shape.width + column) * shape.channels;
    float values[N];
    loadVector<N>(values, x, source + (i - pixel * shape.channels), isBf16);
    storeVector<N>(out, i, isBf16, values);
  }
}

extern "C" __global__ void __launch_bounds__(256) upsample_nearest(
    void* out, const void* x, int isBf16, float offset, Resize shape) {
  if (shape.channels % VECTOR == 0 && aligned(out, x)) {
    resize<VECTOR>(out, x, isBf16, offset, shape);
  } else {
    resize<1>(out, x, isBf16, offset, shape);
  }
}
