package io.zoetrope.pipeline.family.cogvideox;

import io.zoetrope.dit.Predictor;
import io.zoetrope.dit.cogvideox.CogVideoXConfig;
import io.zoetrope.dit.cogvideox.CogVideoXConfig.Positions;
import io.zoetrope.dit.cogvideox.CogVideoXTransformer;
import io.zoetrope.dit.scheduler.config.SchedulerConfig;
import io.zoetrope.dit.scheduler.config.Schedulers;
import io.zoetrope.pipeline.ClipSize;
import io.zoetrope.pipeline.GenerationRequest;
import io.zoetrope.pipeline.ModelPrecision;
import io.zoetrope.pipeline.PipelineException;
import io.zoetrope.pipeline.Setting;
import io.zoetrope.pipeline.family.Component;
import io.zoetrope.pipeline.family.FamilyModel;
import io.zoetrope.pipeline.family.LatentColours;
import io.zoetrope.pipeline.family.ModelSource;
import io.zoetrope.pipeline.family.PromptEncoder;
import io.zoetrope.pipeline.family.PromptTokens;
import io.zoetrope.pipeline.family.T5PromptEncoder;
import io.zoetrope.pipeline.family.TextContract;
import io.zoetrope.pipeline.family.VideoGeometry;
import io.zoetrope.pipeline.task.Task;
import io.zoetrope.random.NoiseSource;
import io.zoetrope.t5.T5Tokenizer;
import io.zoetrope.t5.encoder.T5Config;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.vae.VideoCodec;
import io.zoetrope.vae.cogvideox.AutoencoderKLCogVideoX;
import io.zoetrope.vae.cogvideox.AutoencoderKLCogVideoXConfig;
import io.zoetrope.vae.cogvideox.CogVideoXVideoCodec;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** A model of CogVideoX 1.0 or 1.5. */
record CogVideoXModel(
    ModelSource source,
    ModelPrecision precision,
    T5Tokenizer tokenizer,
    T5Config textConfig,
    CogVideoXConfig transformerConfig,
    AutoencoderKLCogVideoXConfig vaeConfig,
    SchedulerConfig schedulerConfig)
    implements FamilyModel {
  private static final String TEXT_ENCODER = "text_encoder";
  private static final String TRANSFORMER = "transformer";
  private static final String VAE = "vae";

  /** What diffusers pads prompts to; models that know places of text take as many as they know. */
  private static final int PROMPT_TOKENS = 226;

  private static final int MOST_PROMPT_TOKENS = 4096;

  /** Rotary positions of version 1.0, and those of time, are computed for any size. */
  private static final int ANY_SIZE = 1 << 14;

  /** The defaults of diffusers. */
  private static final GenerationRequest DEFAULTS =
      GenerationRequest.empty()
          .with(Setting.NEGATIVE_PROMPT, "")
          .with(Setting.SEED, 0L)
          .with(Setting.STEPS, 50)
          .with(Setting.GUIDANCE_SCALE, 6.0)
          .with(Setting.VAE_TILING, false);

  static CogVideoXModel read(ModelSource source, ModelPrecision precision) {
    CogVideoXModel model =
        new CogVideoXModel(
            source,
            precision,
            source.tokenizer(),
            T5Config.of(source.config(TEXT_ENCODER, "T5EncoderModel")),
            CogVideoXConfig.of(source.config(TRANSFORMER, "CogVideoXTransformer3DModel")),
            AutoencoderKLCogVideoXConfig.of(source.config(VAE, "AutoencoderKLCogVideoX")),
            SchedulerConfig.of(source.config("scheduler", Schedulers.discreteClassNames())));
    model.requireConsistent();
    return model;
  }

  private void requireConsistent() {
    int latents = vaeConfig.latentChannels();
    int expected = readsPicture() ? 2 * latents : latents;
    if (transformerConfig.inChannels() != expected || transformerConfig.outChannels() != latents) {
      throw new PipelineException(
          "%s: the transformer takes %d channels and makes %d; beside an autoencoder of %d a %s takes %d and makes %d"
              .formatted(
                  source.description(),
                  transformerConfig.inChannels(),
                  transformerConfig.outChannels(),
                  latents,
                  pipelineClass(),
                  expected,
                  latents));
    }
    T5PromptEncoder.requireFeatures(source, textConfig, transformerConfig.textEmbedDim());
  }

  /** Whether the transformer reads a picture beside the latents. */
  private boolean readsPicture() {
    return pipelineClass().equals(CogVideoXImageToVideoFamily.PIPELINE_CLASS);
  }

  @Override
  public String name() {
    return source.name();
  }

  @Override
  public String pipelineClass() {
    return source.pipelineClass();
  }

  @Override
  public String kind() {
    return String.format(
        Locale.ROOT,
        "CogVideoX %s, a transformer of %.2f B parameters",
        transformerConfig.patchesInTime() ? "1.5" : "1.0",
        transformerConfig.parameters() / 1e9);
  }

  @Override
  public GenerationRequest defaults() {
    int scale = vaeConfig.scaleFactorSpatial();
    ClipSize size =
        new ClipSize(
            transformerConfig.sampleWidth() * scale,
            transformerConfig.sampleHeight() * scale,
            geometry().framesWithin(transformerConfig.sampleFrames()));
    return source.defaults(
        DEFAULTS
            .with(size)
            .with(Setting.FRAMES_PER_SECOND, transformerConfig.patchesInTime() ? 16 : 8)
            .with(
                Setting.MAX_SEQUENCE_LENGTH,
                transformerConfig.positions().areAdded()
                    ? transformerConfig.maxTextSeqLength()
                    : PROMPT_TOKENS));
  }

  @Override
  public List<Task> tasks() {
    SizeLimits limits = new SizeLimits(transformerConfig, vaeConfig.scaleFactorSpatial());
    return readsPicture()
        ? List.of(CogVideoXTasks.imageToVideo(geometry(), limits))
        : List.of(
            CogVideoXTasks.textToVideo(geometry(), limits),
            CogVideoXTasks.videoToVideo(geometry(), limits));
  }

  @Override
  public VideoGeometry geometry() {
    return new VideoGeometry(
        vaeConfig.latentChannels(),
        vaeConfig.temporalCompressionRatio(),
        vaeConfig.scaleFactorSpatial(),
        transformerConfig.patchSize(),
        ANY_SIZE,
        ANY_SIZE,
        VideoGeometry.FrameGrouping.FIRST_OF_ODD_ALONE);
  }

  @Override
  public Optional<LatentColours> latentColours() {
    return source.latentColours(vaeConfig.latentChannels());
  }

  @Override
  public boolean makesOneSize() {
    return transformerConfig.positions() == Positions.ROTARY_AND_LEARNED || source.makesOneSize();
  }

  @Override
  public boolean guidesDynamically() {
    return true;
  }

  @Override
  public TextContract text() {
    boolean one = transformerConfig.positions().areAdded();
    int known = transformerConfig.maxTextSeqLength();
    return new TextContract(
        UnaryOperator.identity(),
        one ? known : 1,
        one ? known : MOST_PROMPT_TOKENS,
        transformerConfig.textEmbedDim(),
        TextContract.Padding.EMBEDDED);
  }

  @Override
  public PromptTokens tokens(String prompt, int length) {
    return PromptTokens.of(tokenizer, text().cleaning().apply(prompt), length);
  }

  @Override
  public int promptTokens(String prompt) {
    return tokenizer.encode(prompt).length;
  }

  /** Latents are [frames, channels, height, width] in the pipelines of this family. */
  @Override
  public NoiseSource latentNoise(NoiseSource drawn) {
    return sizes -> {
      Tensor framesFirst = drawn.normal(sizes[1], sizes[0], sizes[2], sizes[3]);
      return Tensor.of(framesFirst.permute(1, 0, 2, 3).toFloats(), sizes);
    };
  }

  @Override
  public Component<PromptEncoder> textEncoder() {
    return T5PromptEncoder.component(
        source, TEXT_ENCODER, text(), tokenizer, textConfig, precision.dtype());
  }

  @Override
  public Component<Predictor> predictor() {
    return new Component<>(
        () -> source.weights(TRANSFORMER),
        weights -> CogVideoXTransformer.load(transformerConfig, weights, precision.dtype()));
  }

  @Override
  public Component<VideoCodec> codec() {
    return new Component<>(
        () -> source.weights(VAE),
        weights ->
            new CogVideoXVideoCodec(
                new AutoencoderKLCogVideoX(vaeConfig, weights.roundedTo(precision.vaeDtype())),
                precision.vaeDtype(),
                readsPicture() && vaeConfig.invertScaleLatents()));
  }
}
