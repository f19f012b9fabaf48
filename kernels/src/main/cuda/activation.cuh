// The element-wise functions of io.zoetrope.ops.Activation, in the order of that enum.
#pragma once

enum Activation { NONE = 0, SILU = 1, GELU_TANH = 2, GELU_ERF = 3 };

// x * sigmoid(y). For large negative y the exponential is infinite and the quotient is 0.
__device__ __forceinline__ float timesSigmoid(float x, float y) {
  return __fdividef(x, 1.0f + exp2f(-1.4426950408889634f * y));
}

__device__ __forceinline__ float activate(float x, int activation) {
  switch (activation) {
    case SILU:
      return timesSigmoid(x, x);
    case GELU_TANH:
      // (1 + tanh(u)) / 2 is the sigmoid of 2u; u = sqrt(2 / pi) (x + 0.044715 x^3).
      return timesSigmoid(x, 1.5957691216057308f * (x + 0.044715f * x * x * x));
    case GELU_ERF:
      return 0.5f * x * (1.0f + erff(0.70710678118654752f * x));
    default:
      return x;
  }
}
