// Rotary position embedding of neighbouring pairs of elements of a head.
#pragma once
#include "elements.cuh"

// Rotates N elements that begin at `element` (even) of a head; cosines and sines are [rows, headDim /
// 2].
template <int N>
__device__ __forceinline__ void rotatePairs(
    float (&values)[N], const float* cosines, const float* sines, long long row, int element,
    int headDim) {
  long long angle = row * (headDim / 2) + element / 2;
#pragma unroll
  for (int i = 0; i < N; i += 2) {
    float cosine = cosines[angle + i / 2];
    float sine = sines[angle + i / 2];
    float even = values[i];
    float odd = values[i + 1];
    values[i] = even * cosine - odd * sine;
    values[i + 1] = even * sine + odd * cosine;
  }
}
