package io.zoetrope.kernels.cpu.jit.op;

import io.zoetrope.kernels.cpu.blocks.ConvolutionBlocks;
import io.zoetrope.kernels.cpu.blocks.Winograd;
import io.zoetrope.kernels.cpu.blocks.WinogradBlocks;
import io.zoetrope.kernels.cpu.blocks.WinogradBlocks.Block;
import io.zoetrope.kernels.cpu.blocks.WinogradBlocks.Run;
import io.zoetrope.kernels.cpu.jit.asm.GeneratedFunction;
import io.zoetrope.kernels.cpu.jit.kernel.WinogradTransform;
import io.zoetrope.kernels.cpu.jit.memory.NativeWorkspace;
import io.zoetrope.kernels.cpu.jit.memory.NativeWorkspace.Piece;
import io.zoetrope.kernels.cpu.jit.memory.PackedWeight;
import io.zoetrope.kernels.cpu.jit.memory.ProductOperands;
import io.zoetrope.ops.ConvGeometry;
import io.zoetrope.ops.Convolution;
import io.zoetrope.tensor.DType;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * Convolution with kernels of 3 x 3 in space and stride 1 by minimal filtering, see {@link
 * Winograd}. A task transforms the windows of its tiles, frame by frame of the kernel, and makes of
 * the vectors at each of the {@link Winograd#POSITIONS} positions one product of matrices, [tiles x
 * channels] by [channels x out channels]; their sums are transformed back.
 */
final class WinogradConvolution implements Runnable {
  /** Channels of the input that are worth being transformed. */
  private static final int FEWEST_CHANNELS = 16;

  /** Tiles of a frame that fill the rows of a product. */
  private static final int FEWEST_TILES = 16;

  /** Transformed weights are four times as large: so many channels need a tile that shares them. */
  private static final int CHANNELS_FOR_A_TILE = 4;

  /** Keeps what is at different positions out of the same set of a cache. */
  private static final long GAP = 64;

  private final Products products;
  private final ConvGeometry geometry;
  private final PackedWeight weight;
  private final BlockEpilogue epilogue;
  private final InputWindows windows;
  private final WinogradBlocks blocks;
  private final int kernelFrames;
  private final int channels;
  private final int outHeight;
  private final int outWidth;
  private final int panelWidth;
  private final GeneratedFunction<WinogradTransform> transformInput;
  private final GeneratedFunction<WinogradTransform> transformResult;

  WinogradConvolution(Products products, Convolution op, BlockEpilogue epilogue) {
    this.products = products;
    this.geometry = op.geometry();
    this.weight = products.transformed(op.weight());
    this.epilogue = epilogue;
    windows = new InputWindows(products, DType.F32, op.x(), op.history(), geometry.upsample());
    kernelFrames = op.weight().intSize(2);
    channels = op.x().intSize(3);
    outHeight = op.out().intSize(1);
    outWidth = op.out().intSize(2);
    panelWidth = products.panelWidth();
    blocks = blocks(products, op);
    transformInput = transform(Winograd.Part.INPUT);
    transformResult = transform(Winograd.Part.RESULT);
  }

  private static WinogradBlocks blocks(Products products, Convolution op) {
    return new WinogradBlocks(
        op.out().shape(), op.x().intSize(3), products.panelWidth(), products.pool().threads());
  }

  /** Bytes of the workspaces of all threads. */
  static long workspaceBytes(Products products, Convolution op) {
    WinogradBlocks blocks = blocks(products, op);
    Block block = blocks.block(0);
    int channels = op.x().intSize(3);
    int outChannels = products.panels(block.channels()) * products.panelWidth();
    long transformed = block.tiles() * (long) channels * Winograd.POSITIONS;
    long sums = block.tiles() * (long) outChannels * Winograd.POSITIONS;
    long run = blocks.runs(block).stream().mapToInt(Run::tiles).max().orElse(0);
    long windows = Winograd.WINDOW * (run * Winograd.TILE + 2) * channels;
    long pixels = Winograd.TILE * Winograd.TILE * run * outChannels;
    int threads = Math.min(products.pool().threads(), blocks.count());
    return threads * (transformed + sums + Math.max(windows, pixels)) * Float.BYTES;
  }

  /** Whether this can compute a convolution. */
  static boolean serves(Convolution op) {
    return op.weight().intSize(3) == Winograd.KERNEL
        && op.weight().intSize(4) == Winograd.KERNEL
        && op.geometry().strideHeight() == 1
        && op.geometry().strideWidth() == 1;
  }

  /** Whether this is faster than the plain form by more than its larger weights are worth. */
  static boolean pays(Convolution op) {
    int channels = op.weight().intSize(1);
    if (!serves(op) || channels < FEWEST_CHANNELS) {
      return false;
    }
    long upsample = op.geometry().upsample();
    long pixels = upsample * op.x().intSize(1) * upsample * op.x().intSize(2);
    long tiles = pixels / (Winograd.TILE * Winograd.TILE);
    return tiles >= Math.max(FEWEST_TILES, channels / CHANNELS_FOR_A_TILE);
  }

  private GeneratedFunction<WinogradTransform> transform(Winograd.Part part) {
    return products.kernels().get(new WinogradTransform(products.set(), part));
  }

  @Override
  public void run() {
    products.pool().run(blocks.count(), (task, workspace) -> block(blocks.block(task), workspace));
  }

