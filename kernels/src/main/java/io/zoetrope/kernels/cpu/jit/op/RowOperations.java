package io.zoetrope.kernels.cpu.jit.op;

import io.zoetrope.kernels.cpu.jit.code.SplitBlocks;
import io.zoetrope.kernels.cpu.jit.kernel.CombineRows;
import io.zoetrope.kernels.cpu.jit.kernel.CombineRows.Combination;
import io.zoetrope.kernels.cpu.jit.kernel.NormRows;
import io.zoetrope.kernels.cpu.jit.kernel.NormRows.Factor;
import io.zoetrope.kernels.cpu.jit.kernel.NormRows.Norm;
import io.zoetrope.kernels.cpu.jit.kernel.RotateRows;
import io.zoetrope.kernels.cpu.jit.memory.NativeView;
import io.zoetrope.kernels.cpu.jit.memory.NativeWorkspace.Piece;
import io.zoetrope.ops.Activation;
import io.zoetrope.ops.RowOperation;
import io.zoetrope.ops.RowOperation.AdaLayerNorm;
import io.zoetrope.ops.RowOperation.AddGated;
import io.zoetrope.ops.RowOperation.ChannelNorm;
import io.zoetrope.ops.RowOperation.GroupNorm;
import io.zoetrope.ops.RowOperation.LayerNorm;
import io.zoetrope.ops.RowOperation.RmsNorm;
import io.zoetrope.ops.RowOperation.RmsNormRope;
import io.zoetrope.ops.RowOperation.Rope;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Tensor;
import java.lang.ref.Reference;
import java.util.Arrays;

/** Operations on one row (the last dimension) after the other, each in one pass over memory. */
public final class RowOperations {
  private static final double SMALLEST_NORM = 1e-12;

  private final RowRunner runner;

  /** Makes the operations on top of functions of rows. */
  public RowOperations(RowRunner runner) {
    this.runner = runner;
  }

  /** Computes an operation. */
  public void run(RowOperation operation) {
    switch (operation) {
      case LayerNorm op ->
          new NormCall(op.out(), op.x(), Norm.LAYER, op.eps())
              .factor(op.weight() == null ? Factor.NONE : Factor.PLAIN, vector(op.weight()))
              .offset(vector(op.bias()))
              .run(Activation.NONE);
      case AdaLayerNorm op ->
          new NormCall(op.out(), op.x(), Norm.LAYER, op.eps())
              .factor(Factor.PLUS_ONE, op.scale())
              .offset(op.shift())
              .run(Activation.NONE);
      case RmsNorm op ->
          new NormCall(op.out(), op.x(), Norm.ROOT_MEAN_SQUARE, op.eps())
              .factor(Factor.PLAIN, vector(op.weight()))
              .run(Activation.NONE);
      case RmsNormRope op ->
          new NormCall(op.out(), op.x(), Norm.ROOT_MEAN_SQUARE, op.eps())
              .factor(Factor.PLAIN, vector(op.weight()))
              .rotation(
                  RowVectors.ofRows(runner, op.cos()),
                  RowVectors.ofRows(runner, op.sin()),
                  op.heads())
              .run(Activation.NONE);
      case ChannelNorm op ->
          new NormCall(op.out(), op.x(), Norm.EUCLIDEAN, SMALLEST_NORM)
              .factor(Factor.PLAIN, vector(op.gamma()))
              .run(op.activation());
      case GroupNorm op -> {
        if (op.x().count() > 0) {
          new GroupNormOperation(runner, op)
              .run(vectorOr(op.weight(), op, 1), vectorOr(op.bias(), op, 0));
        }
      }
      case Rope op -> rope(op.out(), op.cos(), op.sin(), op.heads());
      case AddGated op -> addGated(op.out(), op.y(), op.gate());
    }
  }

  private static float[] vectorOr(Tensor weight, GroupNorm op, float value) {
    if (weight != null) {
      return weight.reshape(-1).toFloats();
    }
    float[] vector = new float[op.x().intSize(-1)];
    Arrays.fill(vector, value);
    return vector;
  }

  /** A weight of a norm, which may have dimensions of size 1 beside its features; null for null. */
  private static Tensor vector(Tensor weight) {
    return weight == null ? null : weight.reshape(-1);
  }

  private void rope(Tensor x, Tensor cos, Tensor sin, int heads) {
    long features = x.size(1);
    NativeView view = NativeView.of(x);
    long pitch = features * view.dtype().bytes();
    RowVectors cosines = RowVectors.ofRows(runner, cos);
    RowVectors sines = RowVectors.ofRows(runner, sin);
    runner.run(
        new RotateRows(runner.set(), x.dtype()),
        x.size(0),
        2 * pitch,
        (call, first, count) ->
            call.set(RotateRows.X, view.at(first * features), pitch)
                .set(RotateRows.COS, cosines.at(first), cosines.pitch)
                .set(RotateRows.SIN, sines.at(first), sines.pitch)
                .set(RotateRows.ROWS, count)
                .set(RotateRows.HEADS, heads)
                .set(RotateRows.HEAD_DIM, features / heads));
    view.copyBack(x);
    Reference.reachabilityFence(view);
    Reference.reachabilityFence(cosines);
    Reference.reachabilityFence(sines);
  }

