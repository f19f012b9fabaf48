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
 * 3D convolution as an implicit matrix product. For each kernel frame in turn, a task takes the
 * window of the input that its block of pixels needs; within it, the channels of all taps of a
 * kernel row are neighbours for each pixel, so a kernel row is one product with the pixels' stride
 * as the stride of A, and no matrix of patches is built. A window is read in place unless it
 * reaches over the border or has to be converted.
 */
final class ConvolutionOperation {
  /** A window takes about half of the L2 cache. */
  private static final int WINDOW_BYTES = 512 << 10;

  private final Products products;

  ConvolutionOperation(Products products) {
    this.products = products;
  }

  void run(
      Tensor out,
      Tensor x,
      Tensor history,
      Tensor weight,
      Tensor bias,
      ConvGeometry geometry,
      Tensor residual) {
    int depth = weight.intSize(1);
    PackedWeight packed =
        products.packed(weight, products.operands(x.dtype(), weight.dtype(), depth));
    Join join = residual == null ? Join.NONE : Join.ADD;
    var epilogue = new BlockEpilogue(products, out, bias, Activation.NONE, join, residual, null);
    Call call = new Call(out, x, history, weight, packed, geometry, epilogue);
    call.run();
    epilogue.finish();
    Reference.reachabilityFence(call);
  }

  /** Where a window lies in memory: its first pixel, and bytes between rows. */
  private record Place(long address, long rowPitch) {}

  /** One call; its fields are what all tasks share. */
  private final class Call {
    private final ConvGeometry geometry;
    private final PackedWeight weight;
    private final BlockEpilogue epilogue;
    private final ProductOperands operands;
    private final NativeView x;
    private final NativeView history;
    private final int past;
    private final int upsample;
    private final int inHeight;
    private final int inWidth;
    private final int channels;
    private final int kernelFrames;
    private final int kernelHeight;
    private final int kernelWidth;

    /** Bytes of a pixel of the input, and of one as the product takes it. */
    private final long inPixelBytes;

    private final long pixelBytes;

    private final int panelWidth = products.panelWidth();
    private final int outHeight;
    private final int outWidth;
    private final ConvolutionBlocks blocks;

    Call(
        Tensor out,
        Tensor x,
        Tensor history,
        Tensor weight,
        PackedWeight packed,
        ConvGeometry geometry,
        BlockEpilogue epilogue) {
      this.geometry = geometry;
      this.weight = packed;
      this.epilogue = epilogue;
      this.operands = packed.operands();
      this.x = NativeView.of(x);
      this.history = NativeView.ofNullable(history);
      past = history == null ? 0 : history.intSize(0);
      upsample = geometry.upsample();
      inHeight = x.intSize(1);
      inWidth = x.intSize(2);
      channels = x.intSize(3);
      kernelFrames = weight.intSize(2);
      kernelHeight = weight.intSize(3);
      kernelWidth = weight.intSize(4);
      outHeight = out.intSize(1);
      outWidth = out.intSize(2);
      inPixelBytes = (long) channels * x.dtype().bytes();
      pixelBytes = (long) channels * operands.elementBytes();

      blocks =
          new ConvolutionBlocks(
              out.shape(),
              weight.shape(),
              geometry,
              panelWidth,
              WINDOW_BYTES / operands.elementBytes(),
              products.pool().threads());
    }

