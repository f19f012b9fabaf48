// Sizes of an attention, as the launcher passes them.
#pragma once

// 64-bit integers, in this order.
struct AttentionShape {
  long long queries, keys, headDim;
  long long queryStride, keyStride, valueStride, outStride;
  long long biasHeadStride, biasQueryStride;
  // How many keys a block takes, a multiple of its tile, and how many blocks share a row's keys.
  long long keysPerSplit, splits;
};
