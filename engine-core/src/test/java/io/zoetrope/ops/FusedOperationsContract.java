package io.zoetrope.ops;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * What the operations of a {@link Backend} must do that stand for a chain of others: the same as
 * the chain, whose intermediate results are rounded. On {@link ReferenceBackend} that is so to the
 * bit. On the tested one it is so within rounding for any values, and to the bit for values that
 * add up exactly, which tells whether intermediates are rounded at all.
 */
abstract class FusedOperationsContract extends ConvolutionContract {
  private static final int[][] MATRICES = { // rows, in features, out features
    {1, 1, 1}, {5, 3, 2}, {7, 17, 33}, {13, 256, 15}, {97, 37, 129}, {193, 31, 257}, {29, 521, 16}
  };

  @Test
  void linears() {
    for (int[] shape : MATRICES) {
      for (DType dtype : COMPUTED) {
        Tensor x = values(dtype, shape[0], shape[1]);
        List<Tensor> weights =
            List.of(
                values(DType.BF16, shape[2], shape[1]),
                values(DType.F32, 1, shape[1]),
                values(DType.F16, shape[2] + 1, shape[1]));
        List<Tensor> biases =
            Arrays.asList(values(DType.F32, shape[2]), null, values(DType.BF16, shape[2] + 1));
        for (int i = 0; i < weights.size(); i++) {
          int index = i;
          nearly(
              "linears of %s, number %d".formatted(x, i),
              place ->
                  place
                      .ops()
                      .linears(
                          place.activation(x),
                          weights.stream().map(place::weight).toList(),
                          biases.stream().map(place::weight).toList())
                      .get(index),
              place ->
                  place
                      .ops()
                      .linear(
                          place.activation(x),
                          place.weight(weights.get(index)),
                          place.weight(biases.get(index)),
                          Activation.NONE),
              null);
        }
      }
    }
  }

  @Test
  void linearAddInPlace() {
    for (int[] shape : MATRICES) {
      for (DType dtype : COMPUTED) {
        int features = shape[2];
        Tensor out = values(dtype, shape[0], features);
        Tensor x = values(dtype, shape[0], shape[1]);
        Tensor bias = values(DType.F32, features);
        Tensor vector = values(DType.F32, features);
        Tensor table = values(DType.F32, shape[0], 3L * features);
        String what = " to " + out + " of " + x;
        new LinearAdd(out, x, values(DType.F32, features, shape[1]), null, null).nearly(what);
        new LinearAdd(out, x, values(DType.BF16, features, shape[1]), bias, null).nearly(what);
        new LinearAdd(out, x, values(DType.F16, features, shape[1]), bias, vector).nearly(what);
        new LinearAdd(out, x, values(DType.F8_E4M3, features, shape[1]), null, table).nearly(what);
      }
    }
  }

  @Test
  void linearAddInPlaceRoundsTwice() {
    Tensor out = integers(DType.BF16, 300, 35, 130);
    Tensor x = integers(DType.BF16, 15, 35, 64);
    Tensor weight = integers(DType.BF16, 15, 130, 64);
    Tensor bias = integers(DType.F32, 100, 130);
    for (Tensor gates :
        Arrays.asList(null, integers(DType.F32, 3, 130), integers(DType.F32, 3, 35, 390))) {
      new LinearAdd(out, x, weight, bias, gates).exactly("gates " + gates);
    }
  }

  @Test
  void linearMultiplyInPlace() {
    for (int[] shape : MATRICES) {
      for (DType dtype : COMPUTED) {
        Tensor out = values(dtype, shape[0], shape[2]);
        Tensor x = values(dtype, shape[0], shape[1]);
        Tensor bias = values(DType.F32, shape[2]);
        for (DType stored : STORED) {
          var multiply = new LinearMultiply(out, x, values(stored, shape[2], shape[1]), bias);
          // The rounding of the product counts as much as that of the result.
          Tensor nothing = Tensor.zeros(dtype, out.shape().sizes());
          nearly("linearMultiplyInPlace of " + x, multiply::fused, multiply::chain, nothing);
        }
      }
    }
  }

  @Test
  void linearMultiplyInPlaceRoundsTwice() {
    Tensor out = integers(DType.BF16, 100, 35, 130);
    Tensor x = integers(DType.BF16, 15, 35, 64);
    Tensor weight = integers(DType.BF16, 15, 130, 64);
    for (Tensor bias : Arrays.asList(null, integers(DType.F32, 100, 130))) {
      var multiply = new LinearMultiply(out, x, weight, bias);
      exactly("linearMultiplyInPlace, bias " + bias, multiply::fused, multiply::chain);
    }
  }

  private record LinearMultiply(Tensor out, Tensor x, Tensor weight, Tensor bias) {
    Tensor fused(Place place) {
      Tensor product = place.activation(out);
      place
          .ops()
          .linearMultiplyInPlace(
              product, place.activation(x), place.weight(weight), place.weight(bias));
      return product;
    }

    Tensor chain(Place place) {
      Tensor product =
          place
              .ops()
              .linear(
                  place.activation(x), place.weight(weight), place.weight(bias), Activation.NONE);
      return place.ops().multiply(place.activation(out), product);
    }
  }

