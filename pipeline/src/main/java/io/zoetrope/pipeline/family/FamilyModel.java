package io.zoetrope.pipeline.family;

import io.zoetrope.dit.Predictor;
import io.zoetrope.dit.cache.PublishedCaches;
import io.zoetrope.dit.scheduler.config.SchedulerConfig;
import io.zoetrope.pipeline.GenerationRequest;
import io.zoetrope.pipeline.ModelPrecision;
import io.zoetrope.pipeline.Setting;
import io.zoetrope.pipeline.task.Task;
import io.zoetrope.random.NoiseSource;
import io.zoetrope.vae.LatentUpscaler;
import io.zoetrope.vae.VideoCodec;
import java.util.List;
import java.util.Optional;

/**
 * A model of a family: all that a family has to say. What happens between its parts is the same for
 * every family. Making one reads configurations, and neither weights nor a device.
 */
public interface FamilyModel {
  /** Name of the model, for people and for the provenance. */
  String name();

  /** Name of the pipeline's class in diffusers, for people and for the provenance. */
  String pipelineClass();

  /** Family, version and size, for people, as far as the configurations tell them. */
  default String kind() {
    return pipelineClass();
  }

  /** The number formats that it computes in. */
  ModelPrecision precision();

  /** A request with the model's defaults. */
  GenerationRequest defaults();

  /** What the model does; of several that fit a request, the first one counts. */
  List<Task> tasks();

  /** The sizes that it makes. */
  VideoGeometry geometry();

  /** Whether it has learned its default size alone: clips of others are possible, but not good. */
  default boolean makesOneSize() {
    return false;
  }

  /** Whether {@link Setting#DYNAMIC_GUIDANCE} has a meaning to it. */
  default boolean guidesDynamically() {
    return false;
  }

  /** How it takes prompts. */
  TextContract text();

  /**
   * A prompt of a request as the text encoder takes it.
   *
   * @param which {@link Setting#PROMPT} or {@link Setting#NEGATIVE_PROMPT}
   */
  default String prompt(GenerationRequest request, Setting<String> which) {
    return request.get(which);
  }

  /**
   * How many tokens a prompt has before it is cut, the closing one among them. Models that cut no
   * prompts need not count: theirs have 0.
   */
  default int promptTokens(String prompt) {
    return 0;
  }

  /**
   * The tokens of a prompt in the order in which the transformer attends to them, the closing one
   * among them and padding left out.
   *
   * @param length tokens that it is cut to
   */
  PromptTokens tokens(String prompt, int length);

  /** The words that it was trained with; empty for models that were trained with a language. */
  default Optional<Vocabulary> vocabulary() {
    return Optional.empty();
  }

  /** Prompts to embeddings. */
  Component<PromptEncoder> textEncoder();

  /** Pictures to embeddings; empty for models that attend to none. */
  default Optional<Component<ImageEncoder>> imageEncoder() {
    return Optional.empty();
  }

  /** Noise to latents. */
  Component<Predictor> predictor();

  /**
   * What takes over from {@link #predictor} where little noise is left, at timesteps below {@link
   * Setting#BOUNDARY_RATIO} of the schedule's, which the defaults of such a model have; empty for
   * models whose one predictor takes all steps.
   */
  default Optional<Component<Predictor>> secondPredictor() {
    return Optional.empty();
  }

  /**
   * The noise of latents, [channels, frames, height, width], as the model's pipeline in diffusers
   * draws it, so that a seed gives the same noise here and there.
   *
   * @param drawn gives the numbers in the order of the dimensions that it is asked for
   */
  default NoiseSource latentNoise(NoiseSource drawn) {
    return drawn;
  }

  /** Latents to pixels, and back. */
  Component<VideoCodec> codec();

  /**
   * The colours of latents without a decoder, as far as they are known; where they are not, they
   * can be fitted to the codec.
   *
   * @throws io.zoetrope.config.ConfigException if those that the model comes with are malformed
   */
  default Optional<LatentColours> latentColours() {
    return Optional.empty();
  }

  /**
   * What enlarges latents; empty for models whose latents nothing enlarges.
   *
   * @throws io.zoetrope.pipeline.PipelineException or {@link io.zoetrope.config.ConfigException} if
   *     the folder has no such network
   */
  default Optional<Component<LatentUpscaler>> latentUpscaler(LatentUpscaling asked) {
    return Optional.empty();
  }

  /** What is published of step caches for the model, which may depend on a request's inputs. */
  default PublishedCaches publishedCaches(GenerationRequest request) {
    return PublishedCaches.NONE;
  }

  /** The noise schedule and the solver that the model comes with. */
  SchedulerConfig schedulerConfig();

  /**
   * The noise schedule and the solver of a request.
   *
   * @throws io.zoetrope.config.ConfigException if the model's schedule can't be what is asked for
   */
  default SchedulerConfig scheduler(GenerationRequest request) {
    SchedulerConfig config = request.find(Setting.SCHEDULER_CONFIG).orElse(schedulerConfig());
    if (request.find(Setting.SCHEDULER).isPresent()) {
      config = config.withKind(request.get(Setting.SCHEDULER));
    }
    return request.find(Setting.FLOW_SHIFT).map(config::withFlowShift).orElse(config);
  }
}
