package io.zoetrope.pipeline;

import io.zoetrope.dit.scheduler.SchedulerConfig;
import io.zoetrope.dit.scheduler.SchedulerKind;
import io.zoetrope.dit.wan.WanConfig;
import io.zoetrope.dit.wan.WanTransformer;
import io.zoetrope.media.VideoFrames;
import io.zoetrope.ops.Backend;
import io.zoetrope.ops.DryRunBackend;
import io.zoetrope.ops.Ops;
import io.zoetrope.ops.Tracer;
import io.zoetrope.pipeline.Progress.Stage;
import io.zoetrope.random.TorchGenerator;
import io.zoetrope.t5.T5Tokenizer;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Shape;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.vae.layer.Moments;
import io.zoetrope.vae.layer.Tiling;
import io.zoetrope.vae.layer.VideoSource;
import io.zoetrope.vae.wan.WanVae;
import io.zoetrope.vae.wan.WanVaeConfig;
import io.zoetrope.weights.Checkpoint;
import io.zoetrope.weights.SafetensorsWriter;
import io.zoetrope.weights.Weights;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Text to video and video to video with Wan 2.1 ({@code WanPipeline} and {@code
 * WanVideoToVideoPipeline} in diffusers).
 *
 * <p>Each stage opens its weights, has scratch memory of its own, and closes both before the next
 * begins, so that the largest component alone decides how much memory a job needs.
 */
final class WanPipeline implements VideoPipeline {
  static final String CLASS_NAME = "WanPipeline";

  /** No stage's scratch is larger than so many times the finished clip: Wan 2.1 takes about 50. */
  private static final long SCRATCH_PER_CLIP = 1000;

  /** Channels-last [frames, height, width, channels] seen as [channels, frames, height, width]. */
  private static final int[] CHANNELS_FIRST = {3, 0, 1, 2};

  static final int[] CHANNELS_LAST = {1, 2, 3, 0};

  private final ModelFolder model;
  private final Backend backend;
  private final DType dtype;
  private final DType vaeDtype;
  private final T5Tokenizer tokenizer;
  private final WanConfig transformerConfig;
  private final WanVaeConfig vaeConfig;
  private final SchedulerConfig schedulerConfig;

  WanPipeline(ModelFolder model, Backend backend, DType dtype, DType vaeDtype) {
    this.model = model;
    this.backend = backend;
    this.dtype = dtype;
    this.vaeDtype = vaeDtype;
    refuse("boundary_ratio", "two experts");
    refuse("expand_timesteps", "a timestep for each token");
    Path transformer = model.component("transformer", "WanTransformer3DModel");
    Path vae = model.component("vae", "AutoencoderKLWan");
    Path scheduler = model.component("scheduler", SchedulerKind.classNames());
    this.tokenizer = T5Tokenizer.open(model.component("tokenizer"));
    this.transformerConfig = WanConfig.read(transformer.resolve("config.json"));
    this.vaeConfig = WanVaeConfig.read(vae.resolve("config.json"));
    this.schedulerConfig = SchedulerConfig.read(scheduler.resolve("scheduler_config.json"));
    String schedulerClass = schedulerConfig.kind().className();
    if (!schedulerClass.equals(model.components().get("scheduler"))) {
      throw new PipelineException(
          "%s: the index names the scheduler %s, its configuration %s: make them agree"
              .formatted(model.folder(), model.components().get("scheduler"), schedulerClass));
    }
    if (transformerConfig.inChannels() != vaeConfig.zDim()) {
      throw new PipelineException(
          "%s: the transformer takes %d channels, the video autoencoder has %d: only text-to-video models are supported"
              .formatted(model.folder(), transformerConfig.inChannels(), vaeConfig.zDim()));
    }
    checkWeights();
  }

  /** What this pipeline computes on. */
  Backend backend() {
    return backend;
  }

  /** Wan 2.2 models say in the index what this pipeline would have to do for them. */
  private void refuse(String setting, String what) {
    var value = model.settings().get(setting);
    if (value != null && !value.isNull() && !(value.isBoolean() && !value.booleanValue())) {
      throw new PipelineException(
          "%s: '%s' is %s: models with %s are not supported yet"
              .formatted(model.folder(), setting, value, what));
    }
  }

