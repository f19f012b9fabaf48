package io.zoetrope.pipeline.family.latte;

import io.zoetrope.dit.Predictor;
import io.zoetrope.dit.latte.LatteConfig;
import io.zoetrope.dit.latte.LatteTransformer;
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
import io.zoetrope.t5.CaptionCleaner;
import io.zoetrope.t5.T5Tokenizer;
import io.zoetrope.t5.encoder.T5Config;
import io.zoetrope.t5.text.Blanks;
import io.zoetrope.vae.VideoCodec;
import io.zoetrope.vae.kl.AutoencoderKL;
import io.zoetrope.vae.kl.AutoencoderKLConfig;
import io.zoetrope.vae.kl.KLVideoCodec;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** A model of Latte. */
record LatteModel(
    ModelSource source,
    ModelPrecision precision,
    T5Tokenizer tokenizer,
    T5Config textConfig,
    LatteConfig transformerConfig,
    AutoencoderKLConfig vaeConfig,
    SchedulerConfig schedulerConfig)
    implements FamilyModel {
  private static final String TEXT_ENCODER = "text_encoder";
  private static final String TRANSFORMER = "transformer";
  private static final String VAE = "vae";

  /** Tokens of a prompt, which diffusers lets nobody change. */
  private static final int PROMPT_TOKENS = 120;

  /** Positions in a frame are computed for any size. */
  private static final int ANY_SIZE = 1 << 14;

  /** The frames of a second are those of the clips that the model was trained with. */
  private static final GenerationRequest DEFAULTS =
      GenerationRequest.empty()
          .with(Setting.NEGATIVE_PROMPT, "")
          .with(Setting.SEED, 0L)
          .with(Setting.FRAMES_PER_SECOND, 8)
          .with(Setting.STEPS, 50)
          .with(Setting.GUIDANCE_SCALE, 7.5)
          .with(Setting.MAX_SEQUENCE_LENGTH, PROMPT_TOKENS)
          .with(Setting.CLEAN_CAPTION, true)
          .with(Setting.VAE_TILING, false);

  static LatteModel read(ModelSource source, ModelPrecision precision) {
    LatteModel model =
        new LatteModel(
            source,
            precision,
            source.tokenizer(),
            T5Config.of(source.config(TEXT_ENCODER, "T5EncoderModel")),
            LatteConfig.of(source.config(TRANSFORMER, "LatteTransformer3DModel")),
            AutoencoderKLConfig.of(source.config(VAE, "AutoencoderKL")),
            SchedulerConfig.of(source.config("scheduler", Schedulers.discreteClassNames())));
    model.requireConsistent();
    return model;
  }

  private void requireConsistent() {
    int latents = vaeConfig.latentChannels();
    if (transformerConfig.inChannels() != latents
        || transformerConfig.outChannels() != 2 * latents) {
      throw new PipelineException(
          "%s: the transformer takes %d channels and makes %d; beside an autoencoder of %d it takes %d and makes %d, the noise and its variance"
              .formatted(
                  source.description(),
                  transformerConfig.inChannels(),
                  transformerConfig.outChannels(),
                  latents,
                  latents,
                  2 * latents));
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
    return "Latte, %d pairs of layers of width %d"
        .formatted(transformerConfig.numLayers(), transformerConfig.innerDim());
  }

  @Override
  public GenerationRequest defaults() {
    int side = transformerConfig.sampleSize() * vaeConfig.scaleFactor();
    return source.defaults(
        DEFAULTS.with(new ClipSize(side, side, transformerConfig.videoLength())));
  }

  @Override
  public List<Task> tasks() {
    return List.of(Task.TEXT_TO_VIDEO);
  }

  @Override
  public VideoGeometry geometry() {
    return new VideoGeometry(
        vaeConfig.latentChannels(),
        1,
        vaeConfig.scaleFactor(),
        transformerConfig.patchSize(),
        ANY_SIZE,
        transformerConfig.videoLength());
  }

  @Override
  public Optional<LatentColours> latentColours() {
    return source.latentColours(vaeConfig.latentChannels());
  }

  @Override
  public TextContract text() {
    return new TextContract(
        LatteModel::clean,
        1,
        PROMPT_TOKENS,
        transformerConfig.captionChannels(),
        TextContract.Padding.EVEN);
  }

  @Override
  public String prompt(GenerationRequest request, Setting<String> which) {
    String prompt = request.get(which);
    return request.get(Setting.CLEAN_CAPTION) ? CaptionCleaner.clean(prompt) : prompt;
  }

  /** What diffusers does with {@code clean_caption=False}; captions that are cleaned stay. */
  private static String clean(String prompt) {
    return Blanks.strip(prompt.toLowerCase(Locale.ROOT));
  }

  @Override
  public PromptTokens tokens(String prompt, int length) {
    return PromptTokens.of(tokenizer, text().cleaning().apply(prompt), length);
  }

  @Override
  public int promptTokens(String prompt) {
    return tokenizer.encode(text().cleaning().apply(prompt)).length;
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
        weights -> LatteTransformer.load(transformerConfig, weights, precision.dtype()));
  }

  @Override
  public Component<VideoCodec> codec() {
    return new Component<>(
        () -> source.weights(VAE),
        weights ->
            new KLVideoCodec(
                new AutoencoderKL(vaeConfig, weights.roundedTo(precision.vaeDtype())),
                precision.vaeDtype()));
  }
}
