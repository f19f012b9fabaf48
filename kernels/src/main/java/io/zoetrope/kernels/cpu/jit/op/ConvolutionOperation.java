package io.zoetrope.kernels.cpu.jit.op;

import io.zoetrope.kernels.cpu.blocks.Join;
import io.zoetrope.kernels.cpu.jit.memory.ProductOperands;
import io.zoetrope.ops.Activation;
import io.zoetrope.ops.Convolution;
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

  /** Computes a convolution. */
  public void run(Convolution op) {
    Join join = op.residual() == null ? Join.NONE : Join.ADD;
    var epilogue =
        new BlockEpilogue(
            products, op.out(), op.bias(), Activation.NONE, join, op.residual(), null);
    Runnable call =
        filtersMinimally(op)
            ? new WinogradConvolution(products, op, epilogue)
            : new ImplicitGemmConvolution(products, op, operands(op), epilogue);
    call.run();
    epilogue.finish();
    Reference.reachabilityFence(call);
  }

  /** Bytes of the form of the weight that is multiplied by. */
  public long weightBytes(Convolution op) {
    return filtersMinimally(op)
        ? products.transformedBytes(op.weight())
        : products.packedBytes(op.weight(), operands(op));
  }

  /** Bytes of the workspaces of all threads. */
  public long workspaceBytes(Convolution op) {
    return filtersMinimally(op)
        ? WinogradConvolution.workspaceBytes(products, op)
        : ImplicitGemmConvolution.workspaceBytes(products, op, operands(op));
  }

  private ProductOperands operands(Convolution op) {
    Tensor weight = op.weight();
    return products.operands(op.x().dtype(), weight.dtype(), weight.intSize(1));
  }

  private boolean filtersMinimally(Convolution op) {
    return switch (algorithm) {
      case IMPLICIT_GEMM -> false;
      case WINOGRAD -> WinogradConvolution.serves(op);
      case AUTO ->
          // Where products of BF16 are twice as fast or more, they would have to be given up.
          operands(op) != ProductOperands.HALVES && WinogradConvolution.pays(op);
    };
  }
}
