package io.zoetrope.kernels.cpu.vector;

import io.zoetrope.kernels.cpu.pool.WorkerPool;
import io.zoetrope.kernels.cpu.vector.Workspace.Piece;
import io.zoetrope.ops.RowOperation;
import io.zoetrope.ops.RowOperation.AdaLayerNorm;
import io.zoetrope.ops.RowOperation.AddGated;
import io.zoetrope.ops.RowOperation.ChannelNorm;
import io.zoetrope.ops.RowOperation.GroupNorm;
import io.zoetrope.ops.RowOperation.LayerNorm;
import io.zoetrope.ops.RowOperation.RmsNorm;
import io.zoetrope.ops.RowOperation.RmsNormRope;
import io.zoetrope.ops.RowOperation.Rope;
import io.zoetrope.tensor.Tensor;
import java.util.Arrays;

/**
 * Operations on one row (the last dimension) after the other. A task loads a few whole rows,
 * changes them as floats, and stores them.
 */
final class RowOperations {
  private final WorkerPool<Workspace> pool;

  RowOperations(WorkerPool<Workspace> pool) {
    this.pool = pool;
  }

  void run(RowOperation operation) {
    switch (operation) {
      case LayerNorm op -> layerNorm(op);
      case AdaLayerNorm op -> adaLayerNorm(op);
      case RmsNorm op -> rmsNorm(op);
      case RmsNormRope op -> rmsNormRope(op);
      case ChannelNorm op -> channelNorm(op);
      case GroupNorm op -> groupNorm(op);
      case Rope op -> rope(op);
      case AddGated op -> addGated(op);
    }
  }

  /** Changes rows that lie one behind the other in {@code values}. */
  @FunctionalInterface
  private interface Rows {
    void change(float[] values, long firstRow, int count, Workspace workspace);
  }

  private void run(Tensor out, Tensor x, int features, Rows rows) {
    Elements from = Elements.of(x);
    Elements to = Elements.of(out);
    long total = x.count() / features;
    int rowsOfTask = Math.max(1, Workspace.BLOCK / features);
    pool.runBlocks(
        Math.toIntExact(Math.ceilDiv(total, rowsOfTask)),
        (task, workspace) -> {
          long first = (long) task * rowsOfTask;
          int count = (int) Math.min(rowsOfTask, total - first);
          int elements = count * features;
          float[] values = workspace.floats(Piece.RESULT, elements + Elements.LANES);
          from.load(first * features, values, 0, elements, workspace);
          rows.change(values, first, count, workspace);
          to.store(first * features, values, 0, elements, workspace);
        });
  }

  private void layerNorm(LayerNorm op) {
    int features = op.x().intSize(-1);
    float[] factor = vectorOr(op.weight(), features, 1);
    float[] offset = vectorOr(op.bias(), features, 0);
    run(
        op.out(),
        op.x(),
        features,
        (values, _, count, _) -> {
          for (int at = 0; at < count * features; at += features) {
            normalise(values, at, features, op.eps());
            affine(values, at, features, factor, offset);
          }
        });
  }

  private void adaLayerNorm(AdaLayerNorm op) {
    int features = op.x().intSize(1);
    RowVectors scales = RowVectors.of(op.scale(), Piece.FIRST_VECTOR);
    RowVectors shifts = RowVectors.of(op.shift(), Piece.SECOND_VECTOR);
    run(
        op.out(),
        op.x(),
        features,
        (values, first, count, workspace) -> {
          for (int row = 0; row < count; row++) {
            float[] scaleRow = scales.row(first + row, features, workspace);
            float[] shiftRow = shifts.row(first + row, features, workspace);
            normalise(values, row * features, features, op.eps());
            modulate(values, row * features, features, scaleRow, shiftRow);
          }
        });
  }

  private void rmsNorm(RmsNorm op) {
    int features = op.x().intSize(-1);
    float[] factor = vectorOr(op.weight(), features, 1);
    run(
        op.out(),
        op.x(),
        features,
        (values, _, count, _) -> {
          for (int at = 0; at < count * features; at += features) {
            rmsNormalise(values, at, features, factor, op.eps());
          }
        });
  }

  private void rmsNormRope(RmsNormRope op) {
    int features = op.x().intSize(1);
    float[] factor = vectorOr(op.weight(), features, 1);
    Elements rounding = Elements.of(op.out());
    Rotation rotation = Rotation.of(op.cos(), op.sin(), op.heads());
    run(
        op.out(),
        op.x(),
        features,
        (values, first, count, workspace) -> {
          for (int row = 0; row < count; row++) {
            rmsNormalise(values, row * features, features, factor, op.eps());
            rounding.round(values, row * features, features, workspace);
            rotation.rotate(values, row * features, first + row, workspace);
          }
        });
  }