  private void block(Block block, NativeWorkspace workspace) {
    if (block.tiles() == 0) {
      return;
    }
    int panels = products.panels(block.channels());
    long pixelBytes = windows.pixelBytes();
    long sumBytes = (long) panels * panelWidth * Float.BYTES;
    long windowPitch = block.tiles() * pixelBytes + GAP;
    long sumPitch = block.tiles() * sumBytes + GAP;
    MemorySegment transformed =
        workspace.piece(Piece.TRANSFORMED, Winograd.POSITIONS * windowPitch);
    MemorySegment sums = workspace.piece(Piece.RESULT, Winograd.POSITIONS * sumPitch);
    List<Run> runs = blocks.runs(block);
    boolean accumulate = false;
    for (int kt = 0; kt < kernelFrames; kt++) {
      int frame = block.frame() * geometry.strideFrames() + kt - geometry.front();
      if (frame < 0) {
        continue;
      }
      for (Run run : runs) {
        transformWindows(frame, run, transformed.address(), windowPitch, workspace);
      }
      for (int position = 0; position < Winograd.POSITIONS; position++) {
        multiply(
            transformed.address() + position * windowPitch,
            kt * Winograd.POSITIONS + position,
            sums.address() + position * sumPitch,
            sumBytes,
            block,
            accumulate,
            workspace);
      }
      accumulate = true;
    }
    if (!accumulate) {
      sums.fill((byte) 0);
    }
    for (Run run : runs) {
      store(run, block, sums.address(), sumPitch, sumBytes, workspace);
    }
  }

  /** All windows of a run, whose pixels are neighbours. */
  private void transformWindows(
      int frame, Run run, long to, long positionPitch, NativeWorkspace workspace) {
    int top = run.row() * Winograd.TILE - geometry.top();
    int left = run.firstColumn() * Winograd.TILE - geometry.left();
    int right = left + (run.tiles() - 1) * Winograd.TILE + Winograd.WINDOW;
    long pixelBytes = windows.pixelBytes();
    var window = new ConvolutionBlocks.Window(frame, top, top + Winograd.WINDOW, left, right);
    InputWindows.Place from = windows.place(window, workspace);
    workspace
        .call(transformInput)
        .set(WinogradTransform.X, from.address(), Winograd.TILE * pixelBytes)
        .set(WinogradTransform.OUT, to + run.firstTile() * pixelBytes, pixelBytes)
        .set(WinogradTransform.SQUARES, run.tiles())
        .set(WinogradTransform.ELEMENTS, channels)
        .set(WinogradTransform.X_ROWS, from.rowPitch())
        .set(WinogradTransform.X_COLUMNS, pixelBytes)
        .set(WinogradTransform.OUT_ROWS, Winograd.WINDOW * positionPitch)
        .set(WinogradTransform.OUT_COLUMNS, positionPitch)
        .set(WinogradTransform.SCRATCH, scratch(workspace))
        .run();
  }

  /** One position of one frame of the kernel. */
  private void multiply(
      long a,
      int tap,
      long c,
      long cPitch,
      Block block,
      boolean accumulate,
      NativeWorkspace workspace) {
    int stepsAtOnce = Products.stepsAtOnce(channels);
    boolean more = accumulate;
    for (int step = 0; step < channels; step += stepsAtOnce) {
      products.multiply(
          workspace,
          ProductOperands.FLOATS,
          new Products.Place(
              a + (long) step * Float.BYTES,
              windows.pixelBytes(),
              weight.at(block.firstChannel() / panelWidth, tap * channels + step),
              weight.panelBytes(),
              c,
              cPitch),
          Products.noOffset(workspace),
          1,
          Math.min(stepsAtOnce, channels - step),
          block.tiles(),
          products.panels(block.channels()),
          more);
      more = true;
    }
  }

  /** Makes pixels of the sums of a run, and leaves out those beyond the border. */
  private void store(
      Run run,
      Block block,
      long sums,
      long positionPitch,
      long sumBytes,
      NativeWorkspace workspace) {
    long rowPitch = run.tiles() * Winograd.TILE * sumBytes;
    MemorySegment pixels = workspace.piece(Piece.LEFT, Winograd.TILE * rowPitch);
    workspace
        .call(transformResult)
        .set(WinogradTransform.X, sums + run.firstTile() * sumBytes, sumBytes)
        .set(WinogradTransform.OUT, pixels.address(), Winograd.TILE * sumBytes)
        .set(WinogradTransform.SQUARES, run.tiles())
        .set(WinogradTransform.ELEMENTS, block.channels())
        .set(WinogradTransform.X_ROWS, Winograd.WINDOW * positionPitch)
        .set(WinogradTransform.X_COLUMNS, positionPitch)
        .set(WinogradTransform.OUT_ROWS, rowPitch)
        .set(WinogradTransform.OUT_COLUMNS, sumBytes)
        .set(WinogradTransform.SCRATCH, scratch(workspace))
        .run();
    int firstRow = run.row() * Winograd.TILE;
    int firstColumn = run.firstColumn() * Winograd.TILE;
    int width = Math.min(run.tiles() * Winograd.TILE, outWidth - firstColumn);
    for (int row = 0; row < Math.min(Winograd.TILE, outHeight - firstRow); row++) {
      long pixel = ((long) block.frame() * outHeight + firstRow + row) * outWidth + firstColumn;
      epilogue.store(
          workspace,
          pixels.address() + row * rowPitch,
          sumBytes,
          pixel,
          width,
          block.firstChannel(),
          block.channels());
    }
  }

  private static long scratch(NativeWorkspace workspace) {
    return workspace.piece(Piece.SCRATCH, WinogradTransform.SCRATCH_BYTES).address();
  }
}
