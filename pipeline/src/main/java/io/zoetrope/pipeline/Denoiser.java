package io.zoetrope.pipeline;

import io.zoetrope.dit.wan.TextContext;
import io.zoetrope.dit.wan.WanRope;
import io.zoetrope.dit.wan.WanTransformer;
import io.zoetrope.ops.Ops;
import io.zoetrope.tensor.Tensor;
import java.util.List;
import java.util.function.IntConsumer;

/**
 * The denoising loop: at each timestep the transformer predicts a velocity with the prompt and,
 * when guided, another one with the negative prompt; the scheduler takes the step. Latents are F32
 * throughout, as they are in diffusers, and stay on the device.
 *
 * @param prompt keys and values of the prompt
 * @param negativePrompt those of the negative prompt, or null for denoising without guidance
 * @param guidanceScale weight of the prompt against the negative prompt (Ho and Salimans, 2022)
 */
record Denoiser(
    Ops ops,
    WanTransformer transformer,
    Sampling sampling,
    TextContext prompt,
    TextContext negativePrompt,
    double guidanceScale) {

  /**
   * Computes keys and values of the prompts, in the current scope.
   *
   * @param prompts embeddings of the prompt and, guided, of the negative prompt
   */
  static Denoiser of(
      Ops ops,
      WanTransformer transformer,
      Sampling sampling,
      GenerationRequest request,
      List<Tensor> prompts) {
    List<TextContext> contexts =
        prompts.stream()
            .map(embeds -> transformer.prepare(ops, embeds, request.maxSequenceLength(), null))
            .toList();
    TextContext negative = request.isGuided() ? contexts.get(1) : null;
    return new Denoiser(
        ops, transformer, sampling, contexts.getFirst(), negative, request.guidanceScale());
  }

  /**
   * Denoises latents in place.
   *
   * @param latents F32, [channels, frames, height, width]
   * @param stepDone is given the number of steps done
   */
  void run(Tensor latents, IntConsumer stepDone) {
    float[] timesteps = sampling.timesteps();
    WanRope rope = transformer.rope(ops, latents.shape());
    for (int step = 0; step < timesteps.length; step++) {
      float timestep = timesteps[step];
      try (var _ = ops.scope("step" + step)) {
        ops.tap("timestep", Tensor.of(new float[] {timestep}, 1));
        Tensor prediction = predict("cond", latents, timestep, prompt, rope);
        if (negativePrompt != null) {
          Tensor unconditional = predict("uncond", latents, timestep, negativePrompt, rope);
          prediction = Guidance.apply(ops, prediction, unconditional, guidanceScale);
        }
        ops.tap("noise_pred_guided", prediction);
        sampling.scheduler().step(ops, prediction, timestep, latents);
        ops.tap("latents_after", latents);
        requireFinite(latents, step, timesteps);
      }
      stepDone.accept(step + 1);
    }
  }

  private Tensor predict(
      String branch, Tensor latents, float timestep, TextContext context, WanRope rope) {
    try (var scope = ops.scope(branch)) {
      ops.tap("input", latents);
      ops.tap("timestep", Tensor.of(new float[] {timestep}, 1));
      Tensor velocity = transformer.forward(ops, latents, timestep, context, rope);
      return scope.keep(ops.tap("noise_pred", velocity));
    }
  }

  private void requireFinite(Tensor latents, int step, float[] timesteps) {
    if (!ops.isFinite(latents)) {
      throw new PipelineException(
          "the latents are not finite after step %d of %d (timestep %s): the weights may be damaged, or the guidance too strong"
              .formatted(step + 1, timesteps.length, timesteps[step]));
    }
  }
}
