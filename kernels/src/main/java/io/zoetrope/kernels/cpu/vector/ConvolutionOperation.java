package io.zoetrope.kernels.cpu.vector;

import io.zoetrope.kernels.cpu.blocks.ConvolutionBlocks;
import io.zoetrope.kernels.cpu.blocks.Join;
import io.zoetrope.kernels.cpu.vector.Workspace.Piece;
import io.zoetrope.ops.Activation;
import io.zoetrope.ops.ConvGeometry;
import io.zoetrope.ops.Convolution;
import java.util.Arrays;

/**
 * 3D convolution as an implicit matrix product. For each kernel frame in turn, a task copies the
 * window of the input that its block of pixels needs, with the zeros around it, as floats; within
 * it, the channels of all taps of a kernel row are neighbours for each pixel, so a kernel row is
 * one product with the pixels' stride as the stride of A, and no matrix of patches is built.
 * Upsampled frames exist in windows only.
 */
final class ConvolutionOperation {
  private final Gemm gemm;

  ConvolutionOperation(Gemm gemm) {
    this.gemm = gemm;
  }

  void run(Convolution op) {
    Join join = op.residual() == null ? Join.NONE : Join.ADD;
    Epilogue epilogue =
        new Epilogue(op.out(), op.bias(), Activation.NONE, join, op.residual(), null);
    gemm.withPacked(
        op.weight(), op.weight().intSize(1), packed -> new Call(op, packed, epilogue).run());
  }

  /** One call; its fields are what all tasks share. */
  private final class Call {
    private final ConvGeometry geometry;
    private final PackedMatrix weight;
    private final Epilogue epilogue;
    private final Elements x;
    private final Elements history;
    private final int past;
    private final int upsample;
    private final int inHeight;
    private final int inWidth;
    private final int channels;
    private final int kernelFrames;
    private final int kernelHeight;
    private final int kernelWidth;
    private final int outHeight;
    private final int outWidth;

    private final int panelWidth = gemm.kernel().columns();
    private final ConvolutionBlocks blocks;
    private final int windowColumns;
    private final int windowPitch;

    Call(Convolution op, PackedMatrix packed, Epilogue epilogue) {
      this.geometry = op.geometry();
      this.weight = packed;
      this.epilogue = epilogue;
      x = Elements.of(op.x());
      history = op.history() == null ? null : Elements.of(op.history());
      past = op.history() == null ? 0 : op.history().intSize(0);
      upsample = geometry.upsample();
      inHeight = op.x().intSize(1);
      inWidth = op.x().intSize(2);
      channels = op.x().intSize(3);
      kernelFrames = op.weight().intSize(2);
      kernelHeight = op.weight().intSize(3);
      kernelWidth = op.weight().intSize(4);
      outHeight = op.out().intSize(1);
      outWidth = op.out().intSize(2);

      blocks =
          new ConvolutionBlocks(
              op.out().shape(),
              op.weight().shape(),
              geometry,
              panelWidth,
              ConvolutionBlocks.windowBytes() / Float.BYTES,
              gemm.pool().threads());
      // Tiles that reach over the end of a row compute pixels that are thrown away.
      windowColumns =
          (gemm.wholeRows(blocks.blockColumns()) - 1) * geometry.strideWidth() + kernelWidth;
      windowPitch = windowColumns * channels;
    }

    void run() {
      gemm.pool().run(blocks.count(), (task, workspace) -> block(blocks.block(task), workspace));
    }

