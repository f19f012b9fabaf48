package io.zoetrope.pipeline.family.wan;

import io.zoetrope.dit.Predictor;
import io.zoetrope.dit.scheduler.config.SchedulerConfig;
import io.zoetrope.dit.scheduler.config.Schedulers;
import io.zoetrope.dit.wan.WanConfig;
import io.zoetrope.dit.wan.WanTransformer;
import io.zoetrope.files.Printable;
import io.zoetrope.pipeline.ClipSize;
import io.zoetrope.pipeline.GenerationRequest;
import io.zoetrope.pipeline.ModelPrecision;
import io.zoetrope.pipeline.PipelineException;
import io.zoetrope.pipeline.Setting;
import io.zoetrope.pipeline.family.Component;
import io.zoetrope.pipeline.family.FamilyModel;
import io.zoetrope.pipeline.family.ModelFolder;
import io.zoetrope.pipeline.family.PromptEncoder;
import io.zoetrope.pipeline.family.T5PromptEncoder;
import io.zoetrope.pipeline.family.TextContract;
import io.zoetrope.pipeline.family.VideoGeometry;
import io.zoetrope.pipeline.task.Task;
import io.zoetrope.t5.PromptCleaner;
import io.zoetrope.t5.T5Tokenizer;
import io.zoetrope.t5.encoder.T5Config;
import io.zoetrope.t5.encoder.T5Encoder;
import io.zoetrope.vae.VideoCodec;
import io.zoetrope.vae.wan.WanVae;
import io.zoetrope.vae.wan.WanVaeConfig;
import io.zoetrope.vae.wan.WanVideoCodec;
import java.nio.file.Path;
import java.util.List;

/** A Wan 2.1 model folder. Prompts are padded with zero rows, which the transformer attends to. */
record WanModel(
    ModelFolder folder,
    ModelPrecision precision,
    T5Tokenizer tokenizer,
    T5Config textConfig,
    WanConfig transformerConfig,
    WanVaeConfig vaeConfig,
    SchedulerConfig schedulerConfig)
    implements FamilyModel {
  /** Defaults of {@code WanPipeline} in diffusers; 16 frames a second as in its examples. */
  private static final GenerationRequest DEFAULTS =
      GenerationRequest.empty()
          .with(Setting.NEGATIVE_PROMPT, "")
          .with(Setting.SEED, 0L)
          .with(new ClipSize(832, 480, 81))
          .with(Setting.FRAMES_PER_SECOND, 16)
          .with(Setting.STEPS, 50)
          .with(Setting.GUIDANCE_SCALE, 5.0)
          .with(Setting.MAX_SEQUENCE_LENGTH, 512)
          .with(Setting.VAE_TILING, false);

  static WanModel read(ModelFolder folder, ModelPrecision precision) {
    refuse(folder, "boundary_ratio", "two experts");
    refuse(folder, "expand_timesteps", "a timestep for each token");
    Path text = folder.component("text_encoder", "UMT5EncoderModel", "T5EncoderModel");
    Path transformer = folder.component("transformer", "WanTransformer3DModel");
    Path vae = folder.component("vae", "AutoencoderKLWan");
    Path scheduler = folder.component("scheduler", Schedulers.flowClassNames());
    WanModel model =
        new WanModel(
            folder,
            precision,
            T5Tokenizer.open(folder.component("tokenizer")),
            T5Config.read(text.resolve("config.json")),
            WanConfig.read(transformer.resolve("config.json")),
            WanVaeConfig.read(vae.resolve("config.json")),
            SchedulerConfig.read(scheduler.resolve("scheduler_config.json")));
    model.requireConsistent();
    return model;
  }

  /** Wan 2.2 models say in the index what would have to be done for them. */
  private static void refuse(ModelFolder folder, String setting, String what) {
    var value = folder.settings().get(setting);
    if (value != null && !value.isNull() && !(value.isBoolean() && !value.booleanValue())) {
      throw new PipelineException(
          "%s: '%s' is %s: models with %s are not supported yet"
              .formatted(folder.folder(), setting, Printable.value(value.toString()), what));
    }
  }

  private void requireConsistent() {
    String schedulerClass = schedulerConfig.kind().className();
    if (!schedulerClass.equals(folder.components().get("scheduler"))) {
      throw new PipelineException(
          "%s: the index names the scheduler %s, its configuration %s: make them agree"
              .formatted(folder.folder(), folder.components().get("scheduler"), schedulerClass));
    }
    if (transformerConfig.inChannels() != vaeConfig.zDim()) {
      throw new PipelineException(
          "%s: the transformer takes %d channels, the video autoencoder has %d: only text-to-video models are supported"
              .formatted(folder.folder(), transformerConfig.inChannels(), vaeConfig.zDim()));
    }
    if (transformerConfig.textDim() != textConfig.dModel()) {
      throw new PipelineException(
          "%s: the transformer takes prompts of %d features, the text encoder makes %d"
              .formatted(folder.folder(), transformerConfig.textDim(), textConfig.dModel()));
    }
  }

  @Override
  public String name() {
    return folder.name();
  }

  @Override
  public String pipelineClass() {
    return WanFamily.PIPELINE_CLASS;
  }

  @Override
  public GenerationRequest defaults() {
    return folder.defaults(DEFAULTS);
  }

  @Override
  public List<Task<?>> tasks() {
    return List.of(Task.VIDEO_TO_VIDEO);
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
  public TextContract text() {
    return new TextContract(PromptCleaner::clean, 1, 4096, transformerConfig.textDim());
  }

  @Override
  public int promptTokens(String prompt) {
    return tokenizer.encode(text().cleaning().apply(prompt)).length;
  }

  @Override
  public Component<PromptEncoder> textEncoder() {
    return new Component<>(
        folder.component("text_encoder"),
        Component.TRANSFORMERS,
        weights ->
            new T5PromptEncoder(
                text(), tokenizer, T5Encoder.load(textConfig, weights, precision.dtype())));
  }

  @Override
  public Component<Predictor> predictor() {
    return new Component<>(
        folder.component("transformer"),
        Component.DIFFUSERS,
        weights -> WanTransformer.load(transformerConfig, weights, precision.dtype()));
  }

  @Override
  public Component<VideoCodec> codec() {
    return new Component<>(
        folder.component("vae"),
        Component.DIFFUSERS,
        weights ->
            new WanVideoCodec(
                new WanVae(vaeConfig, weights.roundedTo(precision.vaeDtype())),
                precision.vaeDtype()));
  }

  @Override
  public SchedulerConfig scheduler(GenerationRequest request) {
    SchedulerConfig config = schedulerConfig;
    if (request.find(Setting.SCHEDULER).isPresent()) {
      config = config.withKind(request.get(Setting.SCHEDULER));
    }
    if (request.find(Setting.FLOW_SHIFT).isPresent()) {
      config = config.withFlowShift(request.get(Setting.FLOW_SHIFT));
    }
    return config;
  }
}
