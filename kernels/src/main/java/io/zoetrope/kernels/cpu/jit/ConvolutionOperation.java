package io.zoetrope.kernels.cpu.jit;

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
  /** Pixels of a task along a row. */
  private static final int COLUMNS = 48;

  /** Pixels of a task. */
  private static final int PIXELS = 96;

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
    var epilogue = new BlockEpilogue(products, out, bias, Activation.NONE, residual, null);
    Call call = new Call(out, x, history, weight, packed, geometry, epilogue);
    call.run();
    epilogue.finish();
    Reference.reachabilityFence(call);
  }

  /** Where a block of pixels finds its input: the window's first pixel, and bytes between rows. */
  private record Window(long address, long rowPitch) {}

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
    private final int frames;
    private final int inHeight;
    private final int inWidth;
    private final int channels;
    private final int kernelFrames;
    private final int kernelHeight;
    private final int kernelWidth;
    private final int outHeight;
    private final int outWidth;
    private final int outChannels;

    /** Bytes of a pixel of the input, and of one as the product takes it. */
    private final long inPixelBytes;

    private final long pixelBytes;

    private final int panelWidth = products.panelWidth();
    private final int blockColumns;
    private final int blockRows;
    private final int columnBlocks;
    private final int rowBlocks;
    private final int blockChannels;
    private final int channelBlocks;
    private final int windowColumns;
    private final int windowRows;

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
      frames = out.intSize(0);
      outHeight = out.intSize(1);
      outWidth = out.intSize(2);
      outChannels = out.intSize(3);
      inPixelBytes = (long) channels * x.dtype().bytes();
      pixelBytes = (long) channels * operands.elementBytes();

      columnBlocks = Math.ceilDiv(outWidth, COLUMNS);
      blockColumns = Math.ceilDiv(outWidth, columnBlocks);
      windowColumns = (blockColumns - 1) * geometry.strideWidth() + kernelWidth;
      int affordableRows = (int) (WINDOW_BYTES / (windowColumns * pixelBytes));
      int rows = Math.max(1, (affordableRows - kernelHeight) / geometry.strideHeight() + 1);
      int wanted = Math.min(Math.min(rows, Math.ceilDiv(PIXELS, blockColumns)), outHeight);
      rowBlocks = Math.ceilDiv(outHeight, wanted);
      blockRows = Math.ceilDiv(outHeight, rowBlocks);
      windowRows = (blockRows - 1) * geometry.strideHeight() + kernelHeight;

      int pixelBlocks = frames * rowBlocks * columnBlocks;
      int parts = Math.ceilDiv(2 * products.pool().threads(), pixelBlocks);
      int panels = products.panels(outChannels);
      blockChannels = Math.ceilDiv(panels, Math.min(parts, panels)) * panelWidth;
      channelBlocks = Math.ceilDiv(outChannels, blockChannels);
    }

    void run() {
      int blocks = frames * rowBlocks * columnBlocks * channelBlocks;
      products.pool().run(blocks, this::block);
    }

    private void block(int task, NativeWorkspace workspace) {
      int firstChannel = task % channelBlocks * blockChannels;
      int rest = task / channelBlocks;
      int firstColumn = rest % columnBlocks * blockColumns;
      rest /= columnBlocks;
      int firstRow = rest % rowBlocks * blockRows;
      int frame = rest / rowBlocks;
      int height = Math.min(blockRows, outHeight - firstRow);
      int width = Math.min(blockColumns, outWidth - firstColumn);
      int depthOfBlock = Math.min(blockChannels, outChannels - firstChannel);
      if (height <= 0 || width <= 0) {
        return;
      }
      int panels = products.panels(depthOfBlock);
      long cPitch = (long) panels * panelWidth * Float.BYTES;
      MemorySegment c = workspace.piece(Piece.RESULT, height * width * cPitch);
      boolean accumulate = false;
      for (int kt = 0; kt < kernelFrames; kt++) {
        Window window = window(frame, kt, firstRow, firstColumn, height, width, workspace);
        if (window != null) {
          multiplyTaps(
              kt, window, firstChannel, panels, height, width, c, cPitch, accumulate, workspace);
          accumulate = true;
        }
      }
      if (!accumulate) {
        c.fill((byte) 0);
      }
      for (int row = 0; row < height; row++) {
        long pixel = ((long) frame * outHeight + firstRow + row) * outWidth + firstColumn;
        epilogue.store(
            workspace,
            c.address() + row * width * cPitch,
            cPitch,
            pixel,
            width,
            firstChannel,
            depthOfBlock);
      }
    }

    /** The taps of one kernel frame: as many kernel rows at once as a panel block has steps. */
    private void multiplyTaps(
        int kt,
        Window window,
        int firstChannel,
        int panels,
        int height,
        int width,
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
          long b = weight.at(firstChannel / panelWidth, (kt * kernelHeight + kh) * rowSteps + step);
          for (int row = 0; row < height; row++) {
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
                    c.address() + row * width * cPitch,
                    cPitch),
                offsets.address() + (long) kh * Long.BYTES,
                taps,
                part,
                width,
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

    /**
     * The input that a block of pixels needs from one frame, with zeros where it reaches over the
     * border.
     *
     * @return null if this is one of the zero frames in front
     */
    private Window window(
        int frame,
        int kt,
        int firstRow,
        int firstColumn,
        int height,
        int width,
        NativeWorkspace workspace) {
      int t = frame * geometry.strideFrames() + kt - geometry.front();
      if (t < 0) {
        return null;
      }
      NativeView source = t < past ? history : x;
      long sourceFrame = t < past ? t : t - past;
      int left = firstColumn * geometry.strideWidth() - geometry.left();
      int right = left + (width - 1) * geometry.strideWidth() + kernelWidth;
      int top = firstRow * geometry.strideHeight() - geometry.top();
      int bottom = top + (height - 1) * geometry.strideHeight() + kernelHeight;
      boolean inside = left >= 0 && right <= inWidth && top >= 0 && bottom <= inHeight;
      if (inside && upsample == 1 && inPixelBytes == pixelBytes) {
        long pixel = (sourceFrame * inHeight + top) * inWidth + left;
        return new Window(source.address() + pixel * inPixelBytes, inWidth * inPixelBytes);
      }
      long rowPitch = windowColumns * pixelBytes;
      MemorySegment window = workspace.piece(Piece.LEFT, windowRows * rowPitch);
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
      return new Window(window.address(), rowPitch);
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
