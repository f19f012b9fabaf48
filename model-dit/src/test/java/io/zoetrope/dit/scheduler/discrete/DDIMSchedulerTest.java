package io.zoetrope.dit.scheduler.discrete;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zoetrope.config.ConfigException;
import io.zoetrope.dit.scheduler.Scheduler;
import io.zoetrope.dit.scheduler.SchedulerConfigs;
import io.zoetrope.ops.Ops;
import io.zoetrope.ops.ReferenceBackend;
import io.zoetrope.tensor.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the trajectories of {@code SchedulerTrajectoryTest} do not show. */
class DDIMSchedulerTest {
  private static Scheduler scheduler(String... fields) {
    return SchedulerConfigs.parse("ddim", fields).scheduler();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "linspace|4|999, 666, 333, 0",
        "linspace|1|0",
        "leading|4|750, 500, 250, 0",
        "trailing|4|999, 749, 499, 249",
        "trailing|3|999, 666, 332",
        "trailing|61|62"
      })
  void timestepSpacings(String spacing, int steps, String expected) {
    Scheduler scheduler = scheduler("'timestep_spacing': '" + spacing + "'");
    scheduler.setTimesteps(steps);
    assertEquals(steps, scheduler.timesteps().length);
    String[] values = expected.split(", ");
    if (values.length == steps) {
      for (int i = 0; i < steps; i++) {
        assertEquals(Float.parseFloat(values[i]), scheduler.timesteps()[i]);
      }
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'steps_offset': 0|1001|1001 steps are more than the 1000 that the model was trained with",
        "'steps_offset': 1|1000|steps_offset 1 puts timestep 1000.0 beyond the 1000",
        "'rescale_betas_zero_snr': true, 'timestep_spacing': 'trailing'|2|says nothing of the data"
      })
  void schedulesThatCannotBe(String fields, int steps, String message) {
    Scheduler scheduler = scheduler(fields);
    ConfigException e = assertThrows(ConfigException.class, () -> scheduler.setTimesteps(steps));
    assertTrue(e.getMessage().contains(message), e.getMessage());
  }

  @Test
  void noiseIsAskedForWhereItIsAddedOnly() {
    try (ReferenceBackend backend = new ReferenceBackend();
        Ops ops = new Ops(backend)) {
      DDIMScheduler scheduler = (DDIMScheduler) scheduler("'clip_sample': false");
      scheduler.setTimesteps(4);
      Tensor sample = ops.upload(Tensor.of(new float[] {1, 2}, 2));
      Tensor output = ops.upload(Tensor.of(new float[] {0.5f, -1}, 2));
      scheduler.step(ops, output, scheduler.timesteps()[0], sample);
      scheduler.setEta(1);
      float next = scheduler.timesteps()[1];
      assertThrows(IllegalStateException.class, () -> scheduler.step(ops, output, next, sample));
      assertThrows(IllegalArgumentException.class, () -> scheduler.setEta(1.5));
    }
  }

  @Test
  void theModelIsGivenTheSampleItself() {
    try (ReferenceBackend backend = new ReferenceBackend();
        Ops ops = new Ops(backend)) {
      Tensor sample = ops.upload(Tensor.of(new float[] {1, 2}, 2));
      assertArrayEquals(
          new float[] {1, 2}, scheduler().scaleModelInput(ops, sample, 999).toFloats());
      assertEquals(1, scheduler().initNoiseSigma());
    }
  }
}