  @Test
  void refusesSumsOfOtherShapes() {
    Tensor x = Tensor.zeros(DType.F32, 6, 4);
    Tensor weight = Tensor.zeros(DType.F32, 4, 4);
    for (Tensor out :
        List.of(
            Tensor.zeros(DType.F32, 6, 5),
            Tensor.zeros(DType.F32, 5, 4),
            Tensor.zeros(DType.BF16, 6, 4),
            Tensor.zeros(DType.F32, 6, 8).narrow(1, 0, 4),
            x)) {
      assertThrows(
          IllegalArgumentException.class,
          () -> tested.linearAddInPlace(out, x, weight, null, null),
          out::toString);
    }
    String message =
        assertThrows(
                IllegalArgumentException.class,
                () -> tested.linearAddInPlace(Tensor.zeros(DType.F32, 6, 5), x, weight, null, null))
            .getMessage();
    assertTrue(
        message.startsWith("linearAddInPlace in the outermost scope: out")
            && message.contains("[6, 4]"),
        message);
  }

  private final class LinearAdd {
    private final Tensor out;
    private final Computation fused;
    private final Computation chain;

    /**
     * Operands of {@code linearAddInPlace}.
     *
     * @param gates a vector, a table whose middle third is the gate, or null
     */
    LinearAdd(Tensor out, Tensor x, Tensor weight, Tensor bias, Tensor gates) {
      this.out = out;
      fused =
          place -> {
            Tensor sum = place.activation(out);
            place
                .ops()
                .linearAddInPlace(
                    sum,
                    place.activation(x),
                    place.weight(weight),
                    place.weight(bias),
                    gate(place, gates, out.size(1)));
            return sum;
          };
      chain =
          place -> {
            Tensor sum = place.activation(out);
            Tensor product =
                place
                    .ops()
                    .linear(
                        place.activation(x),
                        place.weight(weight),
                        place.weight(bias),
                        Activation.NONE);
            if (gates == null) {
              place.ops().addInPlace(sum, product);
            } else {
              place.ops().addGatedInPlace(sum, product, gate(place, gates, out.size(1)));
            }
            return sum;
          };
    }

    private static Tensor gate(Place place, Tensor gates, long features) {
      return gates == null || gates.shape().rank() == 1
          ? place.activation(gates)
          : place.activation(gates).narrow(1, features, features);
    }

    void nearly(String what) {
      FusedOperationsContract.this.nearly("linearAddInPlace" + what, fused, chain, out);
    }

    void exactly(String what) {
      FusedOperationsContract.this.exactly("linearAddInPlace, " + what, fused, chain);
    }
  }

  @Test
  void rmsNormRope() {
    for (DType dtype : COMPUTED) {
      for (int[] shape : new int[][] {{1, 1, 1}, {5, 3, 7}, {130, 4, 32}, {3, 41, 64}}) {
        Tensor x = values(dtype, shape[0], 2L * shape[1] * shape[2]);
        Tensor weight = values(DType.BF16, x.size(1));
        Tensor cos = values(DType.F32, shape[0], shape[2]);
        Tensor sin = values(DType.F32, shape[0], shape[2]);
        Tensor want = widened(x);
        reference.rmsNormRopeInPlace(want, weight, 1e-6f, cos, sin, shape[1]);
        double norm = largest(reference.rmsNorm(widened(x), weight, 1e-6f));
        float[] magnitude = constant(want, norm * (largest(cos) + largest(sin)));
        Tensor got = normRope(testedBackend(), x, weight, 1e-6f, cos, sin, shape[1]);
        check("rmsNormRope " + x, got, want, magnitude, magnitude);
        Tensor inPlace = tested.upload(x);
        tested.rmsNormRopeInPlace(
            inPlace, place(weight), 1e-6f, tested.upload(cos), tested.upload(sin), shape[1]);
        checkEqual("rmsNormRopeInPlace " + x, inPlace, got);
        checkEqual(
            "chain " + x,
            normRope(referenceBackend(), x, weight, 1e-6f, cos, sin, shape[1]),
            normThenRope(x, weight, 1e-6f, cos, sin, shape[1]));
      }
    }
  }

  /**
   * With elements of one magnitude the norm is exact, and its products with whole numbers beyond
   * 256 are often in the middle of two that BF16 has.
   */
  @Test
  void rmsNormRopeRoundsTwice() {
    Tensor x = values(DType.BF16, 33, 48, value -> Math.copySign(4, value));
    Tensor weight = values(DType.F32, 48, value -> (float) Math.round(250 * value));
    Tensor cos = integers(DType.F32, 3, 33, 8);
    Tensor sin = integers(DType.F32, 3, 33, 8);
    checkEqual(
        "rmsNormRope",
        normRope(testedBackend(), x, weight, 0, cos, sin, 3),
        normThenRope(x, weight, 0, cos, sin, 3));
  }

  private static Tensor normRope(
      Place place, Tensor x, Tensor weight, float eps, Tensor cos, Tensor sin, int heads) {
    Tensor out = place.ops().allocate(x.dtype(), x.shape());
    place.run(
        new RowOperation.RmsNormRope(
            out,
            place.activation(x),
            place.weight(weight),
            eps,
            place.activation(cos),
            place.activation(sin),
            heads));
    return out;
  }

  private Tensor normThenRope(
      Tensor x, Tensor weight, float eps, Tensor cos, Tensor sin, int heads) {
    Tensor chain = reference.rmsNorm(x, weight, eps);
    reference.ropeInPlace(chain, cos, sin, heads);
    return chain;
  }
}
