package io.zoetrope.dit.scheduler;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.zoetrope.config.JsonConfig;
import io.zoetrope.dit.scheduler.config.SchedulerConfig;
import io.zoetrope.dit.scheduler.config.Schedulers;
import io.zoetrope.dit.scheduler.discrete.DDIMScheduler;
import io.zoetrope.ops.Ops;
import io.zoetrope.ops.ReferenceBackend;
import io.zoetrope.random.NoiseSource;
import io.zoetrope.random.TorchGenerator;
import io.zoetrope.tensor.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A run goes on from its state to the bit, whatever the solver remembers. */
class SchedulerStateTest {
  private static final int STEPS = 7;

  private final Ops ops = new Ops(new ReferenceBackend());

  private static Scheduler scheduler(String option, String field, String value) {
    ObjectNode fields = JsonConfig.MAPPER.createObjectNode();
    if (option.equals("unipc") || option.equals("dpm++")) {
      fields.put("prediction_type", "flow_prediction").put("use_flow_sigmas", true);
    }
    if (field.equals("solver_order")) {
      fields.put(field, Integer.parseInt(value));
    } else if (field.equals("stochastic_sampling")) {
      fields.put(field, Boolean.parseBoolean(value));
    } else if (!field.equals("eta")) {
      fields.put(field, value);
    }
    Scheduler scheduler = SchedulerConfig.parse(Schedulers.ofOption(option), fields).scheduler();
    if (scheduler instanceof DDIMScheduler ddim) {
      ddim.setEta(Double.parseDouble(value));
    }
    scheduler.setTimesteps(STEPS);
    return scheduler;
  }

