// Group normalisation of channels-last data, then an activation. Groups are of neighbouring
// channels; the statistics are those of a group in all positions of a sample.
//
//   group_norm_moments  mean and squared deviations of the parts of each group
//   group_norm          out = activation(normalised(x) * weight + bias)
//
// x and out are [samples, positions, channels] of one of the two types; weight and bias are
// [channels] of either type or null. Any sizes, as long as a part has fewer than 2^31 elements.
// Global memory: x twice, out once; a group that is narrow beside a sector shares it with its
// neighbours, which run at the same time.
//
// Grid: one block of 256 threads for each part of the positions of each group of each sample.
#include "activation.cuh"
#include "elements.cuh"
#include "reductions.cuh"

constexpr int THREADS = 256;
constexpr int WARPS = THREADS / 32;

// Moments of a part: its mean, what rounding has left of it, and the sum of squared deviations.
constexpr int MOMENTS = 3;

// How the positions of a sample are split: into parts of the same size, but for the last one.
struct Split {
  long long positions;
  long long positionsOfPart;
  long long parts;

  __device__ __forceinline__ float size(int part) const {
    long long begin = part * positionsOfPart;
    return static_cast<float>(min(positionsOfPart, positions - begin));
  }
};

// What one block works on.
struct Part {
  int group;        // among those of all samples
  int index;        // among those of the group
  long long first;  // element of x that is the first one
  int positions;
  int width;  // channels of a group
  int channel;

  __device__ __forceinline__ Part(const Split& split, int channels, int groups) {
    group = blockIdx.x / static_cast<int>(split.parts);
    index = blockIdx.x - group * static_cast<int>(split.parts);
    width = channels / groups;
    int sample = group / groups;
    channel = (group - sample * groups) * width;
    long long begin = index * split.positionsOfPart;
    positions = static_cast<int>(min(split.positionsOfPart, split.positions - begin));
    first = (sample * split.positions + begin) * channels + channel;
  }
};

// Calls body(index of the element, its channel) for N neighbours at a time.
template <int N, class Body>
__device__ __forceinline__ void each(const Part& part, int channels, Body body) {
  int count = part.positions * part.width;
  for (int i = threadIdx.x * N; i < count; i += THREADS * N) {
    int position = i / part.width;
    int channel = i - position * part.width;
    body(part.first + static_cast<long long>(position) * channels + channel, part.channel + channel);
  }
}

template <int N>
__device__ __forceinline__ void measure(
    float* moments, const void* x, int isBf16, const Part& part, int channels, int parts) {
  __shared__ float partial[3][WARPS];
  float count = static_cast<float>(part.positions * part.width);
  float sum = 0.0f;
  each<N>(part, channels, [&](long long index, int) {
    float values[N];
    loadVector<N>(values, x, index, isBf16);
#pragma unroll
    for (int j = 0; j < N; j++) {
      sum += values[j];
    }
  });
  float mean = blockSum<WARPS>(sum, partial[0]) / count;
  float lack = 0.0f;
  float squares = 0.0f;
  each<N>(part, channels, [&](long long index, int) {
    float values[N];
    loadVector<N>(values, x, index, isBf16);
#pragma unroll
    for (int j = 0; j < N; j++) {
      float centred = values[j] - mean;
      lack += centred;
      squares = fmaf(centred, centred, squares);
    }
  });
  lack = blockSum<WARPS>(lack, partial[1]) / count;
  squares = blockSum<WARPS>(squares, partial[2]) - lack * lack * count;
  if (threadIdx.x == 0) {
    float* own = moments + (static_cast<long long>(part.group) * parts + part.index) * MOMENTS;
    own[0] = mean;
    own[1] = lack;
    own[2] = squares;
  }
}

extern "C" __global__ void __launch_bounds__(THREADS) group_norm_moments(
    float* moments, const void* x, int isBf16, Split split, int channels, int groups) {
  Part part(split, channels, groups);
  if (part.width % VECTOR == 0 && aligned(x)) {
    measure<VECTOR>(moments, x, isBf16, part, channels, static_cast<int>(split.parts));
  } else {
    measure<1>(moments, x, isBf16, part, channels, static_cast<int>(split.parts));
  }
}

template <int N>
__device__ __forceinline__ void normalise(
    void* out, const void* x, int isBf16, const void* weight, int weightBf16, const void* bias,
    int biasBf16, const Part& part, int channels, float centre, float rest, float factor,
    int activation) {
  each<N>(part, channels, [&](long long index, int channel) {
    float values[N];
    loadVector<N>(values, x, index, isBf16);
#pragma unroll
    for (int j = 0; j < N; j++) {
      float value = (values[j] - centre - rest) * factor;
      if (weight != nullptr) {
        value *= load(weight, channel + j, weightBf16);
      }
      if (bias != nullptr) {
        value += load(bias, channel + j, biasBf16);
      }
      values[j] = activate(value, activation);
    }
    storeVector<N>(out, index, isBf16, values);
  });
}

extern "C" __global__ void __launch_bounds__(THREADS) group_norm(
    void* out, const void* x, int isBf16, const void* weight, int weightBf16, const void* bias,
    int biasBf16, const float* moments, Split split, int channels, int groups, float eps,
    int activation) {
  __shared__ float partial[2][WARPS];
  Part part(split, channels, groups);
  moments += static_cast<long long>(part.group) * split.parts * MOMENTS;
  // The first part's mean is subtracted first, so that what a large mean lacks is not lost.
  float centre = moments[0];
  float all = static_cast<float>(split.positions);
  float rest = 0.0f;
  for (int i = threadIdx.x; i < split.parts; i += THREADS) {
    rest += split.size(i) * (moments[i * MOMENTS] - centre + moments[i * MOMENTS + 1]);
  }
  rest = blockSum<WARPS>(rest, partial[0]) / all;
  float squares = 0.0f;
  for (int i = threadIdx.x; i < split.parts; i += THREADS) {
    float apart = moments[i * MOMENTS] - centre + moments[i * MOMENTS + 1] - rest;
    squares += moments[i * MOMENTS + 2] + split.size(i) * part.width * apart * apart;
  }
  float variance = blockSum<WARPS>(squares, partial[1]) / (all * part.width);
  float factor = 1.0f / sqrtf(variance + eps);
  if (part.width % VECTOR == 0 && aligned(out, x)) {
    normalise<VECTOR>(
        out, x, isBf16, weight, weightBf16, bias, biasBf16, part, channels, centre, rest, factor,
        activation);
  } else {
    normalise<1>(
        out, x, isBf16, weight, weightBf16, bias, biasBf16, part, channels, centre, rest, factor,
        activation);
  }
}
