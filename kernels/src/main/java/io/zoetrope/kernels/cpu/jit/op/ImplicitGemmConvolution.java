package io.zoetrope.kernels.cpu.jit.op;

import io.zoetrope.kernels.cpu.blocks.ConvolutionBlocks;
import io.zoetrope.kernels.cpu.jit.memory.NativeWorkspace;
import io.zoetrope.kernels.cpu.jit.memory.NativeWorkspace.Piece;
import io.zoetrope.kernels.cpu.jit.memory.PackedWeight;
import io.zoetrope.kernels.cpu.jit.memory.ProductOperands;
import io.zoetrope.ops.ConvGeometry;
import io.zoetrope.ops.Convolution;
import io.zoetrope.tensor.DType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Convolution as an implicit matrix product. For each kernel frame in turn, a task takes the window
 * of the input that its block of pixels needs; within it, the channels of all taps of a kernel row
 * are neighbours for each pixel, so a kernel row is one product with the pixels' stride as the
 * stride of A, and no matrix of patches is built.
 */
final class ImplicitGemmConvolution implements Runnable {
  private final Products products;
  private final ConvGeometry geometry;
  private final PackedWeight weight;
  private final BlockEpilogue epilogue;
  private final ProductOperands operands;
  private final InputWindows windows;
  private final int channels;
  private final int kernelFrames;
  private final int kernelHeight;
  private final int kernelWidth;
  private final int panelWidth;
  private final int outHeight;
  private final int outWidth;
  private final ConvolutionBlocks blocks;

  ImplicitGemmConvolution(
      Products products, Convolution op, ProductOperands operands, BlockEpilogue epilogue) {
    this.products = products;
    this.geometry = op.geometry();
    this.weight = products.packed(op.weight(), operands);
    this.epilogue = epilogue;
    this.operands = operands;
    DType as = operands == ProductOperands.HALVES ? DType.BF16 : DType.F32;
    windows = new InputWindows(products, as, op.x(), op.history(), geometry.upsample());
    channels = op.x().intSize(3);
    kernelFrames = op.weight().intSize(2);
    kernelHeight = op.weight().intSize(3);
    kernelWidth = op.weight().intSize(4);
    outHeight = op.out().intSize(1);
    outWidth = op.out().intSize(2);
    panelWidth = products.panelWidth();
    blocks = blocks(products, op, operands);
  }

  private static ConvolutionBlocks blocks(
      Products products, Convolution op, ProductOperands operands) {
    return new ConvolutionBlocks(
        op.out().shape(),
        op.weight().shape(),
        op.geometry(),
        products.panelWidth(),
        ConvolutionBlocks.windowBytes() / operands.elementBytes(),
        products.pool().threads());
  }

  /** Bytes of the workspaces of all threads, if no window can be read in place. */
  static long workspaceBytes(Products products, Convolution op, ProductOperands operands) {
    ConvolutionBlocks blocks = blocks(products, op, operands);
    ConvolutionBlocks.Block block = blocks.block(0);
    int outChannels = products.panels(block.channels()) * products.panelWidth();
    long windowPixels = (long) blocks.windowRows() * blocks.windowColumns();
    long windows = windowPixels * op.weight().intSize(1) * operands.elementBytes();
    long sums = (long) block.height() * block.width() * outChannels * Float.BYTES;
    return Math.min(products.pool().threads(), blocks.count()) * (windows + sums);
  }

  @Override
  public void run() {
    products.pool().run(blocks.count(), (task, workspace) -> block(blocks.block(task), workspace));
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
