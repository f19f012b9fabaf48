package io.zoetrope.ops;

import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Shape;
import io.zoetrope.tensor.Tensor;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/** Comparison of an operation on the tested backend with a chain of others on the reference. */
abstract class FusedComparison extends BackendComparison {
  /** Where an operation runs, and how it gets there: on a backend, in a dtype. */
  record Place(Ops ops, UnaryOperator<Tensor> activations, UnaryOperator<Tensor> weights) {
    void run(Operation operation) {
      ops.backend().run(operation);
    }

    Tensor activation(Tensor tensor) {
      return tensor == null ? null : activations.apply(tensor);
    }

    Tensor weight(Tensor tensor) {
      return tensor == null ? null : weights.apply(tensor);
    }
  }

  /** An operation, or a chain of them, on given values. */
  @FunctionalInterface
  interface Computation {
    Tensor in(Place place);
  }

  Place testedBackend() {
    return new Place(tested, tested::upload, this::place);
  }

  Place referenceBackend() {
    return new Place(reference, reference::upload, this::placeOnReference);
  }

  private Tensor placeOnReference(Tensor weight) {
    return reference.backend().place(weight, DType.F32);
  }

  /** Within rounding; {@code residual} is what a rounded result is added to. */
  void nearly(String what, Computation fused, Computation chain, Tensor residual) {
    nearly(what, fused, chain, residual, Tensor::toFloats);
  }

  /**
   * Within rounding.
   *
   * @param magnitudes what an error is measured against, given the result for absolute values
   */
  void nearly(
      String what,
      Computation fused,
      Computation chain,
      Tensor residual,
      Function<Tensor, float[]> magnitudes) {
    Place wide = new Place(reference, BackendComparison::widened, this::placeOnReference);
    Place absolute = new Place(reference, BackendComparison::absolute, BackendComparison::absolute);
    Tensor want = chain.in(wide);
    float[] between = new float[Math.toIntExact(want.count())];
    if (residual != null) {
      float[] sums = want.toFloats();
      float[] base = residual.toFloats();
      for (int i = 0; i < between.length; i++) {
        between[i] = sums[i] - base[i];
      }
    }
    float[] magnitude = magnitudes.apply(fused.in(absolute));
    check(what, fused.in(testedBackend()), want, magnitude, between);
    checkEqual(what, fused.in(referenceBackend()), chain.in(referenceBackend()));
  }

  /** To the bit. */
  void exactly(String what, Computation fused, Computation chain) {
    checkEqual(what, fused.in(testedBackend()), chain.in(referenceBackend()));
  }

  /** Small whole numbers: their products and sums are exact in float32, but not in bfloat16. */
  Tensor integers(DType dtype, int largest, long... sizes) {
    return values(
            dtype,
            Shape.of(sizes).count(),
            value -> (float) (Math.round(largest * value) % (largest + 1)))
        .reshape(sizes);
  }
}
