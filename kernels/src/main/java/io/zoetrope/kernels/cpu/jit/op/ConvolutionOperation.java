package io.zoetrope.kernels.cpu.jit.op;

import io.zoetrope.kernels.cpu.blocks.Join;
import io.zoetrope.kernels.cpu.jit.memory.ProductOperands;
import io.zoetrope.ops.Activation;
import io.zoetrope.ops.ConvGeometry;
import io.zoetrope.tensor.Tensor;
import java.lang.ref.Reference;

/** 3D convolution by one of the {@linkplain ConvolutionAlgorithm algorithms}. */
public final class ConvolutionOperation {
  private final Products products;
  private final ConvolutionAlgorithm algorithm;

  /** Makes the operation, which chooses for each geometry among what the algorithm allows. */
  public ConvolutionOperation(Products products, ConvolutionAlgorithm algorithm) {
    this.products = products;
    this.algorithm = algorithm;
  }

  /**
   * Computes {@code Ops.conv3d}, or adds it to a residual; what may be null in {@code Backend} may
   * be null here.
   */
  public void run(
      Tensor out,
      Tensor x,
      Tensor history,
      Tensor weight,
      Tensor bias,
      ConvGeometry geometry,
      Tensor residual) {
    Join join = residual == null ? Join.NONE : Join.ADD;
    var epilogue = new BlockEpilogue(products, out, bias, Activation.NONE, join, residual, null);
    Runnable call =
        filtersMinimally(x, weight, geometry)
            ? new WinogradConvolution(products, out, x, history, weight, geometry, epilogue)
            : new ImplicitGemmConvolution(
                products, out, x, history, weight, operands(x, weight), geometry, epilogue);
    call.run();
    epilogue.finish();
    Reference.reachabilityFence(call);
  }

  /** Bytes of the form of a weight that is multiplied by. */
  public long weightBytes(Tensor x, Tensor weight, ConvGeometry geometry) {
    return filtersMinimally(x, weight, geometry)
        ? products.transformedBytes(weight)
        : products.packedBytes(weight, operands(x, weight));
  }

  /** Bytes of the workspaces of all threads. */
  public long workspaceBytes(Tensor out, Tensor x, Tensor weight, ConvGeometry geometry) {
    return filtersMinimally(x, weight, geometry)
        ? WinogradConvolution.workspaceBytes(products, out, x)
        : ImplicitGemmConvolution.workspaceBytes(
            products, out, weight, operands(x, weight), geometry);
  }

  private ProductOperands operands(Tensor x, Tensor weight) {
    return products.operands(x.dtype(), weight.dtype(), weight.intSize(1));
  }

  private boolean filtersMinimally(Tensor x, Tensor weight, ConvGeometry geometry) {
    return switch (algorithm) {
      case IMPLICIT_GEMM -> false;
      case WINOGRAD -> WinogradConvolution.serves(weight, geometry);
      case AUTO ->
          // Where products of BF16 are twice as fast or more, they would have to be given up.
          operands(x, weight) != ProductOperands.HALVES
              && WinogradConvolution.pays(x, weight, geometry);
    };
  }
}
