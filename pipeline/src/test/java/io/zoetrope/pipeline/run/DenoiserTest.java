package io.zoetrope.pipeline.run;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zoetrope.config.JsonConfig;
import io.zoetrope.dit.Predictor;
import io.zoetrope.dit.cache.StepCache;
import io.zoetrope.dit.scheduler.config.SchedulerConfig;
import io.zoetrope.dit.scheduler.config.Schedulers;
import io.zoetrope.ops.Ops;
import io.zoetrope.ops.ReferenceBackend;
import io.zoetrope.pipeline.GenerationRequest;
import io.zoetrope.pipeline.PipelineException;
import io.zoetrope.pipeline.Setting;
import io.zoetrope.pipeline.task.Conditioning;
import io.zoetrope.random.NoiseSource;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Shape;
import io.zoetrope.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DenoiserTest {
  private static final int STEPS = 3;

  private final Ops ops = new Ops(new ReferenceBackend());

  /** What a branch was given. */
  private record Call(Shape input, float[] timesteps) {}

  /** Predicts a constant. */
  private static Predictor.Branch constant(float value, List<Call> calls) {
    return (ops, _, input, timesteps) -> {
      calls.add(new Call(input.shape(), timesteps));
      Tensor prediction = ops.allocate(DType.F32, Shape.of(1, 2, 1, 1));
      ops.fill(prediction, value);
      return prediction;
    };
  }

  private static Sampling sampling() {
    return Sampling.of(
        SchedulerConfig.parse(Schedulers.ofOption("euler"), JsonConfig.MAPPER.createObjectNode()),
        GenerationRequest.empty().with(Setting.STEPS, STEPS),
        Conditioning.NONE);
  }

  private void run(
      Sampling sampling,
      Conditioning conditioning,
      Tensor latents,
      double guidance,
      Predictor.Branch... branches) {
    List<Integer> done = new ArrayList<>();
    new Denoiser(ops, sampling, NoiseSource.none(), conditioning, new StepRange(0, STEPS), false, 0)
        .run(
            new StepRange(0, STEPS),
            List.of(branches),
            StepCache.NONE,
            guidance,
            latents,
            (steps, _) -> done.add(steps));
    assertEquals(List.of(1, 2, 3), done);
  }

  /** From sigma 1 to 0 in all, Euler takes the prediction away. */
  @Test
  void theNegativePromptIsLedAwayFrom() {
    try (Sampling sampling = sampling()) {
      Tensor latents = ops.upload(Tensor.of(new float[] {5, 6}, 1, 2, 1, 1));
      run(
          sampling,
          Conditioning.NONE,
          latents,
          4,
          constant(2, new ArrayList<>()),
          constant(1, new ArrayList<>()));
      // 1 + 4 * (2 - 1)
      assertArrayEquals(new float[] {0, 1}, latents.toFloats(), 1e-5f);
    }
  }

  /** The first frame is given: it has timestep 0, stands beside the latents, and stays. */
  @Test
  void aConditioningStandsAroundEveryStep() {
    Conditioning firstFrame =
        new Conditioning() {
          @Override
          public Tensor input(Ops ops, Tensor latents) {
            Tensor both = ops.allocate(DType.F32, Shape.of(2, 2, 1, 1));
            ops.fill(both, 0);
            ops.copyInto(both.narrow(0, 0, 1), latents);
            return both;
          }

          @Override
          public float[] timesteps(float timestep) {
            return new float[] {0, timestep};
          }

          @Override
          public void after(Ops ops, Tensor latents) {
            ops.fill(latents.narrow(1, 0, 1), 9);
          }
        };
    List<Call> calls = new ArrayList<>();
    try (Sampling sampling = sampling()) {
      Tensor latents = ops.upload(Tensor.of(new float[] {5, 6}, 1, 2, 1, 1));
      run(sampling, firstFrame, latents, 1, constant(2, calls));
      assertArrayEquals(new float[] {9, 4}, latents.toFloats(), 1e-5f);
      assertEquals(STEPS, calls.size());
      for (int step = 0; step < STEPS; step++) {
        assertEquals(Shape.of(2, 2, 1, 1), calls.get(step).input());
        assertArrayEquals(new float[] {0, sampling.timesteps()[step]}, calls.get(step).timesteps());
      }
    }
  }

  @Test
  void whatIsNotFiniteEndsTheJobAtItsStep() {
    try (Sampling sampling = sampling()) {
      Tensor latents = ops.upload(Tensor.of(new float[] {5, 6}, 1, 2, 1, 1));
      Denoiser denoiser =
          new Denoiser(
              ops,
              sampling,
              NoiseSource.none(),
              Conditioning.NONE,
              new StepRange(0, STEPS),
              false,
              0);
      List<Predictor.Branch> branches = List.of(constant(Float.NaN, new ArrayList<>()));
      String message =
          assertThrows(
                  PipelineException.class,
                  () ->
                      denoiser.run(
                          new StepRange(0, STEPS),
                          branches,
                          StepCache.NONE,
                          1,
                          latents,
                          (_, _) -> {}))
              .getMessage();
      assertTrue(message.contains("after step 1 of 3"), message);
    }
  }

  @Test
  void theFirstStepsAreNoMoreThanThereAre() {
    assertEquals(new StepRange(3, 5), new StepRange(3, 7).first(2));
    assertEquals(new StepRange(3, 7), new StepRange(3, 7).first(9));
  }

  /** A timestep on the boundary is still the first one's. */
  @ParameterizedTest
  @CsvSource({"500, 2", "500.1, 1", "0, 4", "1001, 0"})
  void expertsShareTheSteps(double boundary, int first) {
    float[] timesteps = {1000, 500, 300, 0};
    Expert noisy = new Expert(0, null, Double.POSITIVE_INFINITY, boundary, 1);
    Expert clean = new Expert(1, null, boundary, 0, 1);
    assertEquals(new StepRange(0, first), noisy.steps(timesteps));
    assertEquals(new StepRange(first, 4), clean.steps(timesteps));
  }
}
