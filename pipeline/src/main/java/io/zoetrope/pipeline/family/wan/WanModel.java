package io.zoetrope.pipeline.family.wan;

import com.fasterxml.jackson.databind.JsonNode;
import io.zoetrope.dit.Predictor;
import io.zoetrope.dit.cache.PublishedCaches;
import io.zoetrope.dit.scheduler.config.SchedulerConfig;
import io.zoetrope.dit.scheduler.config.Schedulers;
import io.zoetrope.dit.wan.VaceConfig;
import io.zoetrope.dit.wan.WanConfig;
import io.zoetrope.dit.wan.WanTransformer;
import io.zoetrope.files.Printable;
import io.zoetrope.nn.PatchSize;
import io.zoetrope.pipeline.GenerationRequest;
import io.zoetrope.pipeline.ModelPrecision;
import io.zoetrope.pipeline.PipelineException;
import io.zoetrope.pipeline.Setting;
import io.zoetrope.pipeline.family.Component;
import io.zoetrope.pipeline.family.FamilyModel;
import io.zoetrope.pipeline.family.ImageEncoder;
import io.zoetrope.pipeline.family.LatentColours;
import io.zoetrope.pipeline.family.ModelSource;
import io.zoetrope.pipeline.family.PromptEncoder;
import io.zoetrope.pipeline.family.PromptTokens;
import io.zoetrope.pipeline.family.T5PromptEncoder;
import io.zoetrope.pipeline.family.TextContract;
import io.zoetrope.pipeline.family.VideoGeometry;
import io.zoetrope.pipeline.family.Vocabulary;
import io.zoetrope.pipeline.task.ControlGrid;
import io.zoetrope.pipeline.task.Task;
import io.zoetrope.t5.PromptCleaner;
import io.zoetrope.t5.T5Tokenizer;
import io.zoetrope.t5.encoder.T5Config;
import io.zoetrope.vae.VideoCodec;
import io.zoetrope.vae.wan.WanVae;
import io.zoetrope.vae.wan.WanVaeConfig;
import io.zoetrope.vae.wan.WanVideoCodec;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A model of Wan 2.1 or 2.2. Prompts are padded with zero rows, which the transformer attends to.
 *
 * @param secondConfig of the transformer for little noise; empty in models that have one for all
 * @param vision what looks at pictures; empty in models that attend to none
 */
