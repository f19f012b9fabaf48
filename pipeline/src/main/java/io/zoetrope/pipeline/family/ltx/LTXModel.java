package io.zoetrope.pipeline.family.ltx;

import io.zoetrope.dit.Predictor;
import io.zoetrope.dit.ltx.LTXConfig;
import io.zoetrope.dit.ltx.LTXTransformer;
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
import io.zoetrope.pipeline.family.LatentUpscaling;
import io.zoetrope.pipeline.family.ModelSource;
import io.zoetrope.pipeline.family.PromptEncoder;
import io.zoetrope.pipeline.family.PromptTokens;
import io.zoetrope.pipeline.family.T5PromptEncoder;
import io.zoetrope.pipeline.family.TextContract;
import io.zoetrope.pipeline.family.VideoGeometry;
import io.zoetrope.pipeline.task.Task;
import io.zoetrope.t5.T5Tokenizer;
import io.zoetrope.t5.encoder.T5Config;
import io.zoetrope.vae.LatentUpscaler;
import io.zoetrope.vae.VideoCodec;
import io.zoetrope.vae.ltx.AutoencoderKLLTXVideo;
import io.zoetrope.vae.ltx.AutoencoderKLLTXVideoConfig;
import io.zoetrope.vae.ltx.LTXVideoCodec;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * A model of LTX-Video. Its versions differ in their autoencoder, their schedule and their size.
 */
record LTXModel(
    ModelSource source,
    ModelPrecision precision,
    T5Tokenizer tokenizer,
    T5Config textConfig,
    LTXConfig transformerConfig,
    AutoencoderKLLTXVideoConfig vaeConfig,
    SchedulerConfig schedulerConfig)
    implements FamilyModel {
  private static final String TEXT_ENCODER = "text_encoder";
  private static final String TRANSFORMER = "transformer";
  private static final String VAE = "vae";

  /** Positions are computed for any size. */
  private static final int ANY_SIZE = 1 << 14;

  /** Longer prompts than the models were trained with are possible. */
  private static final int MOST_TOKENS = 4096;

  /** Defaults of {@code LTXPipeline}. */
  private static final GenerationRequest DEFAULTS =
      GenerationRequest.empty()
          .with(Setting.NEGATIVE_PROMPT, "")
          .with(Setting.SEED, 0L)
          .with(new ClipSize(704, 512, 161))
          .with(Setting.FRAMES_PER_SECOND, 25)
          .with(Setting.STEPS, 50)
          .with(Setting.GUIDANCE_SCALE, 3.0)
          .with(Setting.MAX_SEQUENCE_LENGTH, 128)
          .with(Setting.VAE_TILING, false);

  /** Defaults of {@code LTXConditionPipeline}. */
  private static final GenerationRequest CONDITION_DEFAULTS =
      DEFAULTS.with(Setting.MAX_SEQUENCE_LENGTH, 256).with(Setting.IMAGE_COND_NOISE_SCALE, 0.15);

  static LTXModel read(ModelSource source, ModelPrecision precision) {
    LTXModel model =
        new LTXModel(
            source,
            precision,
            source.tokenizer(),
            T5Config.of(source.config(TEXT_ENCODER, "T5EncoderModel")),
            LTXConfig.of(source.config(TRANSFORMER, "LTXVideoTransformer3DModel")),
            AutoencoderKLLTXVideoConfig.of(source.config(VAE, "AutoencoderKLLTXVideo")),
            SchedulerConfig.of(source.config("scheduler", Schedulers.flowClassNames())));
    model.requireConsistent();
    return model;
  }

  private void requireConsistent() {
    if (transformerConfig.inChannels() != vaeConfig.latentChannels()) {
      throw new PipelineException(
          "%s: the transformer takes %d channels, the autoencoder makes %d: are they of the same model?"
              .formatted(
                  source.description(),
                  transformerConfig.inChannels(),
                  vaeConfig.latentChannels()));
    }
    T5PromptEncoder.requireFeatures(source, textConfig, transformerConfig.captionChannels());
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
        "LTX-Video %s, a transformer of %.2f B parameters",
        vaeConfig.versions(),
        transformerConfig.parameters() / 1e9);
  }

  @Override
  public GenerationRequest defaults() {
    GenerationRequest defaults = takesConditions() ? CONDITION_DEFAULTS : DEFAULTS;
    if (vaeConfig.timestepConditioning()) {
      defaults = defaults.with(Setting.DECODE_TIMESTEP, 0.0);
    }
    return source.defaults(defaults);
  }

  /** Whether every job is one of {@code LTXConditionPipeline}, whose steps are other ones. */
  private boolean takesConditions() {
    return pipelineClass().equals(LTXConditionFamily.PIPELINE_CLASS);
  }

  @Override
  public List<Task> tasks() {
    return takesConditions()
        ? List.of(LTXTasks.conditions(geometry()))
        : List.of(LTXTasks.textToVideo(geometry()), LTXTasks.imageToVideo(geometry()));
  }

  @Override
  public VideoGeometry geometry() {
    return new VideoGeometry(
        vaeConfig.latentChannels(),
        vaeConfig.scaleFactorTemporal(),
        vaeConfig.scaleFactorSpatial(),
        LTXTransformer.PATCH,
        ANY_SIZE);
  }

  @Override
  public Optional<LatentColours> latentColours() {
    return source.latentColours(vaeConfig.latentChannels());
  }

  @Override
  public TextContract text() {
    return new TextContract(
        UnaryOperator.identity(),
        1,
        MOST_TOKENS,
        transformerConfig.captionChannels(),
        takesConditions() ? TextContract.Padding.EMBEDDED_UNSEEN : TextContract.Padding.EMBEDDED);
  }

  @Override
  public PromptTokens tokens(String prompt, int length) {
    return PromptTokens.of(tokenizer, text().cleaning().apply(prompt), length);
  }

  @Override
  public int promptTokens(String prompt) {
    return tokenizer.encode(prompt).length;
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
        weights -> LTXTransformer.load(transformerConfig, weights, precision.dtype()));
  }

  @Override
  public Optional<Component<LatentUpscaler>> latentUpscaler(LatentUpscaling asked) {
    return Optional.of(LTXLatentUpscaling.of(asked, precision.vaeDtype()));
  }

  @Override
  public Component<VideoCodec> codec() {
    return new Component<>(
        () -> source.weights(VAE),
        weights ->
            new LTXVideoCodec(
                new AutoencoderKLLTXVideo(vaeConfig, weights.roundedTo(precision.vaeDtype())),
                precision.vaeDtype()));
  }
}
