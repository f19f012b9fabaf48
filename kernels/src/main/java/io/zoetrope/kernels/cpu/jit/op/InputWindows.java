package io.zoetrope.kernels.cpu.jit.op;

import io.zoetrope.kernels.cpu.blocks.ConvolutionBlocks;
import io.zoetrope.kernels.cpu.jit.asm.GeneratedFunction;
import io.zoetrope.kernels.cpu.jit.kernel.ConvertRows;
import io.zoetrope.kernels.cpu.jit.memory.NativeView;
import io.zoetrope.kernels.cpu.jit.memory.NativeWorkspace;
import io.zoetrope.kernels.cpu.jit.memory.NativeWorkspace.Piece;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Tensor;
import java.lang.foreign.MemorySegment;

/**
 * Windows of a convolution's input, with zeros where they reach over the border. Those that do, are
 * upsampled, or have to be converted are copied; all others are read in place.
 */
final class InputWindows {
  private final Products products;
  private final DType as;
  private final NativeView x;
  private final NativeView history;
  private final int past;
  private final int upsample;
  private final int height;
  private final int width;
  private final int channels;

  /** Bytes of a pixel of the input, and of one as the product takes it. */
  private final long inPixelBytes;

  private final long pixelBytes;

  /**
   * The input of a convolution.
   *
   * @param as what windows are made of, F32 or BF16
   * @param x [frames, height, width, channels]
   * @param history the frames before them, or null
   * @param upsample how often each pixel counts in a row, and in a column
   */
  InputWindows(Products products, DType as, Tensor x, Tensor history, int upsample) {
    this.products = products;
    this.as = as;
    this.x = NativeView.of(x);
    this.history = NativeView.ofNullable(history);
    this.upsample = upsample;
    past = history == null ? 0 : history.intSize(0);
    height = x.intSize(1);
    width = x.intSize(2);
    channels = x.intSize(3);
    inPixelBytes = (long) channels * x.dtype().bytes();
    pixelBytes = (long) channels * as.bytes();
  }

  /** Where a window lies in memory: its first pixel, and bytes between rows. */
  record Place(long address, long rowPitch) {}

  /** Bytes from pixel to pixel of a window. */
  long pixelBytes() {
    return pixelBytes;
  }

  /** A window in memory, until {@link Piece#LEFT} is taken again. */
  Place place(ConvolutionBlocks.Window window, NativeWorkspace workspace) {
    NativeView source = window.frame() < past ? history : x;
    long sourceFrame = window.frame() < past ? window.frame() : window.frame() - past;
    int top = window.top();
    int bottom = window.bottom();
    int left = window.left();
    int right = window.right();
    boolean inside = left >= 0 && right <= width && top >= 0 && bottom <= height;
    if (inside && upsample == 1 && inPixelBytes == pixelBytes) {
      long pixel = (sourceFrame * height + top) * width + left;
      return new Place(source.address() + pixel * inPixelBytes, width * inPixelBytes);
    }
    long rowPitch = (right - left) * pixelBytes;
    MemorySegment memory = workspace.piece(Piece.LEFT, (bottom - top) * rowPitch);
    int from = Math.clamp(left, 0, upsample * width);
    int to = Math.clamp(right, from, upsample * width);
    for (int row = top; row < bottom; row++) {
      long at = (row - top) * rowPitch;
      if (row < 0 || row >= upsample * height || from == to) {
        memory.asSlice(at, rowPitch).fill((byte) 0);
        continue;
      }
      long start = at + (from - left) * pixelBytes;
      long end = at + (to - left) * pixelBytes;
      memory.asSlice(at, start - at).fill((byte) 0);
      memory.asSlice(end, at + rowPitch - end).fill((byte) 0);
      long sourceRow = (sourceFrame * height + row / upsample) * width;
      load(source, sourceRow, from, to, memory.address() + start, workspace);
    }
    return new Place(memory.address(), rowPitch);
  }

  /** Loads pixels {@code from} to {@code to} of an upsampled row. */
  private void load(
      NativeView source, long row, int from, int to, long at, NativeWorkspace workspace) {
    GeneratedFunction<ConvertRows> convert =
        products.kernels().get(new ConvertRows(products.set(), source.dtype(), as));
    if (upsample == 1) {
      workspace
          .call(convert)
          .set(ConvertRows.SOURCE, source.address() + (row + from) * inPixelBytes, 0)
          .set(ConvertRows.DESTINATION, at, 0)
          .set(ConvertRows.ROWS, 1)
          .set(ConvertRows.COLUMNS, (to - from) * channels)
          .run();
      return;
    }
    // Every source pixel stands for neighbours: those of one parity are copied at a time.
    for (int phase = 0; phase < upsample; phase++) {
      int first = from + Math.floorMod(phase - from, upsample);
      int count = Math.ceilDiv(to - first, upsample);
      if (count > 0) {
        long pixel = source.address() + (row + first / upsample) * inPixelBytes;
        long target = at + (first - from) * pixelBytes;
        workspace
            .call(convert)
            .set(ConvertRows.SOURCE, pixel, inPixelBytes)
            .set(ConvertRows.DESTINATION, target, upsample * pixelBytes)
            .set(ConvertRows.ROWS, count)
            .set(ConvertRows.COLUMNS, channels)
            .run();
      }
    }
  }
}