    void run() {
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
          Place place = place(window, workspace);
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
        Place window,
        ConvolutionBlocks.Block block,
        int panels,
        MemorySegment c,
        long cPitch,
        boolean accumulate,
        NativeWorkspace workspace) {
      int rowSteps = kernelWidth * channels / operands.elementsOfStep();
      int rowsAtOnce = Math.clamp(Products.STEPS / rowSteps, 1, kernelHeight);
      MemorySegment offsets = workspace.piece(Piece.OFFSETS, (long) kernelHeight * Long.BYTES);
      for (int kh = 0; kh < kernelHeight; kh++) {
        offsets.setAtIndex(ValueLayout.JAVA_LONG, kh, kh * window.rowPitch());
      }
      boolean more = accumulate;
      for (int kh = 0; kh < kernelHeight; kh += rowsAtOnce) {
        int taps = Math.min(rowsAtOnce, kernelHeight - kh);
        for (int step = 0; step < rowSteps; step += stepsAtOnce(rowSteps)) {
          int part = Math.min(stepsAtOnce(rowSteps), rowSteps - step);
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
                    geometry.strideWidth() * pixelBytes,
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

    /** Parts of nearly the same length, whole steps of the matrix unit each. */
    private int stepsAtOnce(int rowSteps) {
      int parts = Math.ceilDiv(rowSteps, Products.STEPS + Products.STEPS / 2);
      int granule = BlockProduct.TILE_STEPS;
      return Math.ceilDiv(Math.ceilDiv(rowSteps, parts), granule) * granule;
    }

    /** A window in memory, with zeros where it reaches over the border. */
    private Place place(ConvolutionBlocks.Window wanted, NativeWorkspace workspace) {
      NativeView source = wanted.frame() < past ? history : x;
      long sourceFrame = wanted.frame() < past ? wanted.frame() : wanted.frame() - past;
      int top = wanted.top();
      int bottom = wanted.bottom();
      int left = wanted.left();
      int right = wanted.right();
      boolean inside = left >= 0 && right <= inWidth && top >= 0 && bottom <= inHeight;
      if (inside && upsample == 1 && inPixelBytes == pixelBytes) {
        long pixel = (sourceFrame * inHeight + top) * inWidth + left;
        return new Place(source.address() + pixel * inPixelBytes, inWidth * inPixelBytes);
      }
      long rowPitch = blocks.windowColumns() * pixelBytes;
      MemorySegment window = workspace.piece(Piece.LEFT, blocks.windowRows() * rowPitch);
      int from = Math.clamp(left, 0, upsample * inWidth);
      int to = Math.clamp(right, from, upsample * inWidth);
      for (int row = top; row < bottom; row++) {
        long at = (row - top) * rowPitch;
        if (row < 0 || row >= upsample * inHeight || from == to) {
          window.asSlice(at, rowPitch).fill((byte) 0);
          continue;
        }
        long start = at + (from - left) * pixelBytes;
        long end = at + (to - left) * pixelBytes;
        window.asSlice(at, start - at).fill((byte) 0);
        window.asSlice(end, at + rowPitch - end).fill((byte) 0);
        long sourceRow = (sourceFrame * inHeight + row / upsample) * inWidth;
        loadPixels(source, sourceRow, from, to, window.address() + start, workspace);
      }
      return new Place(window.address(), rowPitch);
    }

    /** Loads pixels {@code from} to {@code to} of an upsampled row. */
    private void loadPixels(
        NativeView source, long row, int from, int to, long at, NativeWorkspace workspace) {
      DType as = operands == ProductOperands.HALVES ? DType.BF16 : DType.F32;
      MachineCode convert =
          products.kernels().get(new ConvertRows(products.set(), source.dtype(), as));
      if (upsample == 1) {
        workspace.call(
            convert,
            source.address() + (row + from) * inPixelBytes,
            0,
            at,
            0,
            1,
            (to - from) * channels);
        return;
      }
      // Every source pixel stands for neighbours: those of one parity are copied at a time.
      for (int phase = 0; phase < upsample; phase++) {
        int first = from + Math.floorMod(phase - from, upsample);
        int count = Math.ceilDiv(to - first, upsample);
        if (count > 0) {
          workspace.call(
              convert,
              source.address() + (row + first / upsample) * inPixelBytes,
              inPixelBytes,
              at + (first - from) * pixelBytes,
              upsample * pixelBytes,
              count,
              channels);
        }
      }
    }
  }
}
