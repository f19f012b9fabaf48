package io.zoetrope.kernels.cpu.vector;

import io.zoetrope.kernels.cpu.blocks.GroupMoments;
import io.zoetrope.kernels.cpu.blocks.GroupMoments.Affine;
import io.zoetrope.kernels.cpu.pool.WorkerPool;
import io.zoetrope.kernels.cpu.vector.Workspace.Piece;
import io.zoetrope.ops.RowOperation.GroupNorm;
import java.util.Arrays;
import java.util.stream.IntStream;

/** One group norm: a pass that measures blocks of positions, and one that changes them. */
final class GroupNormOperation {
  private final WorkerPool<Workspace> pool;
  private final GroupNorm op;
  private final int channels;
  private final GroupMoments moments;
  private final Elements x;
  private final Elements out;

  GroupNormOperation(WorkerPool<Workspace> pool, GroupNorm op) {
    this.pool = pool;
    this.op = op;
    channels = op.x().intSize(-1);
    moments = new GroupMoments(op, Workspace.BLOCK);
    x = Elements.of(op.x());
    out = Elements.of(op.out());
  }

  /** Runs with a weight and a bias for each channel. */
  void run(float[] weight, float[] bias) {
    pool.runBlocks(moments.blocks(), this::measure);
    Affine[] affine =
        IntStream.range(0, op.x().intSize(0))
            .mapToObj(sample -> moments.affine(sample, weight, bias))
            .toArray(Affine[]::new);
    pool.runBlocks(
        moments.blocks(),
        (block, workspace) -> apply(block, affine[moments.sample(block)], workspace));
  }

  private float[] load(int block, Workspace workspace) {
    int count = moments.rows(block) * channels;
    float[] values = workspace.floats(Piece.RESULT, count + Elements.LANES);
    x.load(moments.firstRow(block) * channels, values, 0, count, workspace);
    return values;
  }

  private void measure(int block, Workspace workspace) {
    int rows = moments.rows(block);
    float[] values = load(block, workspace);
    float[] centres = cleared(workspace, Piece.FIRST_VECTOR);
    for (int row = 0; row < rows; row++) {
      addTo(centres, values, row * channels, channels);
    }
    for (int channel = 0; channel < channels; channel++) {
      centres[channel] /= rows;
    }
    float[] lacks = cleared(workspace, Piece.SECOND_VECTOR);
    float[] squares = cleared(workspace, Piece.LEFT);
    for (int row = 0; row < rows; row++) {
      addDeviations(lacks, squares, centres, values, row * channels, channels);
    }
    for (int channel = 0; channel < channels; channel++) {
      moments.put(block, channel, centres[channel], lacks[channel], squares[channel]);
    }
  }

  private float[] cleared(Workspace workspace, Piece piece) {
    float[] vector = workspace.floats(piece, channels);
    Arrays.fill(vector, 0, channels, 0);
    return vector;
  }

  private void apply(int block, Affine affine, Workspace workspace) {
    int rows = moments.rows(block);
    float[] values = load(block, workspace);
    for (int row = 0; row < rows; row++) {
      change(
          values, row * channels, channels, affine.centres(), affine.factors(), affine.offsets());
    }
    int count = rows * channels;
    VectorMath.activate(op.activation(), values, 0, count, workspace);
    out.store(moments.firstRow(block) * channels, values, 0, count, workspace);
  }

  private static void addTo(float[] sums, float[] values, int from, int count) {
    for (int i = 0; i < count; i++) {
      sums[i] += values[from + i];
    }
  }

  private static void addDeviations(
      float[] lacks, float[] squares, float[] centres, float[] values, int from, int count) {
    for (int i = 0; i < count; i++) {
      float deviation = values[from + i] - centres[i];
      lacks[i] += deviation;
      squares[i] += deviation * deviation;
    }
  }

  private static void change(
      float[] values, int from, int count, float[] centres, float[] factors, float[] offsets) {
    for (int i = 0; i < count; i++) {
      values[from + i] = (values[from + i] - centres[i]) * factors[i] + offsets[i];
    }
  }
}