  /** Demands every tensor of every component now, rather than after hours of denoising. */
  private void checkWeights() {
    try (Backend dry = new DryRunBackend()) {
      openPromptEncoder(dry).close();
      openTransformer(dry).close();
      openVae(dry).close();
    }
  }

  @Override
  public GenerationDefaults defaults() {
    return model.defaults();
  }

  @Override
  public JobNeeds needs(GenerationRequest request) {
    checkSizes(request);
    return WanDryRun.of(this, request, request.steps());
  }

  @Override
  public void check(GenerationRequest request) {
    checkSizes(request);
    // A small job fits whatever its stages need; a dry run would be a good part of its start-up
    // time.
    if (Pixels.bytes(request) > Runtime.getRuntime().maxMemory() / SCRATCH_PER_CLIP) {
      MachineMemory.require(
          request,
          WanDryRun.of(this, request, schedulerConfig(request).solverOrder() + 1),
          backend.computesInMainMemory());
    }
  }

  private void checkSizes(GenerationRequest request) {
    if (Pixels.bytes(request) > Integer.MAX_VALUE) {
      throw new PipelineException(
          "%d frames of %dx%d exceed 2 GiB: use a smaller size or fewer frames"
              .formatted(request.frames(), request.width(), request.height()));
    }
    int heightMultiple = vaeConfig.scaleFactorSpatial() * transformerConfig.patchSize().height();
    int widthMultiple = vaeConfig.scaleFactorSpatial() * transformerConfig.patchSize().width();
    if (request.width() % widthMultiple != 0 || request.height() % heightMultiple != 0) {
      throw new PipelineException(
          "size %dx%d: width must be a multiple of %d and height of %d; nearest: %dx%d"
              .formatted(
                  request.width(),
                  request.height(),
                  widthMultiple,
                  heightMultiple,
                  nearestMultiple(request.width(), widthMultiple),
                  nearestMultiple(request.height(), heightMultiple)));
    }
    int temporal = vaeConfig.scaleFactorTemporal();
    if (request.frames() % temporal != 1 % temporal) {
      int below = (request.frames() - 1) / temporal * temporal + 1;
      throw new PipelineException(
          "frames %d: the model makes %dn + 1 frames; use %d or %d"
              .formatted(request.frames(), temporal, below, below + temporal));
    }
    checkLatents("initial latents", request.initialLatents(), latentShape(request));
    VideoFrames video = request.video();
    if (video != null
        && (video.width() != request.width()
            || video.height() != request.height()
            || video.frames() != request.frames())) {
      throw new PipelineException(
          "the input clip has %s, the request %d of %dx%d: cut or resize it first"
              .formatted(video, request.frames(), request.width(), request.height()));
    }
  }

  private static int nearestMultiple(int value, int multiple) {
    return Math.max(1, Math.round((float) value / multiple)) * multiple;
  }

  private static void checkLatents(String what, Tensor latents, Shape expected) {
    if (latents == null) {
      return;
    }
    if (!latents.shape().equals(expected)) {
      throw new PipelineException(
          "%s have shape %s, this size and number of frames need %s"
              .formatted(what, latents.shape(), expected));
    }
    for (float value : latents.toFloats()) {
      if (!Float.isFinite(value)) {
        throw new PipelineException(what + " hold a value that is not finite");
      }
    }
  }

  @Override
  public GenerationResult generate(GenerationRequest request, Progress progress, Tracer tracer) {
    check(request);

    // 1. Prompts become embeddings
    List<Tensor> prompts = encodePrompts(request, progress, tracer);

    // 2. Noise, or a noisy clip, becomes latents
    Tensor clip = request.video() == null ? null : encodeVideo(request, progress, tracer);
    SchedulerConfig config = schedulerConfig(request);
    Tensor latents = denoise(request, config, clip, prompts, progress, tracer);
    if (request.saveLatents() != null) {
      long[] shape = latents.shape().sizes();
      Tensor saved = latents.reshape(1, shape[0], shape[1], shape[2], shape[3]);
      SafetensorsWriter.write(request.saveLatents(), Map.of("latents", saved), Map.of());
    }

    // 3. Latents become frames
    VideoFrames frames = decode(request, latents, progress, tracer);
    return new GenerationResult(frames, settings(request, config));
  }

