package io.zoetrope.pipeline;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.zoetrope.config.JsonConfig;
import io.zoetrope.dit.scheduler.SchedulerConfig;
import io.zoetrope.dit.scheduler.SchedulerKind;
import io.zoetrope.media.VideoFrames;
import io.zoetrope.ops.DryRunBackend;
import io.zoetrope.ops.Ops;
import io.zoetrope.ops.ReferenceBackend;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.testing.Fixtures;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class SamplingTest {
  private static final int STEPS = 6;

  private final Ops ops = new Ops(new ReferenceBackend());
  private final VideoPipeline pipeline =
      VideoPipeline.open(Fixtures.path("wan21-t2v-tiny"), new DryRunBackend(), DType.F32);

  private GenerationRequest.Builder request() {
    return GenerationRequest.builder("a prompt", pipeline.defaults())
        .size(32, 32)
        .frames(1)
        .steps(STEPS);
  }

  private GenerationRequest ofClip(double strength) {
    VideoFrames clip = new VideoFrames(32, 32, 1, new byte[3 * 32 * 32]);
    return request().video(clip, strength).build();
  }

  private static SchedulerConfig config(SchedulerKind kind) {
    return SchedulerConfig.parse(SchedulerKind.EULER, JsonConfig.MAPPER.createObjectNode())
        .withKind(kind)
        .withFlowShift(3);
  }

  @ParameterizedTest
  @EnumSource
  void noiseAloneTakesEveryStep(SchedulerKind kind) {
    try (Sampling sampling = Sampling.of(request().build(), config(kind))) {
      assertArrayEquals(sampling.scheduler().timesteps(), sampling.timesteps());
      Tensor noise = Tensor.of(new float[] {1, -2, 0.5f}, 3);
      Tensor latents = sampling.start(ops, noise, null);
      assertArrayEquals(noise.toFloats(), latents.toFloats());
      takeAllSteps(sampling, latents);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "EULER, 0.5, 3",
    "UNIPC, 0.5, 3",
    "DPM_SOLVER, 0.5, 3",
    "UNIPC, 1, 6",
    "UNIPC, 0.34, 2"
  })
  void aClipIsMixedWithNoiseAtItsFirstStep(SchedulerKind kind, double strength, int steps) {
    GenerationRequest request = ofClip(strength);
    assertEquals(steps, Sampling.steps(request));
    try (Sampling sampling = Sampling.of(request, config(kind))) {
      float[] all = sampling.scheduler().timesteps();
      assertArrayEquals(Arrays.copyOfRange(all, STEPS - steps, STEPS), sampling.timesteps());
      float sigma = sampling.scheduler().sigmas()[STEPS - steps];
      Tensor noise = Tensor.of(new float[] {1, -2, 0.5f}, 3);
      Tensor clip = Tensor.of(new float[] {0.25f, 3, -1}, 3);
      Tensor latents = sampling.start(ops, noise, clip);
      float[] expected = new float[3];
      for (int i = 0; i < 3; i++) {
        expected[i] = (1 - sigma) * clip.toFloats()[i] + sigma * noise.toFloats()[i];
      }
      assertArrayEquals(expected, latents.toFloats(), 1e-6f);
      takeAllSteps(sampling, latents);
    }
  }

  /** A model that knows the data leads there, and there is no step behind the last. */
  private void takeAllSteps(Sampling sampling, Tensor latents) {
    int step = STEPS - sampling.timesteps().length;
    float[] data = {0.1f, -0.7f, 2};
    for (float timestep : sampling.timesteps()) {
      float sigma = sampling.scheduler().sigmas()[step++];
      float[] sample = latents.toFloats();
      float[] velocity = new float[data.length];
      for (int i = 0; i < data.length; i++) {
        velocity[i] = (sample[i] - data[i]) / sigma;
      }
      sampling.scheduler().step(ops, Tensor.of(velocity, data.length), timestep, latents);
    }
    assertArrayEquals(data, latents.toFloats(), 1e-5f);
    assertThrows(
        IllegalStateException.class, () -> sampling.scheduler().step(ops, latents, 0, latents));
  }

  @Test
  void theFirstStepsAreNoMoreThanThereAre() {
    try (Sampling sampling = Sampling.of(ofClip(0.5), config(SchedulerKind.UNIPC))) {
      assertArrayEquals(Arrays.copyOf(sampling.timesteps(), 2), sampling.first(2).timesteps());
      assertArrayEquals(sampling.timesteps(), sampling.first(9).timesteps());
    }
  }
}
