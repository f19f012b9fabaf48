package io.zoetrope.pipeline;

import io.zoetrope.dit.scheduler.Scheduler;
import io.zoetrope.dit.wan.TextContext;
import io.zoetrope.dit.wan.WanRope;
import io.zoetrope.dit.wan.WanTransformer;
import io.zoetrope.ops.Ops;
import io.zoetrope.tensor.Shape;
import io.zoetrope.tensor.Tensor;
import java.util.function.IntConsumer;

/**
 * The denoising loop: at each timestep the transformer predicts a velocity with the prompt and,
 * when guided, another one with the negative prompt; the scheduler takes the step. Latents are F32
 * in host memory throughout, as they are in diffusers.
 *
 * @param shape of the latents, [channels, frames, height, width]
 * @param guidanceScale weight of the prompt against the negative prompt (Ho and Salimans, 2022)
 */
record Denoiser(
    Ops ops, WanTransformer transformer, Scheduler scheduler, Shape shape, double guidanceScale) {

  /**
   * Denoises latents in place.
   *
   * @param latents elements of {@link #shape}
   * @param timesteps those of the scheduler that are to be done
   * @param prompt keys and values of the prompt
   * @param negativePrompt those of the negative prompt, or null for denoising without guidance
   * @param stepDone is given the number of steps done
   */
  void run(
      float[] latents,
      float[] timesteps,
      TextContext prompt,
      TextContext negativePrompt,
      IntConsumer stepDone) {
    WanRope rope = transformer.rope(ops, shape);
    for (int step = 0; step < timesteps.length; step++) {
      float timestep = timesteps[step];
      try (var _ = ops.scope("step" + step)) {
        Tensor input = Tensor.of(latents, shape.sizes());
        ops.tap("timestep", Tensor.of(new float[] {timestep}, 1));
        float[] prediction = predict("cond", input, timestep, prompt, rope);
        if (negativePrompt != null) {
          float[] unconditional = predict("uncond", input, timestep, negativePrompt, rope);
          Guidance.apply(prediction, unconditional, guidanceScale);
        }
        ops.tap("noise_pred_guided", Tensor.of(prediction, shape.sizes()));
        scheduler.step(prediction, timestep, latents);
        ops.tap("latents_after", input);
      }
      requireFinite(latents, step, timesteps);
      stepDone.accept(step + 1);
    }
  }

  private float[] predict(
      String branch, Tensor input, float timestep, TextContext context, WanRope rope) {
    try (var _ = ops.scope(branch)) {
      ops.tap("input", input);
      ops.tap("timestep", Tensor.of(new float[] {timestep}, 1));
      Tensor velocity = transformer.forward(ops, input, timestep, context, rope);
      return ops.download(ops.tap("noise_pred", velocity)).toFloats();
    }
  }

  private static void requireFinite(float[] latents, int step, float[] timesteps) {
    for (float value : latents) {
      if (!Float.isFinite(value)) {
        throw new PipelineException(
            "the latents are not finite after step %d of %d (timestep %s): the weights may be damaged, or the guidance too strong"
                .formatted(step + 1, timesteps.length, timesteps[step]));
      }
    }
  }
}