    private void block(ConvolutionBlocks.Block block, Workspace workspace) {
      int height = block.height();
      int width = block.width();
      int firstChannel = block.firstChannel();
      int depthOfBlock = block.channels();
      if (height == 0 || width == 0) {
        return;
      }
      float[] window = workspace.floats(Piece.LEFT, blocks.windowRows() * windowPitch);
      int pitch = gemm.wholeColumns(depthOfBlock);
      int rowPitch = gemm.wholeRows(blocks.blockColumns()) * pitch;
      float[] c = workspace.floats(Piece.RESULT, height * rowPitch);
      Arrays.fill(c, 0, height * rowPitch, 0);
      for (int kt = 0; kt < kernelFrames; kt++) {
        ConvolutionBlocks.Window wanted = blocks.window(block, kt);
        if (wanted == null) {
          continue;
        }
        loadWindow(wanted, window, workspace);
        for (int channel = 0; channel < depthOfBlock; channel += panelWidth) {
          int panel = (firstChannel + channel) / panelWidth;
          multiplyTaps(kt, panel, window, height, width, c, channel, pitch, rowPitch, workspace);
        }
      }

      for (int row = 0; row < height; row++) {
        long pixel =
            ((long) block.frame() * outHeight + block.firstRow() + row) * outWidth
                + block.firstColumn();
        epilogue.store(
            c, row * rowPitch, pitch, pixel, width, firstChannel, depthOfBlock, workspace);
      }
    }

    /** The taps of one kernel frame, for one panel of output channels of all pixels of a block. */
    private void multiplyTaps(
        int kt,
        int panel,
        float[] window,
        int height,
        int width,
        float[] c,
        int channel,
        int pitch,
        int rowPitch,
        Workspace workspace) {
      int depth = kernelWidth * channels;
      int pixelStride = geometry.strideWidth() * channels;
      float[] b = workspace.floats(Piece.PANEL, Gemm.DEPTH * panelWidth);
      for (int kh = 0; kh < kernelHeight; kh++) {
        for (int k = 0; k < depth; k += Gemm.DEPTH) {
          int part = Math.min(Gemm.DEPTH, depth - k);
          weight.unpack(panel, (kt * kernelHeight + kh) * depth + k, part, b, workspace);
          for (int row = 0; row < height; row++) {
            int a = (row * geometry.strideHeight() + kh) * windowPitch + k;
            int at = row * rowPitch + channel;
            gemm.multiplyRows(width, part, window, a, pixelStride, b, 0, c, at, pitch);
          }
        }
      }
    }

    /** Copies a window, with zeros where it reaches over the border. */
    private void loadWindow(ConvolutionBlocks.Window wanted, float[] window, Workspace workspace) {
      Elements source = wanted.frame() < past ? history : x;
      long sourceFrame = wanted.frame() < past ? wanted.frame() : wanted.frame() - past;
      int left = wanted.left();
      int from = Math.max(0, left);
      int to = Math.min(upsample * inWidth, left + windowColumns);
      for (int h = wanted.top(); h < wanted.bottom(); h++) {
        int at = (h - wanted.top()) * windowPitch;
        if (h < 0 || h >= upsample * inHeight || from >= to) {
          Arrays.fill(window, at, at + windowPitch, 0);
          continue;
        }
        int start = at + (from - left) * channels;
        int end = at + (to - left) * channels;
        Arrays.fill(window, at, start, 0);
        long sourceRow = sourceFrame * inHeight + h / upsample;
        loadPixels(source, sourceRow, from, to, window, start, workspace);
        Arrays.fill(window, end, at + windowPitch, 0);
      }
    }

    /** Loads pixels {@code from} to {@code to} of an upsampled row. */
    private void loadPixels(
        Elements source, long row, int from, int to, float[] window, int at, Workspace workspace) {
      int first = from / upsample;
      int count = (to - 1) / upsample - first + 1;
      // What is loaded lies at the end, so that spreading it to the front overwrites nothing
      // unread.
      int loaded = at + (to - from - count) * channels;
      long position = row * inWidth + first;
      source.load(position * channels, window, loaded, count * channels, workspace);
      if (upsample > 1) {
        for (int pixel = from; pixel < to; pixel++) {
          int read = loaded + (pixel / upsample - first) * channels;
          System.arraycopy(window, read, window, at + (pixel - from) * channels, channels);
        }
      }
    }
  }
}