record WanModel(
    ModelSource source,
    ModelPrecision precision,
    T5Tokenizer tokenizer,
    T5Config textConfig,
    WanConfig transformerConfig,
    Optional<WanConfig> secondConfig,
    WanVaeConfig vaeConfig,
    SchedulerConfig schedulerConfig,
    Optional<WanVision> vision)
    implements FamilyModel {
  /** What prompts are padded to beside pictures: the transformer tells them apart by it. */
  private static final int TOKENS_BESIDE_PICTURES = 512;

  private static final String TEXT_ENCODER = "text_encoder";
  private static final String VAE = "vae";
  private static final String TRANSFORMER = "transformer";
  private static final String SECOND_TRANSFORMER = "transformer_2";

  /** {@code boundary_ratio} of the index: from where on a second transformer predicts. */
  private static final String BOUNDARY_RATIO = "boundary_ratio";

  /** {@code expand_timesteps} of the index: whether every token has a timestep of its own. */
  private static final String EXPAND_TIMESTEPS = "expand_timesteps";

  static WanModel read(ModelSource source, ModelPrecision precision) {
    T5Config textConfig =
        T5Config.of(source.config(TEXT_ENCODER, "UMT5EncoderModel", "T5EncoderModel"));
    WanConfig transformerConfig =
        WanConfig.of(source.config(TRANSFORMER, transformerClass(source)));
    WanModel model =
        new WanModel(
            source,
            precision,
            source.tokenizer(),
            textConfig,
            transformerConfig,
            secondConfig(source),
            WanVaeConfig.of(source.config(VAE, "AutoencoderKLWan")),
            SchedulerConfig.of(source.config("scheduler", Schedulers.flowClassNames())),
            WanVision.of(source, transformerConfig));
    model.requireConsistent();
    return model;
  }

  private static String transformerClass(ModelSource source) {
    return source.pipelineClass().equals(WanVaceFamily.PIPELINE_CLASS)
        ? "WanVACETransformer3DModel"
        : "WanTransformer3DModel";
  }

  /** Models that have a second transformer and do not say where it begins use the first alone. */
  private static Optional<WanConfig> secondConfig(ModelSource source) {
    JsonNode boundary = source.settings().get(BOUNDARY_RATIO);
    if (boundary == null || boundary.isNull()) {
      return Optional.empty();
    }
    if (!boundary.isNumber() || !(boundary.doubleValue() >= 0 && boundary.doubleValue() <= 1)) {
      throw new PipelineException(
          "%s: '%s' is %s, which is not between 0 and 1"
              .formatted(
                  source.description(), BOUNDARY_RATIO, Printable.value(boundary.toString())));
    }
    return Optional.of(WanConfig.of(source.config(SECOND_TRANSFORMER, transformerClass(source))));
  }

  private void requireConsistent() {
    int latents = vaeConfig.zDim();
    int expected = readsGivenFrames() ? 2 * latents + vaeConfig.scaleFactorTemporal() : latents;
    if (transformerConfig.inChannels() != expected || transformerConfig.outChannels() != latents) {
      throw new PipelineException(
          "%s: the transformer takes %d channels and makes %d; beside a video autoencoder of %d a %s takes %d and makes %d"
              .formatted(
                  source.description(),
                  transformerConfig.inChannels(),
                  transformerConfig.outChannels(),
                  latents,
                  pipelineClass(),
                  expected,
                  latents));
    }
    transformerConfig.vace().ifPresent(this::requireConsistent);
    secondConfig.ifPresent(this::requireAlike);
    T5PromptEncoder.requireFeatures(source, textConfig, transformerConfig.textDim());
  }

  private void requireConsistent(VaceConfig vace) {
    int expected = 2 * vaeConfig.zDim() + controlGrid(vace).maskChannels();
    if (vace.inChannels() != expected) {
      throw new PipelineException(
          "%s: the control branch takes %d channels; latents of what stays and of what is made anew, and the mask, have %d"
              .formatted(source.description(), vace.inChannels(), expected));
    }
  }

  private ControlGrid controlGrid(VaceConfig vace) {
    return new ControlGrid(
        vaeConfig.scaleFactorSpatial(), geometry().heightMultiple(), vace.layers().size());
  }

  /** What one transformer leaves the other goes on with. */
  private void requireAlike(WanConfig second) {
    if (second.inChannels() != transformerConfig.inChannels()
        || second.outChannels() != transformerConfig.outChannels()
        || second.textDim() != transformerConfig.textDim()
        || !second.patchSize().equals(transformerConfig.patchSize())
        || !second.imageDim().equals(transformerConfig.imageDim())
        || !second.vace().equals(transformerConfig.vace())) {
      throw new PipelineException(
          "%s: transformer and %s differ in channels, patches, or what they attend to: are they of the same model?"
              .formatted(source.description(), SECOND_TRANSFORMER));
    }
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
    return "Wan %s, %d layers of width %d"
        .formatted(
            secondConfig.isPresent() || hasTokenTimesteps() ? "2.2" : "2.1",
            transformerConfig.numLayers(),
            transformerConfig.innerDim());
  }

  @Override
  public GenerationRequest defaults() {
    GenerationRequest defaults =
        hasTokenTimesteps() ? WanDefaults.TOKEN_TIMESTEPS : WanDefaults.ONE_TRANSFORMER;
    if (secondConfig.isPresent()) {
      double boundary = source.settings().get(BOUNDARY_RATIO).doubleValue();
      defaults =
          (readsGivenFrames() ? WanDefaults.TWO_AND_FRAMES : WanDefaults.TWO_TRANSFORMERS)
              .with(Setting.BOUNDARY_RATIO, boundary);
    }
    return source.defaults(defaults);
  }

  @Override
  public List<Task> tasks() {
    if (transformerConfig.vace().isPresent()) {
      return List.of(Task.control(controlGrid(transformerConfig.vace().get())));
    }
    if (readsGivenFrames()) {
      int framesPerLatent = vaeConfig.scaleFactorTemporal();
      List<Task> tasks = new ArrayList<>();
      // Pictures that the transformer attends to are as many as it knows positions for.
      boolean attendsToTwo = transformerConfig.posEmbedSeqLen().isPresent();
      if (!attendsToTwo) {
        tasks.add(Task.imageToVideo(framesPerLatent));
      }
      if (attendsToTwo || vision.isEmpty()) {
        tasks.add(Task.firstAndLastFrameToVideo(framesPerLatent));
      }
      return List.copyOf(tasks);
    }
    List<Task> tasks = new ArrayList<>(List.of(Task.TEXT_TO_VIDEO, Task.VIDEO_TO_VIDEO));
    if (hasTokenTimesteps()) {
      PatchSize patch = transformerConfig.patchSize();
      int framesPerLatent = vaeConfig.scaleFactorTemporal();
      tasks.add(Task.firstFrameAtTimestepZero(patch));
      if (source.takesLastImage()) {
        tasks.add(Task.lastFrameAtTimestepZero(patch, framesPerLatent));
      }
      if (source.firstFrames() > 1) {
        tasks.add(Task.firstFramesAtTimestepZero(patch, framesPerLatent, source.firstFrames()));
      }
    }
    return List.copyOf(tasks);
  }

  /** Whether the transformer reads frames that are given beside the latents. */
  boolean readsGivenFrames() {
    return pipelineClass().equals(WanImageToVideoFamily.PIPELINE_CLASS) && !hasTokenTimesteps();
  }

  /** Whether tokens of a given first frame can have timestep 0, as in Wan 2.2 TI2V-5B. */
  boolean hasTokenTimesteps() {
    JsonNode flag = source.settings().get(EXPAND_TIMESTEPS);
    return flag != null && flag.booleanValue();
  }

  @Override
  public VideoGeometry geometry() {
    return new VideoGeometry(
        vaeConfig.zDim(),
        vaeConfig.scaleFactorTemporal(),
        vaeConfig.scaleFactorSpatial(),
        transformerConfig.patchSize(),
        transformerConfig.ropeMaxSeqLen());
  }

  @Override
  public Optional<LatentColours> latentColours() {
    return source.latentColours(vaeConfig.zDim()).or(() -> WanColours.of(vaeConfig));
  }

  @Override
  public boolean makesOneSize() {
    return source.makesOneSize();
  }

  @Override
  public TextContract text() {
    return vision.isPresent()
        ? contract(TOKENS_BESIDE_PICTURES, TOKENS_BESIDE_PICTURES)
        : contract(1, 4096);
  }

  private TextContract contract(int shortest, int longest) {
    return new TextContract(PromptCleaner::clean, shortest, longest, transformerConfig.textDim());
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
  public Optional<Vocabulary> vocabulary() {
    return source.vocabulary();
  }

  @Override
  public Component<PromptEncoder> textEncoder() {
    return T5PromptEncoder.component(
        source, TEXT_ENCODER, text(), tokenizer, textConfig, precision.dtype());
  }

  @Override
  public Optional<Component<ImageEncoder>> imageEncoder() {
    return vision.map(seen -> seen.encoder(precision.dtype()));
  }

  @Override
  public Component<Predictor> predictor() {
    return transformer(TRANSFORMER, transformerConfig);
  }

  @Override
  public Optional<Component<Predictor>> secondPredictor() {
    return secondConfig.map(config -> transformer(SECOND_TRANSFORMER, config));
  }

  @Override
  public PublishedCaches publishedCaches(GenerationRequest request) {
    return PublishedWan.name(this, !request.inputs().isEmpty())
        .map(PublishedCaches::of)
        .orElse(PublishedCaches.NONE);
  }

  private Component<Predictor> transformer(String name, WanConfig config) {
    return new Component<>(
        () -> source.weights(name),
        weights -> WanTransformer.load(config, weights, precision.dtype()));
  }

  @Override
  public Component<VideoCodec> codec() {
    return new Component<>(
        () -> source.weights(VAE),
        weights ->
            new WanVideoCodec(
                new WanVae(vaeConfig, weights.roundedTo(precision.vaeDtype())),
                precision.vaeDtype()));
  }
}
