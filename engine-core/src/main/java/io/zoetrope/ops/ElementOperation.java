package io.zoetrope.ops;

import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Shape;
import io.zoetrope.tensor.Tensor;
import java.util.List;

/** Operations on one element, or on one row of a table or pixel of a video, after the other. */
public sealed interface ElementOperation extends Operation {
  @Override
  default void runIn(OperationParts parts) {
    parts.elements().accept(this);
  }

  /**
   * {@code out = a + b}; {@code b} repeats over the leading dimensions of {@code a}.
   *
   * @param out may be {@code a}
   */
  record Add(Tensor out, Tensor a, Tensor b) implements ElementOperation {
    static Add of(Operands operands, Tensor a, Tensor b) {
      operands.repeats("add", a, b);
      return new Add(operands.resultLike(a), a, b);
    }

    static Add inPlace(Operands operands, Tensor x, Tensor y) {
      operands.repeats("addInPlace", x, y);
      return new Add(x, x, y);
    }

    @Override
    public String name() {
      return out == a ? "addInPlace" : "add";
    }

    @Override
    public List<Tensor> inputs() {
      return List.of(a, b);
    }

    @Override
    public long elementFlops() {
      return out.count();
    }
  }

  /**
   * {@code out = a * b}; {@code b} repeats over the leading dimensions of {@code a}.
   *
   * @param out may be {@code a}
   */
  record Multiply(Tensor out, Tensor a, Tensor b) implements ElementOperation {
    static Multiply of(Operands operands, Tensor a, Tensor b) {
      operands.repeats("multiply", a, b);
      return new Multiply(operands.resultLike(a), a, b);
    }

    @Override
    public String name() {
      return "multiply";
    }

    @Override
    public List<Tensor> inputs() {
      return List.of(a, b);
    }

    @Override
    public long elementFlops() {
      return out.count();
    }
  }

  /**
   * {@code out = activation(x)}.
   *
   * @param out may be {@code x}
   */
  record Activate(Tensor out, Tensor x, Activation activation) implements ElementOperation {
    static Activate of(Operands operands, Tensor x, Activation activation) {
      operands.contiguous("activate", x);
      return new Activate(operands.resultLike(x), x, activation);
    }

    static Activate inPlace(Operands operands, Tensor x, Activation activation) {
      operands.contiguous("activateInPlace", x);
      return new Activate(x, x, activation);
    }

    @Override
    public String name() {
      return "activate";
    }

    @Override
    public List<Tensor> inputs() {
      return List.of(x);
    }
  }

  /** Limits every element of {@code out} to [min, max], in place; NaN stays NaN. */
  record Clamp(Tensor out, float min, float max) implements ElementOperation {
    static Clamp of(Operands operands, Tensor x, float min, float max) {
      operands.contiguous("clampInPlace", x);
      operands.require(min <= max, "clampInPlace", "range [%s, %s] is empty", min, max);
      return new Clamp(x, min, max);
    }

    @Override
    public String name() {
      return "clampInPlace";
    }

    @Override
    public List<Tensor> inputs() {
      return List.of(out);
    }
  }

  /**
   * Row {@code ids[i]} of {@code table} becomes row {@code i} of {@code out}.
   *
   * @param out [ids, features]
   * @param table [entries, features], any convertible dtype
   */
  record Embedding(Tensor out, Tensor table, int[] ids) implements ElementOperation {
    static Embedding of(Operands operands, Tensor table, int[] ids, DType dtype) {
      String name = "embedding";
      operands.weight(name, table);
      operands.require(table.shape().rank() == 2, name, "table %s is not a matrix", table);
      for (int id : ids) {
        operands.require(
            id >= 0 && id < table.size(0), name, "id %d is outside the table %s", id, table);
      }
      Tensor out = operands.result(dtype, Shape.of(ids.length, table.size(1)));
      return new Embedding(out, table, ids);
    }

    @Override
    public String name() {
      return "embedding";
    }

    /** The rows that are read are as many as are written. */
    @Override
    public List<Tensor> inputs() {
      return List.of(out);
    }
  }

  /**
   * Nearest-neighbour resize of [frames, height, width, channels] to the shape of {@code out}.
   *
   * @param exact torch's {@code nearest-exact} (pixel centres) instead of {@code nearest}
   */
  record UpsampleNearest(Tensor out, Tensor x, boolean exact) implements ElementOperation {
    static UpsampleNearest of(
        Operands operands, Tensor x, long frames, long height, long width, boolean exact) {
      operands.contiguous("upsampleNearest", x);
      operands.require(x.shape().rank() == 4, "upsampleNearest", "x %s is not a video", x);
      Tensor out = operands.result(x.dtype(), Shape.of(frames, height, width, x.size(3)));
      return new UpsampleNearest(out, x, exact);
    }

    @Override
    public String name() {
      return "upsampleNearest";
    }

    @Override
    public List<Tensor> inputs() {
      return List.of(x);
    }
  }
}
