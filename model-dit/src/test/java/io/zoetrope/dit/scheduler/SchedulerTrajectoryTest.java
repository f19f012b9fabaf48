package io.zoetrope.dit.scheduler;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import io.zoetrope.config.JsonConfig;
import io.zoetrope.ops.Ops;
import io.zoetrope.ops.ReferenceBackend;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.testing.Difference;
import io.zoetrope.testing.Fixtures;
import io.zoetrope.testing.Golden;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Whole trajectories against diffusers, in a closed loop with the toy model {@code tanh(0.5 x + t /
 * 1000)}: errors of a step enter the next.
 */
class SchedulerTrajectoryTest {
  private Golden golden;

  @BeforeEach
  void open() {
    golden = Golden.open(Fixtures.path("schedulers"));
  }

  @AfterEach
  void close() {
    golden.close();
  }

  @TestFactory
  Stream<DynamicTest> goldenTrajectories() {
    List<JsonNode> cases =
        golden
            .json()
            .get("cases")
            .valueStream()
            .filter(SchedulerTrajectoryTest::implemented)
            .toList();
    assertEquals(22, cases.size());
    return cases.stream()
        .map(testCase -> {
          String name = testCase.get("name").textValue();
          return DynamicTest.dynamicTest(
              name,
              () ->
                  check(
                      testCase,
                      tensor -> golden.stored(name + "/" + tensor).toFloats(),
                      tensor -> golden.float64Difference(name + "/" + tensor)));
        });
  }

  /** Settings that the golden trajectories lack, made by tools/reference/schedulers.py. */
  @TestFactory
  Stream<DynamicTest> furtherTrajectories() throws IOException {
    try (InputStream file = getClass().getResourceAsStream("trajectories.json")) {
      return JsonConfig.MAPPER
          .readTree(file)
          .valueStream()
          .map(testCase ->
              DynamicTest.dynamicTest(
                  testCase.get("name").textValue(),
                  () ->
                      check(
                          testCase,
                          tensor -> floats(testCase.get("tensors").get(tensor)),
                          _ -> testCase.get("float64_max_abs").doubleValue())));
    }
  }

  private static boolean implemented(JsonNode testCase) {
    return Arrays.stream(SchedulerKind.values())
        .anyMatch(kind -> kind.className().equals(testCase.get("class").textValue()));
  }

  private static void check(
      JsonNode testCase,
      Function<String, float[]> expected,
      Function<String, Double> float64Difference) {
    SchedulerConfig config =
        SchedulerConfig.parse(
            SchedulerKind.ofClassName(testCase.get("class").textValue()), testCase.get("config"));
    Scheduler scheduler = Scheduler.of(config);
    setTimesteps(scheduler, config, testCase);
    assertRelative("sigmas", expected.apply("sigmas"), scheduler.sigmas(), 1e-6);
    float[] timesteps = scheduler.timesteps();
    Ops ops = new Ops(new ReferenceBackend());
    Tensor sample = ops.upload(vector(expected.apply("initial")));
    if (testCase.has("set_begin_index")) {
      int begin = testCase.get("set_begin_index").intValue();
      scheduler.setBeginIndex(begin);
      timesteps = Arrays.copyOfRange(timesteps, begin, timesteps.length);
    }
    if (testCase.has("add_noise_from")) {
      int from = testCase.get("add_noise_from").intValue();
      timesteps = Arrays.copyOfRange(timesteps, from, timesteps.length);
      Tensor noisy =
          scheduler.addNoise(
              ops,
              vector(expected.apply("original")),
              vector(expected.apply("noise_added")),
              timesteps[0]);
      assertArrayEquals(sample.toFloats(), noisy.toFloats(), 1e-6f);
      sample = noisy;
    }
    boolean whole = config.kind() != SchedulerKind.EULER;
    assertRelative("timesteps", expected.apply("timesteps"), timesteps, whole ? 0 : 1e-6);

    int size = sample.intSize(0);
    float[] outputs = new float[timesteps.length * size];
    float[] samples = new float[outputs.length];
    for (int i = 0; i < timesteps.length; i++) {
      float[] input = sample.toFloats();
      float[] output = new float[size];
      for (int k = 0; k < size; k++) {
        output[k] = (float) Math.tanh(0.5f * input[k] + timesteps[i] / 1000);
      }
      scheduler.step(ops, vector(output), timesteps[i], sample);
      System.arraycopy(output, 0, outputs, i * size, size);
      System.arraycopy(sample.toFloats(), 0, samples, i * size, size);
    }
    assertClose("model_outputs", expected, float64Difference, outputs);
    assertClose("samples_after", expected, float64Difference, samples);
  }

  private static Tensor vector(float[] values) {
    return Tensor.of(values, values.length);
  }

  private static void setTimesteps(Scheduler scheduler, SchedulerConfig config, JsonNode testCase) {
    int steps = testCase.get("steps").intValue();
    OptionalDouble mu = OptionalDouble.empty();
    if (testCase.has("image_seq_len")) {
      mu = OptionalDouble.of(config.calculateShift(testCase.get("image_seq_len").intValue()));
    } else if (testCase.has("set_timesteps")) {
      mu = OptionalDouble.of(testCase.get("set_timesteps").get("mu").doubleValue());
    }
    if (testCase.path("linspace_sigmas").booleanValue()) {
      scheduler.setTimesteps(FlowSigmas.linspace(1, 1.0 / steps, steps), mu);
    } else {
      scheduler.setTimesteps(steps, mu);
    }
  }

  private static void assertRelative(
      String tensor, float[] expected, float[] actual, double tolerance) {
    assertEquals(expected.length, actual.length, tensor);
    for (int i = 0; i < expected.length; i++) {
      assertEquals(expected[i], actual[i], tolerance * expected[i], tensor + " " + i);
    }
  }

  /** Ten times what float32 costs the reference, but at most 1e-5 of the largest value. */
  private static void assertClose(
      String tensor,
      Function<String, float[]> expected,
      Function<String, Double> float64Difference,
      float[] actual) {
    Difference difference = Difference.of(tensor, expected.apply(tensor), actual);
    double tolerance = Math.min(10 * float64Difference.apply(tensor), 1e-5 * difference.largest());
    Golden.assertWithin(tensor, difference.maxAbs(), tolerance);
  }

  private static float[] floats(JsonNode array) {
    float[] values = new float[array.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = array.get(i).floatValue();
    }
    return values;
  }
}