  private void addGated(Tensor x, Tensor y, Tensor gate) {
    long features = x.size(1);
    NativeView view = NativeView.of(x);
    NativeView added = NativeView.of(y);
    RowVectors gates = RowVectors.of(runner, gate);
    long pitch = features * view.dtype().bytes();
    long addedPitch = features * added.dtype().bytes();
    runner.run(
        new CombineRows(runner.set(), Combination.ADD_GATED, x.dtype(), y.dtype()),
        x.size(0),
        3 * pitch,
        (call, first, count) ->
            call.set(CombineRows.A, view.at(first * features), pitch)
                .set(CombineRows.B, added.at(first * features), addedPitch)
                .set(CombineRows.OUT, view.at(first * features), pitch)
                .set(CombineRows.GATE, gates.at(first), gates.pitch)
                .set(CombineRows.ROWS, count)
                .set(CombineRows.COLUMNS, features));
    view.copyBack(x);
    Reference.reachabilityFence(view);
    Reference.reachabilityFence(added);
    Reference.reachabilityFence(gates);
  }

  /**
   * A vector of F32 for every row, or one for all.
   *
   * @param pitch bytes from row to row
   */
  private record RowVectors(NativeView view, long pitch) {
    /** Views a tensor [features] of any dtype, or [rows, features] of F32; null for null. */
    static RowVectors of(RowRunner runner, Tensor tensor) {
      if (tensor == null) {
        return null;
      }
      long stride = serveAllRows(tensor) ? 0 : tensor.stride(0);
      return new RowVectors(runner.floats(tensor), stride * Float.BYTES);
    }

    /** Arranges a tensor [features] of any dtype for {@link NormRows}; null for null. */
    static RowVectors arranged(RowRunner runner, Tensor tensor, int heads, Piece piece) {
      return tensor == null ? null : new RowVectors(runner.arranged(tensor, heads, piece), 0);
    }

    /** Whether one vector serves all rows; none at all does, too. */
    static boolean serveAllRows(Tensor tensor) {
      return tensor == null || tensor.shape().rank() == 1;
    }

    /** Views a contiguous matrix. */
    static RowVectors ofRows(RowRunner runner, Tensor matrix) {
      return new RowVectors(runner.floats(matrix), matrix.size(1) * Float.BYTES);
    }

    long at(long row) {
      return view.address() + row * pitch;
    }
  }

  /** One call of a norm. */
  private final class NormCall {
    private final Tensor out;
    private final Tensor x;
    private final Norm norm;
    private final double epsilon;
    private Factor factorKind = Factor.NONE;
    private Tensor factor;
    private Tensor offset;
    private RowVectors cos;
    private RowVectors sin;
    private int heads = 1;

    NormCall(Tensor out, Tensor x, Norm norm, double epsilon) {
      this.out = out;
      this.x = x;
      this.norm = norm;
      this.epsilon = epsilon;
    }

    NormCall factor(Factor kind, Tensor values) {
      factorKind = kind;
      factor = values;
      return this;
    }

    NormCall offset(Tensor values) {
      offset = values;
      return this;
    }

    NormCall rotation(RowVectors cosines, RowVectors sines, int ofHeads) {
      cos = cosines;
      sin = sines;
      heads = ofHeads;
      return this;
    }

    void run(Activation activation) {
      DType dtype = x.dtype();
      long features = x.size(-1);
      long pitch = features * dtype.bytes();
      NativeView from = NativeView.of(x);
      NativeView to = out == x ? from : NativeView.of(out);
      boolean arranged =
          SplitBlocks.serve(runner.set(), dtype)
              && RowVectors.serveAllRows(factor)
              && RowVectors.serveAllRows(offset);
      RowVectors factors =
          arranged
              ? RowVectors.arranged(runner, factor, heads, Piece.FIRST_VECTOR)
              : RowVectors.of(runner, factor);
      RowVectors offsets =
          arranged
              ? RowVectors.arranged(runner, offset, heads, Piece.SECOND_VECTOR)
              : RowVectors.of(runner, offset);
      NormRows recipe =
          new NormRows(
              runner.set(),
              dtype,
              norm,
              factorKind,
              offset != null,
              arranged,
              activation,
              cos != null);
      runner.run(
          recipe,
          x.count() / features,
          2 * pitch,
          (call, first, count) -> {
            call.set(NormRows.X, from.at(first * features), pitch)
                .set(NormRows.OUT, to.at(first * features), pitch)
                .set(NormRows.ROWS, count)
                .set(NormRows.COLUMNS, features)
                .set(NormRows.COUNT, NormRows.bits(norm, features))
                .set(NormRows.EPSILON, NormRows.bits(norm, epsilon));
            if (factors != null) {
              call.set(NormRows.FACTOR, factors.at(first), factors.pitch);
            }
            if (offsets != null) {
              call.set(NormRows.OFFSET, offsets.at(first), offsets.pitch);
            }
            if (recipe.rotate()) {
              call.set(NormRows.COS, cos.at(first), cos.pitch)
                  .set(NormRows.SIN, sin.at(first), sin.pitch)
                  .set(NormRows.HEADS, heads)
                  .set(NormRows.HEAD_DIM, features / heads);
            }
          });
      to.copyBack(out);
      Reference.reachabilityFence(from);
      Reference.reachabilityFence(factors);
      Reference.reachabilityFence(offsets);
      Reference.reachabilityFence(this);
    }
  }
}
