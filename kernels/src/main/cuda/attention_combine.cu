// Joins the parts of attention_bf16 over the splits of the keys.
//
// sums is float [splits, queries, heads * headDim], scales is float [splits, queries, heads, 2]: the
// largest score and the sum of exponentials relative to it, in powers of 2; out is bf16 [queries,
// heads * headDim]. Global memory 4 * splits + 2 bytes for each element of out.
//
// Grid: one thread for each element of out.
#include "elements.cuh"

extern "C" __global__ void __launch_bounds__(256) attention_combine(
    bf16* out, const float* sums, const float* scales, long long queries, int heads, int headDim,
    int splits) {
  long long count = queries * heads * headDim;
  long long index = globalThread();
  if (index >= count) {
    return;
  }
  long long row = index / headDim;
  long long rows = queries * heads;
  float largest = -INFINITY;
  for (int split = 0; split < splits; split++) {
    largest = fmaxf(largest, scales[2 * (split * rows + row)]);
  }
  float sum = 0.0f;
  float total = 0.0f;
  for (int split = 0; split < splits; split++) {
    const float* scale = scales + 2 * (split * rows + row);
    // A split whose keys are all masked counts nothing; if all are, the result is 0 / 0.
    float factor = scale[0] == -INFINITY ? 0.0f : exp2f(scale[0] - largest);
    sum = fmaf(factor, sums[split * count + index], sum);
    total = fmaf(factor, scale[1], total);
  }
  store(out, index, true, sum / total);
}
