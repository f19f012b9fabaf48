package io.zoetrope.kernels.cpu.vector;

import static io.zoetrope.kernels.cpu.vector.Elements.FLOATS;
import static io.zoetrope.kernels.cpu.vector.Elements.LANES;

import io.zoetrope.kernels.cpu.pool.WorkerPool;
import io.zoetrope.ops.WeightElements;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/**
 * A weight as the right matrix B[depth x columns] of a product, cut in panels of as many columns as
 * a tile has; within a panel, the columns of a row are neighbours.
 *
 * <p>Weights that are used in bfloat16 take 16 bits here. An int holds two of them, of columns a
 * vector apart, so that one load, a shift and a mask make two vectors of floats.
 */
final class PackedMatrix {
  private static final int HIGH_HALF = 0xffff0000;

  private final MemorySegment panels;
  private final boolean halves;
  private final int depth;
  private final int width;

  private PackedMatrix(MemorySegment panels, boolean halves, int depth, int width) {
    this.panels = panels;
    this.halves = halves;
    this.depth = depth;
    this.width = width;
  }

  /**
   * Packs a weight [columns, channels, taps...]: row {@code tap * channels + channel} of B comes
   * from element (channel, tap) of each row of the weight.
   *
   * @param weight contiguous; the first dimension becomes the columns
   * @param channels the depth itself for a matrix without taps
   * @param width columns of a panel: two vectors
   */
  static PackedMatrix pack(
      Tensor weight, int channels, int width, Arena arena, WorkerPool<Workspace> pool) {
    int columns = weight.intSize(0);
    int depth = Math.toIntExact(weight.count() / columns);
    int panelCount = Math.ceilDiv(columns, width);
    boolean halves = weight.dtype() == DType.BF16;
    int bytes = halves ? Short.BYTES : Float.BYTES;
    MemorySegment panels = arena.allocate((long) panelCount * depth * width * bytes, 64);
    PackedMatrix packed = new PackedMatrix(panels, halves, depth, width);
    WeightElements elements = WeightElements.of(weight);
    pool.run(
        panelCount,
        (panel, workspace) -> packed.packPanel(panel, elements, columns, channels, workspace));
    return packed;
  }

  private void packPanel(
      int panel, WeightElements weight, int columns, int channels, Workspace workspace) {
    float[] block = workspace.floats(Workspace.Piece.PANEL, depth * width);
    readPanel(weight, columns, depth, channels, panel, width, block, 0, workspace);
    long start = (long) panel * depth * width;
    if (!halves) {
      MemorySegment.copy(
          block, 0, panels, ValueLayout.JAVA_FLOAT, start * Float.BYTES, depth * width);
      return;
    }
    for (int k = 0; k < depth; k++) {
      for (int lane = 0; lane < LANES; lane++) {
        int low = Float.floatToRawIntBits(block[k * width + lane]) >>> 16;
        int high = Float.floatToRawIntBits(block[k * width + LANES + lane]) & HIGH_HALF;
        panels.setAtIndex(ValueLayout.JAVA_INT, start / 2 + (long) k * LANES + lane, low | high);
      }
    }
  }

  /**
   * Reads a panel of B as floats, from a weight as {@link #pack} takes it.
   *
   * @param columns of B
   * @param depth of B
   * @param out takes the panel from {@code at} on; columns beyond the last one are zero
   */
  static void readPanel(
      WeightElements weight,
      int columns,
      int depth,
      int channels,
      int panel,
      int width,
      float[] out,
      int at,
      Workspace workspace) {
    float[] row = workspace.floats(Workspace.Piece.LEFT, depth);
    int taps = depth / channels;
    for (int column = 0; column < width; column++) {
      int source = panel * width + column;
      if (source < columns) {
        weight.read((long) source * depth, row, 0, depth);
      } else {
        Arrays.fill(row, 0, depth, 0);
      }
      for (int tap = 0; tap < taps; tap++) {
        for (int channel = 0; channel < channels; channel++) {
          out[at + (tap * channels + channel) * width + column] = row[channel * taps + tap];
        }
      }
    }
  }

  /** Rows of B. */
  int depth() {
    return depth;
  }

  /** Writes {@code count} rows of a panel, widened to floats, from the start of {@code out} on. */
  void unpack(int panel, int from, int count, float[] out, Workspace workspace) {
    long start = ((long) panel * depth + from) * width;
    if (!halves) {
      MemorySegment.copy(
          panels, ValueLayout.JAVA_FLOAT, start * Float.BYTES, out, 0, count * width);
      return;
    }
    int[] pairs = workspace.pairs;
    int total = count * LANES;
    for (int i = 0; i < total; i += pairs.length) {
      int part = Math.min(pairs.length, total - i);
      MemorySegment.copy(
          panels,
          ValueLayout.JAVA_INT,
          start * Short.BYTES + (long) i * Integer.BYTES,
          pairs,
          0,
          part);
      widen(pairs, part, out, 2 * i);
    }
  }

  static void widen(int[] pairs, int count, float[] out, int at) {
    for (int i = 0; i < count; i += LANES) {
      IntVector pair = IntVector.fromArray(IntVector.SPECIES_PREFERRED, pairs, i);
      FloatVector low = pair.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats();
      FloatVector high = pair.and(HIGH_HALF).reinterpretAsFloats();
      low.intoArray(out, at + 2 * i);
      high.intoArray(out, at + 2 * i + FLOATS.length());
    }
  }
}
