package io.zoetrope.pipeline.run;

import io.zoetrope.dit.Predictor;
import io.zoetrope.dit.cache.StepCache;
import io.zoetrope.dit.scheduler.Scheduler;
import io.zoetrope.ops.Ops;
import io.zoetrope.pipeline.PipelineException;
import io.zoetrope.pipeline.task.Conditioning;
import io.zoetrope.random.NoiseSource;
import io.zoetrope.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * The denoising loop: at each timestep the transformer predicts with the prompt and, when guided,
 * with the negative prompt; the scheduler takes the step. Latents are F32 throughout, as they are
 * in diffusers, and stay on the device.
 *
 * @param sampling noise schedule and solver
 * @param noise for schedulers that add some in a step
 * @param conditioning what an input does around a step
 * @param guided steps in which the negative prompt predicts, too, if there is one
 * @param dynamicGuidance whether guidance changes with the timestep
 * @param guidanceRescale how much of a guided prediction is rescaled
 */
record Denoiser(
    Ops ops,
    Sampling sampling,
    NoiseSource noise,
    Conditioning conditioning,
    StepRange guided,
    boolean dynamicGuidance,
    double guidanceRescale) {
  /** What the predictions of the prompts are called, in the order of the branches. */
  private static final List<String> NAMES = List.of("cond", "uncond");

  /**
   * Denoises latents in place.
   *
   * @param steps those that are taken
   * @param branches of the prompt and, when guided, of the negative prompt
   * @param cache stands around all predictions
   * @param guidanceScale weight of the prompt against the negative prompt (Ho and Salimans, 2022)
   * @param latents F32, [channels, frames, height, width]
   * @param observer sees every step
   */
  void run(
      StepRange steps,
      List<Predictor.Branch> branches,
      StepCache cache,
      double guidanceScale,
      Tensor latents,
      StepObserver observer) {
    float[] timesteps = sampling.timesteps();
    Scheduler scheduler = sampling.scheduler();
    for (int step = steps.from(); step < steps.to(); step++) {
      float timestep = timesteps[step];
      try (var _ = ops.scope("step" + step)) {
        ops.tap("timestep", vector(timestep));
        conditioning.before(ops, latents, timestep, noise);
        Tensor scaled = scheduler.scaleModelInput(ops, latents, timestep);
        Tensor input = conditioning.input(ops, scaled);
        double scale =
            dynamicGuidance
                ? Guidance.dynamicScale(guidanceScale, timesteps.length, timestep)
                : guidanceScale;
        List<Tensor> predictions = new ArrayList<>();
        int count = guided.contains(step) ? branches.size() : 1;
        for (int branch = 1; branch < count; branch++) {
          branches.get(branch).announce(ops, input, conditioning.timesteps(timestep));
        }
        for (int branch = 0; branch < count; branch++) {
          predictions.add(predict(cache, step, branch, branches.get(branch), input, timestep));
          if (cache.hasReused()) {
            observer.reused(step + 1, NAMES.get(branch));
          }
        }
        Tensor prediction = guided(predictions, scale);
        ops.tap("noise_pred_guided", prediction);
        Supplier<Tensor> original =
            () -> scheduler.predictOriginalSample(ops, prediction, timestep, latents);
        ops.tap("pred_original_sample", original);
        observer.predicted(step + 1, original);
        conditioning.step(ops, scheduler, prediction, timestep, latents, noise);
        conditioning.after(ops, latents);
        ops.tap("latents_after", latents);
        requireFinite(latents, step, timesteps);
      }
      observer.taken(step + 1, cache);
    }
  }

  private Tensor guided(List<Tensor> predictions, double guidanceScale) {
    Tensor conditional = predictions.getFirst();
    if (predictions.size() == 1) {
      return conditional;
    }
    Tensor guided = Guidance.apply(ops, conditional, predictions.getLast(), guidanceScale);
    if (guidanceRescale > 0) {
      Guidance.rescaleInPlace(ops, guided, conditional, guidanceRescale);
    }
    return guided;
  }

  private Tensor predict(
      StepCache cache,
      int step,
      int branch,
      Predictor.Branch transformer,
      Tensor input,
      float timestep) {
    try (var scope = ops.scope(NAMES.get(branch))) {
      float[] timesteps = conditioning.timesteps(timestep);
      Tensor read = ops.tapOperand("input", input);
      ops.tap("timestep", vector(timesteps));
      Tensor prediction =
          cache.predict(ops, new StepCache.Call(step, branch, transformer, read, timesteps));
      return scope.keep(ops.tap("noise_pred", prediction));
    }
  }

  private static Tensor vector(float... values) {
    return Tensor.of(values, values.length);
  }

  private void requireFinite(Tensor latents, int step, float[] timesteps) {
    if (!ops.isFinite(latents)) {
      throw new PipelineException(
          "the latents are not finite after step %d of %d (timestep %s): the weights may be damaged, or the guidance too strong"
              .formatted(step + 1, timesteps.length, timesteps[step]));
    }
  }
}
