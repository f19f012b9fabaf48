package io.zoetrope.weights;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zoetrope.encoding.GgmlBlocks;
import io.zoetrope.encoding.StoredTensor;
import io.zoetrope.ops.Activation;
import io.zoetrope.ops.DryRunBackend;
import io.zoetrope.ops.HostBackend;
import io.zoetrope.ops.Operation;
import io.zoetrope.ops.Ops;
import io.zoetrope.ops.ReferenceBackend;
import io.zoetrope.ops.Residence;
import io.zoetrope.random.TorchGenerator;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Shape;
import io.zoetrope.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class WeightFormTest {
  private final Tensor matrix = TorchGenerator.manualSeed(1).randn(24, 512);

  private record Source(Map<String, StoredTensor> tensors) implements WeightSource {
    @Override
    public Set<String> names() {
      return tensors.keySet();
    }

    @Override
    public StoredTensor tensor(String name) {
      return tensors.get(name);
    }

    @Override
    public String description() {
      return "memory";
    }
  }

  private static WeightSource source(String name, Tensor tensor) {
    return new Source(Map.of(name, StoredTensor.of(name, tensor)));
  }

  private static float[] numbers(StoredTensor tensor) {
    float[] numbers = new float[(int) tensor.count()];
    tensor.read(0, numbers, 0, numbers.length);
    return numbers;
  }

  /** Root mean square of the difference over that of the numbers: half a step of each format. */
  @ParameterizedTest
  @CsvSource({"STORED, 0, 0", "Q8_0, 0.003, 0.007", "INT8, 0.005, 0.01", "FP8, 0.02, 0.03"})
  void errorsAreThoseOfTheFormat(WeightForm form, double least, double most) {
    double error = error(form);
    assertTrue(error >= least && error <= most, form + ": " + error);
  }

  /** Searched scales do better than the range of a group divided by 15. */
  @Test
  void scalesOfGroupsAreLookedFor() {
    double error = error(WeightForm.Q4_K);
    assertTrue(error > 0.05 && error < 0.075, "Q4_K: " + error);
    // Blocks of 4 bits without offsets and without a search.
    assertTrue(error < 0.085, "Q4_K: " + error);
  }

  private double error(WeightForm form) {
    float[] exact = matrix.toFloats();
    float[] got = numbers(form.of(StoredTensor.of("matrix", matrix)));
    double difference = 0;
    double all = 0;
    for (int i = 0; i < exact.length; i++) {
      difference += Math.pow(got[i] - exact[i], 2);
      all += exact[i] * exact[i];
    }
    return Math.sqrt(difference / all);
  }

  /**
   * What is a multiple of a group's step, with a sixth of its range below zero, is held exactly.
   */
  @Test
  void numbersOnTheGridOfAGroupAreExact() {
    float[] values = new float[256];
    for (int i = 0; i < values.length; i++) {
      values[i] = 0.5f * (i * 7 % 16) - 2;
    }
    StoredTensor made = WeightForm.Q4_K.of(StoredTensor.of("grid", Tensor.of(values, 1, 256)));
    float[] got = numbers(made);
    for (int i = 0; i < values.length; i++) {
      assertEquals(values[i], got[i], 0.02f, "number " + i);
    }
  }

  @ParameterizedTest
  @EnumSource(WeightForm.class)
  void zerosStayZeros(WeightForm form) {
    for (float number : numbers(form.of(StoredTensor.of("z", Tensor.zeros(DType.F32, 3, 256))))) {
      assertEquals(0, number);
    }
  }

  @ParameterizedTest
  @EnumSource(value = WeightForm.class, names = "STORED", mode = EnumSource.Mode.EXCLUDE)
  void whatIsNoNumberIsRefused(WeightForm form) {
    Tensor tensor = Tensor.zeros(DType.F32, 3, 256);
    tensor.segment().setAtIndex(ValueLayout.JAVA_FLOAT, 300, Float.NaN);
    StoredTensor made = form.of(StoredTensor.of("layer.weight", tensor));
    WeightsException e = assertThrows(WeightsException.class, () -> numbers(made));
    assertTrue(e.getMessage().contains("layer.weight"), e.getMessage());
    assertTrue(e.getMessage().contains("NaN"), e.getMessage());
  }

  @Test
  void rowsThatAFormDoesNotHoldStayAsTheyAre() {
    Tensor narrow = TorchGenerator.manualSeed(2).randn(4, 96);
    FormedWeights weights =
        new FormedWeights(source("a.weight", narrow), WeightForm.Q4_K, _ -> true);
    StoredTensor tensor = weights.tensor("a.weight");
    assertTrue(tensor.isPlain(DType.F32));
    assertEquals(Residence.PACKED, weights.residence(tensor));
    assertThrows(
        IllegalArgumentException.class,
        () -> WeightForm.Q4_K.of(StoredTensor.of("a.weight", narrow)));
  }

  @Test
  void aMatrixIsQuantizedOnce() {
    FormedWeights weights = new FormedWeights(source("m", matrix), WeightForm.Q8_0, _ -> true);
    StoredTensor tensor = weights.tensor("m");
    assertSame(tensor, weights.tensor("m"));
    assertEquals(GgmlBlocks.Q8_0, tensor.encoding());
    assertEquals(Residence.STORED, weights.residence(tensor));
    FormedWeights none = new FormedWeights(source("m", matrix), WeightForm.Q8_0, _ -> false);
    assertTrue(none.tensor("m").isPlain(DType.F32));
  }

  /** A dry run counts the bytes of the form, where the device multiplies by stored weights. */
  @Test
  void aForecastKnowsTheForm() {
    FormedWeights weights = new FormedWeights(source("m", matrix), WeightForm.Q8_0, _ -> true);
    HostBackend stored =
        new HostBackend() {
          @Override
          public String name() {
            return "multiplies stored weights";
          }

          @Override
          public void run(Operation operation) {
            throw new IllegalStateException("nothing is computed");
          }

          @Override
          public OptionalLong storedBytes(StoredTensor weight) {
            return OptionalLong.of(weight.byteSize());
          }
        };
    try (Ops quantized = new Ops(new DryRunBackend(stored));
        Ops packed = new Ops(new DryRunBackend())) {
      for (Ops ops : new Ops[] {quantized, packed}) {
        Tensor weight = Weights.of(weights, ops.backend()).get("m", 24, 512);
        ops.linear(ops.allocate(DType.F32, x()), weight, null, Activation.NONE);
      }
      assertEquals(24 * 512 / 32 * 34, quantized.weightBytes());
      assertEquals(24 * 512 * 4, packed.weightBytes());
    }
    assertTrue(new ReferenceBackend().storedBytes(weights.tensor("m")).isEmpty());
  }

  private static Shape x() {
    return Shape.of(2, 512);
  }

  @Test
  void matricesShareBlocksThatAreNoLargerThanAllOfThem() {
    AtomicInteger asked = new AtomicInteger();
    MemorySegment second;
    try (MatrixMemory memory = new MatrixMemory(() -> 100 * asked.incrementAndGet() + 8L)) {
      MemorySegment first = memory.take(100);
      second = memory.take(8);
      assertEquals(100, first.byteSize());
      assertEquals(0, second.address() % 64);
      second.fill((byte) 1);
      assertEquals(0, first.get(ValueLayout.JAVA_BYTE, 99));
      assertEquals(1 << 20, memory.take(1 << 20).byteSize());
      assertEquals(1, asked.get());
    }
    assertFalse(second.scope().isAlive());
  }
}