  // ---------------------------------------------------------------- stages

  /** Embeddings without padding, [tokens, features] in host memory; guided of both prompts. */
  private List<Tensor> encodePrompts(GenerationRequest request, Progress progress, Tracer tracer) {
    return StageRun.of(
        Stage.ENCODE_PROMPTS,
        request.isGuided() ? 2 : 1,
        new Ops(backend, tracer),
        progress,
        stage -> {
          Ops ops = stage.ops();
          try (PromptEncoder encoder = openPromptEncoder(backend);
              var _ = ops.scope("text")) {
            int length = request.maxSequenceLength();
            Tensor positive = encoder.encode(ops, "prompt", request.prompt(), length);
            stage.step(1);
            tapPadded(ops, "prompt_embeds", positive, length);
            if (!request.isGuided()) {
              return List.of(positive);
            }
            Tensor negative =
                encoder.encode(ops, "negative_prompt", request.negativePrompt(), length);
            stage.step(2);
            tapPadded(ops, "negative_prompt_embeds", negative, length);
            return List.of(positive, negative);
          }
        });
  }

  /** Shows embeddings as diffusers has them: zero rows up to the maximum sequence length. */
  private static void tapPadded(Ops ops, String name, Tensor embeds, int length) {
    ops.tap(
        name,
        () -> {
          Tensor padded = ops.allocate(embeds.dtype(), Shape.of(length, embeds.size(1)));
          ops.fill(padded, 0);
          ops.copyInto(padded.narrow(0, 0, embeds.size(0)), embeds);
          return padded;
        });
  }

  /** Latents of the input clip, in host memory. */
  private Tensor encodeVideo(GenerationRequest request, Progress progress, Tracer tracer) {
    return StageRun.of(
        Stage.ENCODE_VIDEO,
        1,
        new Ops(backend, tracer),
        progress,
        stage -> {
          Ops ops = stage.ops();
          try (VaeFile vae = openVae(backend)) {
            Moments moments = vae.model().encode(ops, videoSource(ops, request), tiling(request));
            Tensor mean = moments.mean().permute(CHANNELS_FIRST);
            ops.tap("vae_encode/mean", mean);
            ops.tap("vae_encode/logvar", moments.logvar().permute(CHANNELS_FIRST));
            Tensor latents = vae.model().normalize(ops, moments.mean());
            return ops.download(latents.permute(CHANNELS_FIRST));
          }
        });
  }

  /**
   * The finished latents, in host memory.
   *
   * @param clip latents to start from, or null to start from noise alone
   */
  private Tensor denoise(
      GenerationRequest request,
      SchedulerConfig config,
      Tensor clip,
      List<Tensor> prompts,
      Progress progress,
      Tracer tracer) {
    return StageRun.of(
        Stage.DENOISE,
        Sampling.steps(request),
        new Ops(backend, tracer),
        progress,
        stage -> {
          Ops ops = stage.ops();
          try (TransformerFile file = openTransformer(backend);
              Sampling sampling = Sampling.of(request, config);
              var _ = ops.scope("denoise")) {
            Tensor latents = sampling.start(ops, noise(request), clip);
            ops.tap("initial_latents", latents);
            ops.tap("sigmas", vector(sampling.scheduler().sigmas()));
            ops.tap("timesteps", vector(sampling.scheduler().timesteps()));
            Denoiser.of(ops, file.model(), sampling, request, prompts).run(latents, stage::step);
            return ops.download(latents);
          }
        });
  }

  private VideoFrames decode(
      GenerationRequest request, Tensor latents, Progress progress, Tracer tracer) {
    return StageRun.of(
        Stage.DECODE,
        request.frames(),
        new Ops(backend, tracer),
        progress,
        stage -> {
          Ops ops = stage.ops();
          Pixels pixels = new Pixels(request.width(), request.height(), request.frames());
          try (VaeFile vae = openVae(backend)) {
            Tensor z = vaeLatents(ops, vae.model(), ops.upload(latents));
            ops.tap("vae_decode/latents_in", z.permute(CHANNELS_FIRST));
            vae.model()
                .decode(
                    ops,
                    z,
                    tiling(request),
                    chunk -> {
                      ops.tap("video_out", chunk);
                      pixels.add(ops, chunk);
                      stage.step(pixels.frames());
                    });
          }
          return pixels.toFrames();
        });
  }

