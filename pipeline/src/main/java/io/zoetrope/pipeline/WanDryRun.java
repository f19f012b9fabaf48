package io.zoetrope.pipeline;

import io.zoetrope.ops.Backend;
import io.zoetrope.ops.DryRunBackend;
import io.zoetrope.ops.Ops;
import io.zoetrope.pipeline.Progress.Stage;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * The operations of {@link WanPipeline}'s stages on a backend that computes nothing. Unlike the
 * pipeline on such a backend it draws no noise and makes no pictures, which would take seconds
 * where they are many.
 */
final class WanDryRun {
  private final WanPipeline pipeline;
  private final GenerationRequest request;
  private final List<StageNeeds> needs = new ArrayList<>();
  private final List<Tensor> promptEmbeds = new ArrayList<>();

  private WanDryRun(WanPipeline pipeline, GenerationRequest request) {
    this.pipeline = pipeline;
    this.request = request;
  }

  /**
   * What a request needs.
   *
   * @param steps of denoising at most; from the scheduler's order + 1 on, more of them take more
   *     operations, but not more memory
   */
  static JobNeeds of(WanPipeline pipeline, GenerationRequest request, int steps) {
    WanDryRun run = new WanDryRun(pipeline, request);
    try (Backend backend = new DryRunBackend(pipeline.backend())) {
      run.measure(backend, Stage.ENCODE_PROMPTS, ops -> run.encodePrompts(backend, ops));
      if (request.video() != null) {
        run.measure(backend, Stage.ENCODE_VIDEO, ops -> run.encodeVideo(backend, ops));
      }
      run.measure(backend, Stage.DENOISE, ops -> run.denoise(backend, ops, steps));
      run.measure(backend, Stage.DECODE, ops -> run.decode(backend, ops));
    }
    return new JobNeeds(List.copyOf(run.needs), Pixels.bytes(request));
  }

  private void measure(Backend backend, Stage stage, Consumer<Ops> work) {
    try (Ops ops = new Ops(backend)) {
      work.accept(ops);
      needs.add(new StageNeeds(stage, ops.weightBytes(), ops.peakBytes(), ops.flops()));
    }
  }

  private void encodePrompts(Backend backend, Ops ops) {
    try (PromptEncoder encoder = pipeline.openPromptEncoder(backend)) {
      int length = request.maxSequenceLength();
      promptEmbeds.add(encoder.encode(ops, "prompt", request.prompt(), length));
      if (request.isGuided()) {
        promptEmbeds.add(encoder.encode(ops, "negative", request.negativePrompt(), length));
      }
    }
  }

  private void encodeVideo(Backend backend, Ops ops) {
    try (WanPipeline.VaeFile vae = pipeline.openVae(backend)) {
      vae.model().encode(ops, pipeline.videoSource(ops, request), pipeline.tiling(request));
    }
  }

  private void denoise(Backend backend, Ops ops, int steps) {
    try (WanPipeline.TransformerFile file = pipeline.openTransformer(backend);
        Sampling sampling = Sampling.of(request, pipeline.schedulerConfig(request))) {
      Tensor noise = Tensor.zeros(DType.F32, pipeline.latentShape(request).sizes());
      Tensor clip = request.video() == null ? null : noise;
      Tensor latents = sampling.start(ops, noise, clip);
      Denoiser.of(ops, file.model(), sampling.first(steps), request, promptEmbeds)
          .run(latents, _ -> {});
    }
  }

  private void decode(Backend backend, Ops ops) {
    try (WanPipeline.VaeFile vae = pipeline.openVae(backend)) {
      Tensor latents = ops.allocate(DType.F32, pipeline.latentShape(request));
      Tensor z = pipeline.vaeLatents(ops, vae.model(), latents);
      vae.model().decode(ops, z, pipeline.tiling(request), ops::toPixels);
    }
  }
}
