package io.zoetrope.kernels.cuda;

import io.zoetrope.ops.ConvGeometry;
import io.zoetrope.ops.Ops;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Tensor;

/** 3D convolutions: history, strides, doubling of height and width, residual. */
final class ConvolutionScenarios extends ReferenceComparison {
  ConvolutionScenarios(Ops tested) {
    super(tested);
  }

  void convolution(DType dtype, int channels, int outChannels) {
    Tensor x = values(dtype, 3, 5, 9, channels);
    Tensor history = values(dtype, 1, 5, 9, channels);
    Tensor volume = values(dtype, outChannels, channels, 3, 3, 3);
    Tensor plane = values(dtype, outChannels - 1, channels, 1, 3, 2);
    Tensor bias = values(DType.F32, outChannels);
    ConvGeometry causal = ConvGeometry.causal(1, 1);
    Tensor residual = values(dtype, 3, 5, 9, outChannels);
    check(
        (ops, t) -> {
          ops.conv3dAddInPlace(t[0], t[1], t[2], t[3], t[4], causal);
          return t[0];
        },
        residual,
        x,
        history,
        volume,
        bias);
    ConvGeometry strided = new ConvGeometry(2, 2, 3, 0, 0, 1, 2, 1);
    check((ops, t) -> ops.conv3d(t[0], null, t[1], null, strided), x, plane);
    ConvGeometry upsampled = ConvGeometry.causal(0, 1).upsampled();
    check(
        (ops, t) -> ops.conv3d(t[0], null, t[1], t[2], upsampled),
        values(dtype, 1, 3, 5, channels),
        values(dtype, outChannels, channels, 1, 3, 3),
        bias);
  }
}