  // ---------------------------------------------------------------- pieces

  record TransformerFile(Checkpoint weights, WanTransformer model) implements AutoCloseable {
    @Override
    public void close() {
      weights.close();
    }
  }

  record VaeFile(Checkpoint weights, WanVae model) implements AutoCloseable {
    @Override
    public void close() {
      weights.close();
    }
  }

  PromptEncoder openPromptEncoder(Backend device) {
    return PromptEncoder.open(model, tokenizer, device, dtype);
  }

  TransformerFile openTransformer(Backend device) {
    return WeightFiles.load(
        model.component("transformer"),
        WeightFiles.DIFFUSERS,
        checkpoint ->
            new TransformerFile(
                checkpoint,
                WanTransformer.load(transformerConfig, Weights.of(checkpoint, device), dtype)));
  }

  VaeFile openVae(Backend device) {
    return WeightFiles.load(
        model.component("vae"),
        WeightFiles.DIFFUSERS,
        checkpoint ->
            new VaeFile(
                checkpoint,
                new WanVae(vaeConfig, Weights.of(checkpoint, device).roundedTo(vaeDtype))));
  }

  /** Latents as the transformer has them become what the video decoder takes. */
  Tensor vaeLatents(Ops ops, WanVae vae, Tensor channelsFirst) {
    Tensor z = vae.denormalize(ops, ops.copy(channelsFirst.permute(CHANNELS_LAST)));
    return ops.cast(z, vaeDtype);
  }

  /** The input clip as the video encoder reads it. */
  VideoSource videoSource(Ops ops, GenerationRequest request) {
    return Pixels.source(ops, request.video(), vaeDtype);
  }

  SchedulerConfig schedulerConfig(GenerationRequest request) {
    SchedulerConfig config = schedulerConfig;
    if (request.scheduler().isPresent()) {
      config = config.withKind(request.scheduler().get());
    }
    if (request.flowShift().isPresent()) {
      config = config.withFlowShift(request.flowShift().getAsDouble());
    }
    return config;
  }

  /** F32, in host memory. */
  private Tensor noise(GenerationRequest request) {
    return request.initialLatents() != null
        ? Tensor.of(request.initialLatents().toFloats(), latentShape(request).sizes())
        : TorchGenerator.manualSeed(request.seed()).randn(latentShape(request).sizes());
  }

  Tiling tiling(GenerationRequest request) {
    return request.tiledDecoding() ? Tiling.DEFAULT : null;
  }

  Shape latentShape(GenerationRequest request) {
    return Shape.of(
        vaeConfig.zDim(),
        (request.frames() - 1) / vaeConfig.scaleFactorTemporal() + 1,
        request.height() / vaeConfig.scaleFactorSpatial(),
        request.width() / vaeConfig.scaleFactorSpatial());
  }

  private static Tensor vector(float[] values) {
    return Tensor.of(values, values.length);
  }

  private Map<String, Object> settings(GenerationRequest request, SchedulerConfig config) {
    Map<String, Object> settings = new LinkedHashMap<>();
    settings.put("pipeline", CLASS_NAME);
    settings.put("prompt", request.prompt());
    settings.put("negative_prompt", request.negativePrompt());
    if (request.initialLatents() == null) {
      settings.put("seed", request.seed());
    } else {
      settings.put("initial_latents", "given");
    }
    if (request.video() != null) {
      settings.put("strength", request.strength());
    }
    settings.put("width", request.width());
    settings.put("height", request.height());
    settings.put("num_frames", request.frames());
    settings.put("num_inference_steps", request.steps());
    settings.put("guidance_scale", request.guidanceScale());
    settings.put("scheduler", config.kind().className());
    settings.put("flow_shift", config.flowShift());
    settings.put("max_sequence_length", request.maxSequenceLength());
    settings.put("vae_tiling", request.tiledDecoding());
    settings.put("dtype", dtype.name().toLowerCase(Locale.ROOT));
    settings.put("vae_dtype", vaeDtype.name().toLowerCase(Locale.ROOT));
    return settings;
  }
}
