package io.zoetrope.kernels.cpu.jit;

import io.zoetrope.kernels.cpu.blocks.ConvolutionBlocks;
import io.zoetrope.kernels.cpu.blocks.Join;
import io.zoetrope.kernels.cpu.jit.NativeWorkspace.Piece;
import io.zoetrope.ops.Activation;
import io.zoetrope.ops.ConvGeometry;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.ref.Reference;

/**
 * 3D convolution as an implicit matrix product, or by {@link WinogradConvolution}. For each kernel
 * frame in turn, a task takes the window of the input that its block of pixels needs; within it,
 * the channels of all taps of a kernel row are neighbours for each pixel, so a kernel row is one
 * product with the pixels' stride as the stride of A, and no matrix of patches is built. A window
 * is read in place unless it reaches over the border or has to be converted.
 */
final class ConvolutionOperation {
  /** A window takes about half of the L2 cache. */
  private static final int WINDOW_BYTES = 512 << 10;

  private final Products products;
  private final ConvolutionAlgorithm algorithm;

  ConvolutionOperation(Products products, ConvolutionAlgorithm algorithm) {
    this.products = products;
    this.algorithm = algorithm;
  }

  void run(
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
            : new Call(out, x, history, weight, operands(x, weight), geometry, epilogue);
    call.run();
    epilogue.finish();
    Reference.reachabilityFence(call);
  }

  /** Bytes of the form of a weight that is multiplied by. */
  long weightBytes(Tensor x, Tensor weight, ConvGeometry geometry) {
    return filtersMinimally(x, weight, geometry)
        ? products.transformedBytes(weight)
        : products.packedBytes(weight, operands(x, weight));
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

  /** One call; its fields are what all tasks share. */
  private final class Call implements Runnable {
    private final ConvGeometry geometry;
    private final PackedWeight weight;
    private final BlockEpilogue epilogue;
    private final ProductOperands operands;
    private final InputWindows windows;
    private final int channels;
    private final int kernelFrames;
    private final int kernelHeight;
    private final int kernelWidth;
    private final int panelWidth = products.panelWidth();
    private final int outHeight;
    private final int outWidth;
    private final ConvolutionBlocks blocks;

    Call(
        Tensor out,
        Tensor x,
        Tensor history,
        Tensor weight,
        ProductOperands operands,
        ConvGeometry geometry,
        BlockEpilogue epilogue) {
      this.geometry = geometry;
      this.weight = products.packed(weight, operands);
      this.epilogue = epilogue;
      this.operands = operands;
      DType as = operands == ProductOperands.HALVES ? DType.BF16 : DType.F32;
      windows = new InputWindows(products, as, x, history, geometry.upsample());
      channels = x.intSize(3);
      kernelFrames = weight.intSize(2);
      kernelHeight = weight.intSize(3);
      kernelWidth = weight.intSize(4);
      outHeight = out.intSize(1);
      outWidth = out.intSize(2);
      blocks =
          new ConvolutionBlocks(
              out.shape(),
              weight.shape(),
              geometry,
              panelWidth,
              WINDOW_BYTES / operands.elementBytes(),
              products.pool().threads());
    }

    @Override
    public void run() {
      products
          .pool()
          .run(blocks.count(), (task, workspace) -> block(blocks.block(task), workspace));
    }

    private void block(ConvolutionBlocks.Block block, NativeWorkspace workspace) {
      int height = block.height();
      int width = block.width();
      if (height == 0 || width == 0) {
        return;
      }
      int panels = products.panels(block.channels());
      long cPitch = (long) panels * panelWidth * Float.BYTES;
      MemorySegment c = workspace.piece(Piece.RESULT, height * width * cPitch);
      boolean accumulate = false;
      for (int kt = 0; kt < kernelFrames; kt++) {
        ConvolutionBlocks.Window window = blocks.window(block, kt);
        if (window != null) {
          InputWindows.Place place = windows.place(window, workspace);
          multiplyTaps(kt, place, block, panels, c, cPitch, accumulate, workspace);
          accumulate = true;
        }
      }
      if (!accumulate) {
        c.fill((byte) 0);
      }
      for (int row = 0; row < height; row++) {
        long pixel =
            ((long) block.frame() * outHeight + block.firstRow() + row) * outWidth
                + block.firstColumn();
        epilogue.store(
            workspace,
            c.address() + row * width * cPitch,
            cPitch,
            pixel,
            width,
            block.firstChannel(),
            block.channels());
      }
    }

    /** The taps of one kernel frame: as many kernel rows at once as a panel block has steps. */
    private void multiplyTaps(
        int kt,
        InputWindows.Place window,
        ConvolutionBlocks.Block block,
        int panels,
        MemorySegment c,
        long cPitch,
        boolean accumulate,
        NativeWorkspace workspace) {
      int rowSteps = kernelWidth * channels / operands.elementsOfStep();
      int stepsAtOnce = Products.stepsAtOnce(rowSteps);
      int rowsAtOnce = Math.clamp(Products.STEPS / rowSteps, 1, kernelHeight);
      MemorySegment offsets = workspace.piece(Piece.OFFSETS, (long) kernelHeight * Long.BYTES);
      for (int kh = 0; kh < kernelHeight; kh++) {
        offsets.setAtIndex(ValueLayout.JAVA_LONG, kh, kh * window.rowPitch());
      }
      boolean more = accumulate;
      for (int kh = 0; kh < kernelHeight; kh += rowsAtOnce) {
        int taps = Math.min(rowsAtOnce, kernelHeight - kh);
        for (int step = 0; step < rowSteps; step += stepsAtOnce) {
          int part = Math.min(stepsAtOnce, rowSteps - step);
          long b =
              weight.at(
                  block.firstChannel() / panelWidth, (kt * kernelHeight + kh) * rowSteps + step);
          for (int row = 0; row < block.height(); row++) {
            long a =
                window.address()
                    + row * geometry.strideHeight() * window.rowPitch()
                    + (long) step * Integer.BYTES;
            products.multiply(
                workspace,
                operands,
                new Products.Place(
                    a,
                    geometry.strideWidth() * windows.pixelBytes(),
                    b,
                    weight.panelBytes(),
                    c.address() + row * block.width() * cPitch,
                    cPitch),
                offsets.address() + (long) kh * Long.BYTES,
                taps,
                part,
                block.width(),
                panels,
                more);
          }
          more = true;
        }
      }
    }
  }
}
