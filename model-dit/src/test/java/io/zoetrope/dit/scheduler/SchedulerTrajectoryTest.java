package io.zoetrope.dit.scheduler;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import io.zoetrope.config.JsonConfig;
import io.zoetrope.dit.scheduler.config.SchedulerConfig;
import io.zoetrope.dit.scheduler.config.Schedulers;
import io.zoetrope.dit.scheduler.discrete.DDIMScheduler;
import io.zoetrope.dit.scheduler.discrete.DiscreteScheduler;
import io.zoetrope.dit.scheduler.flow.DynamicShift;
import io.zoetrope.ops.Ops;
import io.zoetrope.ops.ReferenceBackend;
import io.zoetrope.random.NoiseSource;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.testing.Difference;
import io.zoetrope.testing.Fixtures;
import io.zoetrope.testing.Golden;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
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
    List<JsonNode> cases = golden.json().get("cases").valueStream().toList();
    assertEquals(30, cases.size());
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

  private static void check(
      JsonNode testCase,
      Function<String, float[]> expected,
      Function<String, Double> float64Difference) {
    SchedulerConfig config =
        SchedulerConfig.parse(
            Schedulers.ofClassName(testCase.get("class").textValue()), testCase.get("config"));
    Scheduler scheduler = config.scheduler();
    setTimesteps(scheduler, config, testCase);
    if (scheduler instanceof DDIMScheduler ddim) {
      ddim.setEta(testCase.path("eta").doubleValue());
    }
    if (scheduler.sigmas().length == 0) {
      DiscreteScheduler table = (DiscreteScheduler) scheduler;
      assertEvery("betas", expected.apply("betas"), table.betas());
      assertEvery("alphas_cumprod", expected.apply("alphas_cumprod"), table.alphasCumprod());
    } else {
      assertRelative("sigmas", expected.apply("sigmas"), scheduler.sigmas(), 1e-6);
    }
    NoiseSource noise = recorded(testCase, expected);
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
    boolean whole = !Set.of("euler", "euler-discrete").contains(config.kind().optionName());
    assertRelative("timesteps", expected.apply("timesteps"), timesteps, whole ? 0 : 1e-6);

    int size = sample.intSize(0);
    float[] outputs = new float[timesteps.length * size];
    float[] samples = new float[outputs.length];
    for (int i = 0; i < timesteps.length; i++) {
      float[] input = scheduler.scaleModelInput(ops, sample, timesteps[i]).toFloats();
      float[] output = new float[size];
      for (int k = 0; k < size; k++) {
        output[k] = (float) Math.tanh(0.5f * input[k] + timesteps[i] / 1000);
      }
      scheduler.step(ops, vector(output), timesteps[i], sample, noise);
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
      mu =
          OptionalDouble.of(
              DynamicShift.read(config.fields()).mu(testCase.get("image_seq_len").intValue()));
    } else if (testCase.has("set_timesteps")) {
      mu = OptionalDouble.of(testCase.get("set_timesteps").get("mu").doubleValue());
    }
    if (testCase.path("linspace_sigmas").booleanValue()) {
      scheduler.setTimesteps(linspace(steps), mu);
    } else {
      scheduler.setTimesteps(steps, mu);
    }
  }

  /** As NumPy's, from 1 to 1 / steps. */
  private static double[] linspace(int steps) {
    double[] sigmas = new double[steps];
    for (int i = 0; i < steps; i++) {
      sigmas[i] = i == steps - 1 ? 1.0 / steps : i * ((1.0 / steps - 1) / (steps - 1)) + 1;
    }
    return sigmas;
  }

  /** The draws of the reference, one after the other. */
  private static NoiseSource recorded(JsonNode testCase, Function<String, float[]> expected) {
    boolean drawn = testCase.path("noise_draws").intValue() > 0;
    if (!drawn && !testCase.has("eta")) {
      return NoiseSource.none();
    }
    float[] all = expected.apply(drawn ? "noises_in_call_order" : "noise");
    AtomicInteger position = new AtomicInteger();
    return sizes -> {
      int count = Math.toIntExact(sizes[0]);
      int from = position.getAndAdd(count);
      return vector(Arrays.copyOfRange(all, from, from + count));
    };
  }

  /**
   * Some of the values, equally spaced and with both ends, or all of them. A quotient of neighbours
   * stands behind rescaled betas, which takes some last places.
   */
  private static void assertEvery(String tensor, float[] expected, float[] all) {
    int every = (all.length - 1) / (expected.length - 1);
    float[] some = new float[expected.length];
    for (int i = 0; i < some.length; i++) {
      some[i] = all[i * every];
    }
    assertArrayEquals(expected, some, 1e-6f, tensor);
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
