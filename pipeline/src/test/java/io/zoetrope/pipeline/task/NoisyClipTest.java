package io.zoetrope.pipeline.task;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zoetrope.config.JsonConfig;
import io.zoetrope.dit.scheduler.Scheduler;
import io.zoetrope.dit.scheduler.config.SchedulerConfig;
import io.zoetrope.dit.scheduler.config.Schedulers;
import io.zoetrope.media.VideoFrames;
import io.zoetrope.ops.Ops;
import io.zoetrope.ops.ReferenceBackend;
import io.zoetrope.pipeline.ClipSize;
import io.zoetrope.pipeline.GenerationRequest;
import io.zoetrope.pipeline.Input;
import io.zoetrope.pipeline.PipelineException;
import io.zoetrope.pipeline.Setting;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.vae.VideoCodec;
import io.zoetrope.vae.layer.LatentSampling;
import io.zoetrope.vae.layer.Tiling;
import io.zoetrope.vae.layer.VideoSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NoisyClipTest {
  private static final int STEPS = 6;
  private static final float[] LATENTS = {0.25f, 3, -1};
  private static final float[] NOISE = {1, -2, 0.5f};

  private final Ops ops = new Ops(new ReferenceBackend());

  /** Encodes every clip to the same latents. */
  private record SameLatents() implements VideoCodec {
    @Override
    public Tensor encode(Ops ops, VideoSource video, Tiling tiling, LatentSampling sampling) {
      return ops.upload(Tensor.of(LATENTS, LATENTS.length));
    }

    @Override
    public void decode(Ops ops, Tensor latents, Tiling tiling, Consumer<Tensor> frames) {
      throw new UnsupportedOperationException();
    }
  }

  private static Conditioning clip(double strength) {
    VideoFrames frames = new VideoFrames(32, 32, 1, new byte[3 * 32 * 32]);
    return Task.VIDEO_TO_VIDEO
        .conditioning(List.of(new Input.Clip(frames, strength)))
        .orElseThrow();
  }

  private static GenerationRequest request(ClipSize size) {
    return GenerationRequest.empty().with(size).with(Setting.STEPS, STEPS);
  }

  private static Scheduler scheduler(String kind, int first) {
    Scheduler scheduler =
        SchedulerConfig.parse(Schedulers.ofOption("euler"), JsonConfig.MAPPER.createObjectNode())
            .withKind(Schedulers.ofOption(kind))
            .withFlowShift(3)
            .scheduler();
    scheduler.setTimesteps(STEPS);
    if (first == 0) {
      scheduler.setBeginIndex(0);
    }
    return scheduler;
  }

  @ParameterizedTest
  @ValueSource(strings = {"unipc", "euler", "dpm++"})
  void withoutAnInputNoiseTakesEveryStep(String kind) {
    assertEquals(0, Conditioning.NONE.firstStep(STEPS));
    try (Scheduler scheduler = scheduler(kind, 0)) {
      Tensor noise = Tensor.of(NOISE, NOISE.length);
      Tensor latents = Conditioning.NONE.start(ops, noise, scheduler, scheduler.timesteps()[0]);
      assertArrayEquals(NOISE, latents.toFloats());
      takeAllSteps(scheduler, 0, latents);
    }
  }

  @ParameterizedTest
  @CsvSource({"euler, 0.5, 3", "unipc, 0.5, 3", "dpm++, 0.5, 3", "unipc, 1, 6", "unipc, 0.34, 2"})
  void aClipIsMixedWithNoiseAtItsFirstStep(String kind, double strength, int steps) {
    Conditioning clip = clip(strength);
    int first = clip.firstStep(STEPS);
    assertEquals(steps, STEPS - first);
    assertTrue(clip.encodes());
    clip.check(request(new ClipSize(16, 32, 1)));
    clip.encode(ops, new SameLatents(), null);
    try (Scheduler scheduler = scheduler(kind, first)) {
      Tensor noise = Tensor.of(NOISE, NOISE.length);
      Tensor latents = clip.start(ops, noise, scheduler, scheduler.timesteps()[first]);
      float sigma = scheduler.sigmas()[first];
      float[] expected = new float[NOISE.length];
      for (int i = 0; i < expected.length; i++) {
        expected[i] = strength == 1 ? NOISE[i] : (1 - sigma) * LATENTS[i] + sigma * NOISE[i];
      }
      assertArrayEquals(expected, latents.toFloats(), 1e-6f);
      takeAllSteps(scheduler, first, latents);
    }
  }

  /** A model that knows the data leads there, and there is no step behind the last. */
  private void takeAllSteps(Scheduler scheduler, int first, Tensor latents) {
    float[] data = {0.1f, -0.7f, 2};
    for (int step = first; step < STEPS; step++) {
      float sigma = scheduler.sigmas()[step];
      float[] sample = latents.toFloats();
      float[] velocity = new float[data.length];
      for (int i = 0; i < data.length; i++) {
        velocity[i] = (sample[i] - data[i]) / sigma;
      }
      scheduler.step(ops, Tensor.of(velocity, data.length), scheduler.timesteps()[step], latents);
    }
    assertArrayEquals(data, latents.toFloats(), 1e-5f);
    assertThrows(IllegalStateException.class, () -> scheduler.step(ops, latents, 0, latents));
  }

  @Test
  void saysWhatDoesNotFit() {
    PipelineException size =
        assertThrows(
            PipelineException.class, () -> clip(0.5).check(request(new ClipSize(48, 32, 5))));
    assertEquals(
        "the input clip has 1 frames, the request 5: ask for as many, or cut it",
        size.getMessage());
    PipelineException strength =
        assertThrows(
            PipelineException.class, () -> clip(0.1).check(request(new ClipSize(32, 32, 1))));
    assertEquals("strength 0.1 leaves no step of 6; use more of either", strength.getMessage());
    assertThrows(PipelineException.class, () -> clip(0));
    assertThrows(PipelineException.class, () -> clip(1.5));
  }

  @Test
  void theProvenanceSaysHowStrong() {
    Map<String, Object> settings = new LinkedHashMap<>();
    clip(0.5).describe(settings);
    assertEquals(Map.of("strength", 0.5), settings);
  }
}
