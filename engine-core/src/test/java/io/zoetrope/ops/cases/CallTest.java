package io.zoetrope.ops.cases;

import static io.zoetrope.ops.cases.Call.call;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.zoetrope.ops.Ops;
import io.zoetrope.ops.ReferenceBackend;
import io.zoetrope.tensor.Tensor;
import java.util.List;
import org.junit.jupiter.api.Test;

class CallTest {
  private static final Signature CLAMP = Catalogue.signature("clampInPlace").orElseThrow();

  private static Call clamp() {
    return call(Entry.activation("x", 4)).with("min", -1);
  }

  private static Tensor run(Call call, Tensor x) {
    try (Ops ops = new Ops(new ReferenceBackend())) {
      return call.run(CLAMP, ops, List.of(x));
    }
  }

  private static String refusal(Call call) {
    Tensor x = Tensor.of(new float[4], 4);
    return assertThrows(IllegalArgumentException.class, () -> run(call, x)).getMessage();
  }

  @Test
  void argumentsAreFoundByName() {
    Tensor x = Tensor.of(new float[] {-2, 0, 1, 3}, 4);
    run(clamp().with("max", 2), x);
    assertArrayEquals(new float[] {-1, 0, 1, 2}, x.toFloats());
  }

  @Test
  void aViewStandsInTheOperandsPlace() {
    Tensor x = Tensor.of(new float[] {-2, 0, 1, 3}, 4);
    Call last = clamp().with("max", 2).view("x", whole -> whole.narrow(0, 1, 3));
    assertArrayEquals(new float[] {0, 1, 2}, run(last, x).toFloats());
    assertArrayEquals(new float[] {-2, 0, 1, 2}, x.toFloats());
  }

  @Test
  void anArgumentThatIsMissingOrTooManyIsNamed() {
    assertEquals("there is no 'max'", refusal(clamp()));
    assertEquals(
        "clampInPlace does not take 'eps'", refusal(clamp().with("max", 1).with("eps", 1)));
    assertEquals("'x' is no operand", refusal(call().with("x", 1)));
  }
}