  /** What a model might make of a sample. */
  private static Tensor output(Tensor sample, float timestep) {
    float[] values = sample.toFloats();
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) Math.tanh(0.5 * values[i] + timestep / 1000);
    }
    return Tensor.of(values, values.length);
  }

  private void steps(Scheduler scheduler, Tensor sample, int from, int to, NoiseSource noise) {
    for (int i = from; i < to; i++) {
      float timestep = scheduler.timesteps()[i];
      scheduler.step(ops, output(sample, timestep), timestep, sample, noise);
    }
  }

  private static Map<String, Tensor> copy(Map<String, Tensor> state) {
    Map<String, Tensor> copies = new HashMap<>();
    state.forEach(
        (name, tensor) -> copies.put(name, Tensor.of(tensor.toFloats(), tensor.shape().sizes())));
    return copies;
  }

  @ParameterizedTest
  @CsvSource({
    "unipc, solver_order, 1",
    "unipc, solver_order, 2",
    "unipc, solver_order, 3",
    "dpm++, solver_order, 1",
    "dpm++, solver_order, 2",
    "dpm++, solver_order, 3",
    "dpm++, solver_type, heun",
    "euler, stochastic_sampling, false",
    "euler, stochastic_sampling, true",
    "lcm, time_shift_type, exponential",
    "ddim, eta, 0",
    "ddim, eta, 0.7",
    "cogvideox-ddim, prediction_type, v_prediction",
    "cogvideox-dpm, prediction_type, v_prediction",
  })
  void aRunGoesOnToTheBit(String option, String field, String value) {
    TorchGenerator generator = TorchGenerator.manualSeed(3);
    Tensor sample = ops.upload(generator.randn(20));
    List<float[]> samples = new ArrayList<>();
    List<Map<String, Tensor>> states = new ArrayList<>();
    List<Tensor> generators = new ArrayList<>();
    try (Scheduler whole = scheduler(option, field, value)) {
      for (int i = 0; i < STEPS; i++) {
        steps(whole, sample, i, i + 1, generator::randn);
        samples.add(sample.toFloats());
        states.add(copy(whole.state()));
        generators.add(generator.state());
      }
    }
    for (int taken = 1; taken < STEPS; taken++) {
      try (Scheduler rest = scheduler(option, field, value)) {
        Tensor resumed = ops.upload(Tensor.of(samples.get(taken - 1), 20));
        rest.restore(ops, states.get(taken - 1));
        NoiseSource noise = TorchGenerator.restored(generators.get(taken - 1))::randn;
        steps(rest, resumed, taken, STEPS, noise);
        assertArrayEquals(samples.getLast(), resumed.toFloats(), option + " from step " + taken);
      }
    }
  }

  /** Amid the schedule the first step is looked up; what is left of it follows from the state. */
  @Test
  void aRunThatBeganAmidItsScheduleGoesOn() {
    float[] expected;
    Map<String, Tensor> state;
    float[] amid;
    try (Scheduler whole = scheduler("unipc", "solver_order", "2")) {
      Tensor sample = ops.upload(TorchGenerator.manualSeed(3).randn(20));
      steps(whole, sample, 2, 4, NoiseSource.none());
      amid = sample.toFloats();
      state = copy(whole.state());
      steps(whole, sample, 4, STEPS, NoiseSource.none());
      expected = sample.toFloats();
    }
    try (Scheduler rest = scheduler("unipc", "solver_order", "2")) {
      Tensor sample = ops.upload(Tensor.of(amid, 20));
      rest.restore(ops, state);
      steps(rest, sample, 4, STEPS, NoiseSource.none());
      assertArrayEquals(expected, sample.toFloats());
    }
  }

  @Test
  void whatIsNoStateOfTheScheduleIsRefused() {
    try (Scheduler euler = scheduler("euler", "stochastic_sampling", "false");
        Scheduler unipc = scheduler("unipc", "solver_order", "2")) {
      assertRefused(euler, Map.of(), "'step_index' is missing");
      assertRefused(euler, Map.of("step_index", number(8)), "no number from 0 to 7");
      assertRefused(euler, Map.of("step_index", number(0.5f)), "no number from 0 to 7");
      assertRefused(
          euler, Map.of("step_index", number(1), "last_order", number(1)), "no part of its state");
      assertRefused(
          unipc,
          Map.of("step_index", number(1), "steps_taken", number(1)),
          "'prediction_0' is missing");
    }
  }

  private static Tensor number(float value) {
    return Tensor.of(new float[] {value}, 1);
  }

  private void assertRefused(Scheduler scheduler, Map<String, Tensor> state, String part) {
    String message =
        assertThrows(IllegalArgumentException.class, () -> scheduler.restore(ops, state))
            .getMessage();
    assertTrue(message.contains(part), message);
  }

  /** A model that is right predicts the data at every step, and the steps lead there. */
  @ParameterizedTest
  @CsvSource({
    "unipc, solver_order, 2",
    "dpm++, solver_order, 2",
    "euler, stochastic_sampling, false",
    "lcm, time_shift_type, exponential",
  })
  void thePredictedSampleIsWhatARightModelLeadsTo(String option, String field, String value) {
    TorchGenerator generator = TorchGenerator.manualSeed(3);
    float[] data = generator.randn(20).toFloats();
    Tensor sample = ops.upload(generator.randn(20));
    try (Scheduler scheduler = scheduler(option, field, value)) {
      for (int i = 0; i < STEPS; i++) {
        float timestep = scheduler.timesteps()[i];
        // The velocity that points from the data to the sample.
        float[] velocity = sample.toFloats();
        for (int k = 0; k < velocity.length; k++) {
          velocity[k] = (velocity[k] - data[k]) / scheduler.sigmas()[i];
        }
        Tensor output = Tensor.of(velocity, velocity.length);
        Tensor original = scheduler.predictOriginalSample(ops, output, timestep, sample);
        assertArrayEquals(data, original.toFloats(), 1e-5f);
        scheduler.step(ops, output, timestep, sample, generator::randn);
      }
      assertArrayEquals(data, sample.toFloats(), 1e-3f);
      assertEquals(STEPS, (int) scheduler.state().get("step_index").toFloats()[0]);
    }
  }
}