  private void channelNorm(ChannelNorm op) {
    int channels = op.x().intSize(-1);
    float[] factor = vectorOr(op.gamma(), channels, 1);
    run(
        op.out(),
        op.x(),
        channels,
        (values, _, count, workspace) -> {
          for (int at = 0; at < count * channels; at += channels) {
            double norm = Math.sqrt(VectorMath.sumOfSquares(values, at, channels));
            float reciprocal = (float) (Math.sqrt(channels) / Math.max(norm, 1e-12));
            VectorMath.scale(values, at, channels, reciprocal);
            multiply(values, at, channels, factor);
          }
          VectorMath.activate(op.activation(), values, 0, count * channels, workspace);
        });
  }

  private void groupNorm(GroupNorm op) {
    int channels = op.x().intSize(-1);
    if (op.x().count() > 0) {
      new GroupNormOperation(pool, op)
          .run(vectorOr(op.weight(), channels, 1), vectorOr(op.bias(), channels, 0));
    }
  }

  private void rope(Rope op) {
    int features = op.out().intSize(1);
    Rotation rotation = Rotation.of(op.cos(), op.sin(), op.heads());
    run(
        op.out(),
        op.out(),
        features,
        (values, first, count, workspace) -> {
          for (int row = 0; row < count; row++) {
            rotation.rotate(values, row * features, first + row, workspace);
          }
        });
  }

  /** Rotates the pairs of every head by a row of cosines and sines. */
  private record Rotation(RowVectors cosines, RowVectors sines, int pairs, int heads) {
    static Rotation of(Tensor cos, Tensor sin, int heads) {
      return new Rotation(
          RowVectors.of(cos, Piece.FIRST_VECTOR),
          RowVectors.of(sin, Piece.SECOND_VECTOR),
          cos.intSize(1),
          heads);
    }

    void rotate(float[] values, int from, long row, Workspace workspace) {
      float[] cos = cosines.row(row, pairs, workspace);
      float[] sin = sines.row(row, pairs, workspace);
      for (int head = 0; head < heads; head++) {
        RowOperations.rotate(values, from + head * 2 * pairs, cos, sin, pairs);
      }
    }
  }

  private void addGated(AddGated op) {
    int features = op.out().intSize(1);
    RowVectors gates = RowVectors.of(op.gate(), Piece.FIRST_VECTOR);
    Elements added = Elements.of(op.y());
    run(
        op.out(),
        op.out(),
        features,
        (values, first, count, workspace) -> {
          for (int row = 0; row < count; row++) {
            float[] gateRow = gates.row(first + row, features, workspace);
            float[] other = workspace.floats(Piece.LEFT, features);
            added.load((first + row) * features, other, 0, features, workspace);
            addProduct(values, row * features, features, other, gateRow);
          }
        });
  }

  private float[] vectorOr(Tensor tensor, int features, float value) {
    float[] vector = new float[features];
    if (tensor == null) {
      Arrays.fill(vector, value);
      return vector;
    }
    return Elements.all(tensor, vector, pool.workspace());
  }

  /**
   * Brings a row to mean 0 and variance 1. What rounding has left of the mean is taken out in a
   * second pass, so that a large mean does not hide a small variance.
   */
  private static void normalise(float[] values, int from, int features, float eps) {
    add(values, from, features, -VectorMath.sum(values, from, features) / features);
    double rest = VectorMath.sum(values, from, features) / (double) features;
    double squares = VectorMath.sumOfSquares(values, from, features) / (double) features;
    double reciprocal = 1 / Math.sqrt(Math.max(0, squares - rest * rest) + eps);
    add(values, from, features, (float) -rest);
    VectorMath.scale(values, from, features, (float) reciprocal);
  }

  private static void rmsNormalise(
      float[] values, int from, int features, float[] factor, float eps) {
    double mean = VectorMath.sumOfSquares(values, from, features) / (double) features;
    VectorMath.scale(values, from, features, (float) (1 / Math.sqrt(mean + eps)));
    multiply(values, from, features, factor);
  }

  private static void add(float[] values, int from, int count, float constant) {
    for (int i = from; i < from + count; i++) {
      values[i] += constant;
    }
  }

  private static void multiply(float[] values, int from, int count, float[] factor) {
    for (int i = 0; i < count; i++) {
      values[from + i] *= factor[i];
    }
  }

  private static void affine(float[] values, int from, int count, float[] factor, float[] offset) {
    for (int i = 0; i < count; i++) {
      values[from + i] = values[from + i] * factor[i] + offset[i];
    }
  }

  private static void modulate(float[] values, int from, int count, float[] scale, float[] shift) {
    for (int i = 0; i < count; i++) {
      values[from + i] = values[from + i] * (1 + scale[i]) + shift[i];
    }
  }

  private static void addProduct(float[] values, int from, int count, float[] a, float[] b) {
    for (int i = 0; i < count; i++) {
      values[from + i] += a[i] * b[i];
    }
  }

  private static void rotate(float[] values, int from, float[] cos, float[] sin, int pairs) {
    for (int i = 0; i < pairs; i++) {
      float even = values[from + 2 * i];
      float odd = values[from + 2 * i + 1];
      values[from + 2 * i] = even * cos[i] - odd * sin[i];
      values[from + 2 * i + 1] = even * sin[i] + odd * cos[i];
    }
  }
}
