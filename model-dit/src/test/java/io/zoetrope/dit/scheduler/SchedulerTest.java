package io.zoetrope.dit.scheduler;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zoetrope.config.ConfigException;
import io.zoetrope.dit.scheduler.config.Schedulers;
import io.zoetrope.ops.Ops;
import io.zoetrope.ops.ReferenceBackend;
import io.zoetrope.tensor.Tensor;
import java.util.List;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SchedulerTest {
  private static final Ops OPS = new Ops(new ReferenceBackend());
  private static final int LENGTH = 2500;

  private static Scheduler scheduler(String kind, String... fields) {
    return SchedulerConfigs.parse(kind, fields).scheduler();
  }

  /** A step on host arrays. */
  private static void step(Scheduler scheduler, float[] output, float timestep, float[] sample) {
    Tensor uploaded = OPS.upload(vector(sample));
    scheduler.step(OPS, vector(output), timestep, uploaded);
    System.arraycopy(OPS.download(uploaded).toFloats(), 0, sample, 0, sample.length);
  }

  private static float[] addNoise(
      Scheduler scheduler, float[] original, float[] noise, float timestep) {
    return scheduler.addNoise(OPS, vector(original), vector(noise), timestep).toFloats();
  }

  private static Tensor vector(float[] values) {
    return Tensor.of(values, values.length);
  }

  private static float[] ramp(float first) {
    float[] values = new float[LENGTH];
    for (int i = 0; i < LENGTH; i++) {
      values[i] = first + i / 1000f;
    }
    return values;
  }

  /** A run whose model knows the data that the noise was mixed with. */
  private static float[] runWithPerfectModel(Scheduler scheduler, float[] data, int from) {
    float[] timesteps = scheduler.timesteps();
    float[] sample = addNoise(scheduler, data, ramp(-1.3f), timesteps[from]);
    for (int i = from; i < timesteps.length; i++) {
      float[] velocity = new float[LENGTH];
      for (int k = 0; k < LENGTH; k++) {
        velocity[k] = (sample[k] - data[k]) / scheduler.sigmas()[i];
      }
      step(scheduler, velocity, timesteps[i], sample);
    }
    return sample;
  }

  @ParameterizedTest
  @CsvSource({
    "euler, 2, bh2, 1, 0",
    "euler, 2, bh2, 7, 3",
    "unipc, 1, bh2, 1, 0",
    "unipc, 2, bh1, 1, 0",
    "unipc, 3, bh1, 8, 0",
    "unipc, 3, bh2, 8, 3",
    "dpm++, 1, midpoint, 1, 0",
    "dpm++, 2, heun, 8, 0",
    "dpm++, 3, heun, 20, 5"
  })
  void aPerfectModelLeadsToItsData(String kind, int order, String solverType, int steps, int from) {
    Scheduler scheduler =
        scheduler(
            kind,
            "\"solver_order\": " + order,
            "\"solver_type\": \"" + solverType + "\"",
            "\"" + (kind.equals("euler") ? "shift" : "flow_shift") + "\": 3.0");
    scheduler.setTimesteps(steps);
    assertEquals(steps + 1, scheduler.sigmas().length);
    float[] data = ramp(0.2f);
    assertArrayEquals(data, runWithPerfectModel(scheduler, data, from), 1e-5f);
  }

  @ParameterizedTest
  @ValueSource(strings = {"unipc", "euler", "dpm++"})
  void setTimestepsForgetsThePreviousRun(String kind) {
    Scheduler used = scheduler(kind);
    used.setTimesteps(6);
    runHalfway(used);
    used.setTimesteps(4);
    Scheduler fresh = scheduler(kind);
    fresh.setTimesteps(4);
    assertArrayEquals(runHalfway(fresh), runHalfway(used));
  }

  @ParameterizedTest
  @ValueSource(strings = {"unipc", "euler", "dpm++"})
  void closedSchedulersHoldNothingAndTakeNoStep(String kind) {
    try (Ops ops = new Ops(new ReferenceBackend())) {
      Scheduler scheduler = scheduler(kind);
      scheduler.setTimesteps(4);
      scheduler.setBeginIndex(0);
      Tensor sample = vector(ramp(-1));
      scheduler.step(ops, sample, scheduler.timesteps()[0], sample);
      long peak = ops.peakBytes();
      scheduler.close();
      float next = scheduler.timesteps()[1];
      assertThrows(IllegalStateException.class, () -> scheduler.step(ops, sample, next, sample));
      assertThrows(
          IllegalStateException.class, () -> scheduler.addNoise(ops, sample, sample, next));
      // Memory that is held again and again would add up.
      scheduler.setTimesteps(4);
      scheduler.step(ops, sample, scheduler.timesteps()[0], sample);
      assertEquals(peak, ops.peakBytes());
      scheduler.close();
    }
  }

  private static float[] runHalfway(Scheduler scheduler) {
    float[] timesteps = scheduler.timesteps();
    float[] sample = ramp(-1);
    for (int i = 0; i < timesteps.length / 2; i++) {
      step(scheduler, sample.clone(), timesteps[i], sample);
    }
    return sample;
  }

  @ParameterizedTest
  @ValueSource(strings = {"unipc", "dpm++"})
  void ordersWarmUp(String kind) {
    Scheduler first = scheduler(kind, "\"solver_order\": 1");
    Scheduler third = scheduler(kind, "\"solver_order\": 3");
    first.setTimesteps(8);
    third.setTimesteps(8);
    float[] ofFirst = ramp(-1);
    float[] ofThird = ramp(-1);
    float[] timesteps = first.timesteps();
    step(first, ramp(0), timesteps[0], ofFirst);
    step(third, ramp(0), timesteps[0], ofThird);
    assertArrayEquals(ofFirst, ofThird, "the first step is of order 1");
    step(first, ramp(2), timesteps[1], ofFirst);
    step(third, ramp(2), timesteps[1], ofThird);
    assertTrue(Math.abs(ofFirst[0] - ofThird[0]) > 1e-3, "the second step is of order 2");
  }

  @ParameterizedTest
  @ValueSource(strings = {"unipc", "euler", "dpm++"})
  void addNoiseMixesAtTheSigmaOfTheStep(String kind) {
    Scheduler scheduler = scheduler(kind);
    scheduler.setTimesteps(5);
    float[] timesteps = scheduler.timesteps();
    float[] original = {1, -2};
    float[] noise = {0.5f, 3};
    assertMixed(scheduler, 3, addNoise(scheduler, original, noise, timesteps[3]));
    scheduler.setBeginIndex(2);
    assertMixed(scheduler, 2, addNoise(scheduler, original, noise, timesteps[3]));
    step(scheduler, new float[2], timesteps[2], new float[2]);
    assertMixed(scheduler, 3, addNoise(scheduler, original, noise, timesteps[0]));
  }

  private static void assertMixed(Scheduler scheduler, int index, float[] noisy) {
    float sigma = scheduler.sigmas()[index];
    float[] expected = {1 - sigma + sigma * 0.5f, -2 * (1 - sigma) + sigma * 3};
    assertArrayEquals(expected, noisy, 1e-6f);
  }

  @Test
  void ofRepeatedTimestepsTheSecondIsFound() {
    StepScheduler scheduler = (StepScheduler) scheduler("unipc", "\"flow_shift\": 40.0");
    scheduler.setTimesteps(40);
    assertEquals(scheduler.timesteps()[0], scheduler.timesteps()[1]);
    assertEquals(1, scheduler.indexForTimestep(999));
    assertEquals(2, scheduler.indexForTimestep(scheduler.timesteps()[2]));
  }

  @ParameterizedTest
  @ValueSource(strings = {"unipc", "euler", "dpm++"})
  void misuseIsAnError(String kind) {
    Scheduler scheduler = scheduler(kind);
    String name = Schedulers.ofOption(kind).className();
    assertMessage(name + ": steps must be at least 1, got 0", () -> scheduler.setTimesteps(0));
    assertMessage(name + ": begin index 0 is outside", () -> scheduler.setBeginIndex(0));
    scheduler.setTimesteps(1);
    float timestep = scheduler.timesteps()[0];
    assertMessage(
        name + ".step: modelOutput has shape [2] but sample has [3]",
        () -> step(scheduler, new float[2], timestep, new float[3]));
    assertMessage(
        name + ".addNoise: original has shape [2] but noise has [3]",
        () -> addNoise(scheduler, new float[2], new float[3], timestep));
    assertMessage(
        name + ": timestep 0.5 isn't in the schedule [",
        () -> step(scheduler, new float[2], 0.5f, new float[2]));
    step(scheduler, new float[2], timestep, new float[2]);
    IllegalStateException e =
        assertThrows(
            IllegalStateException.class,
            () -> step(scheduler, new float[2], timestep, new float[2]));
    assertTrue(e.getMessage().contains("no step left in a schedule of 1"), e.getMessage());
  }

  @Test
  void aRunKeepsItsSampleLength() {
    Scheduler scheduler = scheduler("unipc");
    scheduler.setTimesteps(3);
    step(scheduler, new float[4], scheduler.timesteps()[0], new float[4]);
    assertMessage(
        "sample has shape [5] but the previous step's sample has [4]",
        () -> step(scheduler, new float[5], scheduler.timesteps()[1], new float[5]));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "unipc|1e12|10|a flow shift of 1.0E12 leaves step 2 of 10 at noise level 1.0 after 0.999999: use at most",
        "unipc|999999|2|use at most 490000, or another number of steps",
        "unipc|1e-40|2|a flow shift of 1.0E-40 lets 2 steps start at noise level Infinity: use at least",
        "dpm++|1e12|3|a flow shift of 1.0E12 leaves step 2 of 3 at noise level 1.0 after 1.0: use at most",
        "euler|1e-9|3|lets 3 steps start at noise level"
      })
  void aShiftThatLeavesNoScheduleIsNamedWithWhatWorks(
      String kind, String shift, int steps, String message) {
    String field = kind.equals("euler") ? "shift" : "flow_shift";
    Scheduler scheduler = scheduler(kind, "\"%s\": %s".formatted(field, shift));
    ConfigException e = assertThrows(ConfigException.class, () -> scheduler.setTimesteps(steps));
    assertTrue(e.getMessage().contains(message), e.getMessage());
  }

  @ParameterizedTest
  @CsvSource({"unipc, 999999, 2", "unipc, 1e12, 10", "dpm++, 1e12, 3"})
  void theShiftThatIsNamedWorks(String kind, String shift, int steps) {
    Scheduler scheduler = scheduler(kind, "\"flow_shift\": " + shift);
    ConfigException e = assertThrows(ConfigException.class, () -> scheduler.setTimesteps(steps));
    String named = e.getMessage().replaceAll(".*use at most (\\d+), .*", "$1");
    Scheduler other = scheduler(kind, "\"flow_shift\": " + named);
    other.setTimesteps(steps);
    assertEquals(steps + 1, other.sigmas().length);
  }

  /** Diffusers computes the ends of the training schedule in float32, one a little above 1. */
  @ParameterizedTest
  @ValueSource(doubles = {0.2, 0.4, 0.66, 0.91, 1.32, 1.58, 1.84, 1.5, 999999})
  void eulerStartsAtAnySigmaThatDiffusersStartsAt(double shift) {
    Scheduler scheduler = scheduler("euler", "\"shift\": " + shift);
    scheduler.setTimesteps(4);
    assertEquals(1, scheduler.sigmas()[0], 1e-4);
  }

  @Test
  void aTerminalSigmaNeedsTwoSteps() {
    for (String kind : List.of("unipc", "euler")) {
      Scheduler scheduler = scheduler(kind, "\"shift_terminal\": 0.1");
      ConfigException e = assertThrows(ConfigException.class, () -> scheduler.setTimesteps(1));
      assertTrue(
          e.getMessage().contains("shift_terminal is 0.1")
              && e.getMessage().contains("use at least 2 steps"),
          e.getMessage());
      scheduler.setTimesteps(2);
      assertEquals(0.1f, scheduler.sigmas()[1], 1e-6f);
    }
  }

  @Test
  void sigmasThatCannotBeUsedAreErrors() {
    Scheduler unipc = scheduler("unipc");
    OptionalDouble none = OptionalDouble.empty();
    assertMessage("no sigmas given", () -> unipc.setTimesteps(new double[0], none));
    assertMessage("sigmas must fall", () -> unipc.setTimesteps(new double[] {0.5, 0.5}, none));
    assertMessage("sigmas must fall", () -> unipc.setTimesteps(new double[] {0.5, 0}, none));
    assertMessage("sigmas must fall", () -> unipc.setTimesteps(new double[] {1.5}, none));
    assertMessage("sigmas must fall", () -> unipc.setTimesteps(new double[] {Double.NaN}, none));
    Scheduler euler = scheduler("euler");
    assertMessage("must not rise", () -> euler.setTimesteps(new double[] {0.5, 0.6}, none));
    assertMessage("must not rise", () -> euler.setTimesteps(new double[] {-0.5}, none));
    assertMessage("takes no sigmas", () -> scheduler("dpm++").setTimesteps(new double[] {1}, none));
    assertMessage("takes no sigmas", () -> scheduler("ddim").setTimesteps(new double[] {1}, none));
  }

  @ParameterizedTest
  @ValueSource(strings = {"unipc", "euler"})
  void dynamicShiftingNeedsMu(String kind) {
    Scheduler scheduler = scheduler(kind, "\"use_dynamic_shifting\": true");
    String message = "use_dynamic_shifting is true, which takes a shift that depends on the job";
    for (OptionalDouble mu :
        List.of(OptionalDouble.empty(), OptionalDouble.of(Double.POSITIVE_INFINITY))) {
      ConfigException e = assertThrows(ConfigException.class, () -> scheduler.setTimesteps(3, mu));
      assertTrue(e.getMessage().contains(message), e.getMessage());
    }
  }

  @Test
  void aShiftBeyondNumbersIsRefused() {
    Scheduler scheduler = scheduler("dpm++", "\"use_dynamic_shifting\": true");
    OptionalDouble endless = OptionalDouble.of(Double.POSITIVE_INFINITY);
    assertThrows(ConfigException.class, () -> scheduler.setTimesteps(3, endless));
  }

  private static void assertMessage(String part, Runnable call) {
    IllegalArgumentException e = assertThrows(IllegalArgumentException.class, call::run);
    assertTrue(e.getMessage().contains(part), e.getMessage());
  }
}
