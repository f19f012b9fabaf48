package io.zoetrope.ops;

import io.zoetrope.tensor.Tensor;
import java.util.List;

/** What sets the elements of a tensor that may be strided. */
public sealed interface CopyOperation extends Operation {
  @Override
  default void runIn(OperationParts parts) {
    parts.copy().accept(this);
  }

  /** Copies {@code x} into {@code out} of the same shape; strides and dtypes may differ. */
  record Copy(Tensor out, Tensor x) implements CopyOperation {
    static Copy of(Operands operands, Tensor out, Tensor x) {
      operands.open("copy", x, out);
      operands.require(
          out.shape().equals(x.shape()), "copy", "from %s to %s: shapes differ", x, out);
      return new Copy(out, x);
    }

    @Override
    public String name() {
      return "copy";
    }

    @Override
    public List<Tensor> inputs() {
      return List.of(x);
    }
  }

  /** Sets every element of {@code out} to the same value. */
  record Fill(Tensor out, float value) implements CopyOperation {
    static Fill of(Operands operands, Tensor out, float value) {
      operands.open("fill", out);
      return new Fill(out, value);
    }

    @Override
    public String name() {
      return "fill";
    }

    @Override
    public List<Tensor> inputs() {
      return List.of();
    }
  }
}
