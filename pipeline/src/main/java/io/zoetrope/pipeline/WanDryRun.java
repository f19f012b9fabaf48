package io.zoetrope.pipeline;

import io.zoetrope.dit.wan.TextContext;
import io.zoetrope.dit.wan.WanRope;
import io.zoetrope.dit.wan.WanTransformer;
import io.zoetrope.ops.Backend;
import io.zoetrope.ops.DryRunBackend;
import io.zoetrope.ops.Ops;
import io.zoetrope.pipeline.Progress.Stage;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Shape;
import io.zoetrope.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * The operations of {@link WanPipeline}'s stages on a backend that computes nothing. Unlike the
 * pipeline on such a backend it touches no latents and no pixels, which would take seconds where
 * they are many.
 */
final class WanDryRun {
  /** Runs the operations of a stage and returns the bytes of its weights. */
  @FunctionalInterface
  private interface Work {
    long run(Ops ops);
  }

  private final WanPipeline pipeline;
  private final GenerationRequest request;
  private final List<StageNeeds> needs = new ArrayList<>();
  private final List<Tensor> promptEmbeds = new ArrayList<>();

  private WanDryRun(WanPipeline pipeline, GenerationRequest request) {
    this.pipeline = pipeline;
    this.request = request;
  }

  /**
   * What each stage needs.
   *
   * @param steps of denoising; more of them take more operations, but not more memory
   */
  static List<StageNeeds> of(WanPipeline pipeline, GenerationRequest request, int steps) {
    WanDryRun run = new WanDryRun(pipeline, request);
    try (Backend backend = new DryRunBackend()) {
      run.measure(backend, Stage.ENCODE_PROMPTS, ops -> run.encodePrompts(backend, ops));
      if (request.video() != null) {
        run.measure(backend, Stage.ENCODE_VIDEO, ops -> run.encodeVideo(backend, ops));
      }
      run.measure(backend, Stage.DENOISE, ops -> run.denoise(backend, ops, steps));
      run.measure(backend, Stage.DECODE, ops -> run.decode(backend, ops));
    }
    return List.copyOf(run.needs);
  }

  private void measure(Backend backend, Stage stage, Work work) {
    try (Ops ops = new Ops(backend)) {
      long weightBytes = work.run(ops);
      needs.add(new StageNeeds(stage, weightBytes, ops.peakBytes(), ops.flops()));
    }
  }

  private long encodePrompts(Backend backend, Ops ops) {
    try (PromptEncoder encoder = pipeline.openPromptEncoder(backend)) {
      int length = request.maxSequenceLength();
      promptEmbeds.add(encoder.encode(ops, "prompt", request.prompt(), length));
      if (request.isGuided()) {
        promptEmbeds.add(encoder.encode(ops, "negative", request.negativePrompt(), length));
      }
      return encoder.weightBytes();
    }
  }

  private long encodeVideo(Backend backend, Ops ops) {
    try (WanPipeline.VaeFile vae = pipeline.openVae(backend)) {
      vae.model().encode(ops, pipeline.videoSource(ops, request), pipeline.tiling(request));
      return vae.weights().byteSize();
    }
  }

  private long denoise(Backend backend, Ops ops, int steps) {
    Shape shape = pipeline.latentShape(request);
    try (WanPipeline.TransformerFile file = pipeline.openTransformer(backend)) {
      WanTransformer transformer = file.model();
      int length = request.maxSequenceLength();
      List<TextContext> contexts =
          promptEmbeds.stream()
              .map(embeds -> transformer.prepare(ops, embeds, length, null))
              .toList();
      WanRope rope = transformer.rope(ops, shape);
      Tensor latents = ops.allocate(DType.F32, shape);
      for (int step = 0; step < steps; step++) {
        for (TextContext context : contexts) {
          try (var _ = ops.scope("step" + step)) {
            transformer.forward(ops, latents, 0, context, rope);
          }
        }
      }
      return file.weights().byteSize();
    }
  }

  private long decode(Backend backend, Ops ops) {
    try (WanPipeline.VaeFile vae = pipeline.openVae(backend)) {
      Tensor latents = ops.allocate(DType.F32, pipeline.latentShape(request));
      Tensor z = pipeline.vaeLatents(ops, vae.model(), latents);
      vae.model().decode(ops, z, pipeline.tiling(request), _ -> {});
      return vae.weights().byteSize();
    }
  }
}
