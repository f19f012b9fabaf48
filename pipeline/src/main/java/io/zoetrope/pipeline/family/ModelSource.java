package io.zoetrope.pipeline.family;

import com.fasterxml.jackson.databind.JsonNode;
import io.zoetrope.config.JsonConfig;
import io.zoetrope.pipeline.GenerationRequest;
import io.zoetrope.pipeline.Setting;
import io.zoetrope.pipeline.prompts.PromptCache;
import io.zoetrope.t5.T5Tokenizer;
import io.zoetrope.weights.WeightSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A model as somebody has it, in the terms of diffusers: which pipeline it is for, and its
 * components by name with their configurations and weights. A {@link Family} asks for what it needs
 * and does not know how it is stored: {@link ModelFolder} is the layout of diffusers.
 *
 * <p>Weights have the names of diffusers and transformers, and whoever opens them demands each one:
 * a source neither adds nor hides any. What changes a model, such as a LoRA, is a {@link
 * ChangedModel} around another source.
 */
public interface ModelSource {
  /** Class of the pipeline that the model is for, which says of which {@link Family} it is. */
  String pipelineClass();

  /** The model's name without the user's own paths, for people and for the provenance. */
  String name();

  /** What to call the model in errors: its folder, or its files. */
  String description();

  /**
   * Settings of the pipeline, such as {@code boundary_ratio}; a setting that is not there has
   * diffusers' default.
   */
  Map<String, JsonNode> settings();

  /**
   * The configuration of a component.
   *
   * @param component by its name in the pipeline, such as {@code "transformer"}
   * @param classes of diffusers or transformers that the caller can use; none for any
   * @throws io.zoetrope.pipeline.PipelineException if there is no such component, or it is of
   *     another class
   * @throws io.zoetrope.config.ConfigException if the configuration is malformed
   */
  JsonConfig config(String component, String... classes);

  /**
   * Opens the weights of a component, which the caller closes. Reads no more than their names,
   * shapes and number formats; what they are is read when it is used.
   *
   * @throws io.zoetrope.weights.WeightsException if there are none, or a file is malformed
   */
  WeightSource weights(String component);

  /**
   * The tokenizer of the text encoder.
   *
   * @throws io.zoetrope.pipeline.PipelineException if there is none
   * @throws io.zoetrope.t5.TokenizerException if it is malformed
   */
  T5Tokenizer tokenizer();

  /** What {@code zoetrope.json} beside the model says; empty if there is none. */
  default Optional<JsonConfig> own() {
    return Optional.empty();
  }

  /**
   * Where embeddings of its prompts are looked up; empty if they are computed each time.
   *
   * @param encoderBytes that the text encoder's weights take where they are stored
   */
  default Optional<PromptCache> promptCache(long encoderBytes) {
    return Optional.empty();
  }

  /** What was done to the model; nothing where it is as its files have it. */
  default Adaptation adaptation() {
    return Adaptation.NONE;
  }

  /**
   * A family's defaults, with what {@link #own} says instead by the names of {@link Setting}s.
   *
   * @throws io.zoetrope.config.ConfigException if a default is malformed
   */
  default GenerationRequest defaults(GenerationRequest family) {
    GenerationRequest defaults = family;
    if (own().isPresent()) {
      for (Setting<?> setting : Setting.all()) {
        defaults = withDefault(defaults, own().get(), setting);
      }
    }
    return defaults;
  }

  private static <T> GenerationRequest withDefault(
      GenerationRequest request, JsonConfig json, Setting<T> setting) {
    return setting.read(json).map(value -> request.with(setting, value)).orElse(request);
  }

  /**
   * Whether the model takes a picture that the clip arrives at: {@code last_image} of {@link #own}.
   *
   * @throws io.zoetrope.config.ConfigException if it is malformed
   */
  default boolean takesLastImage() {
    return own().map(json -> json.flag("last_image", false)).orElse(false);
  }

  /**
   * From how many frames of a clip the model has learned to go on at once: {@code first_frames} of
   * {@link #own}; 1 where it says nothing.
   *
   * @throws io.zoetrope.config.ConfigException if it is malformed
   */
  default int firstFrames() {
    return own().map(json -> json.integer("first_frames", 1, 1, Integer.MAX_VALUE)).orElse(1);
  }

  /**
   * Whether the model has learned its default size alone: {@code one_size} of {@link #own}.
   *
   * @throws io.zoetrope.config.ConfigException if it is malformed
   */
  default boolean makesOneSize() {
    return own().map(json -> json.flag("one_size", false)).orElse(false);
  }

  /**
   * The colours of latents that {@link #own} keeps; empty where it has none.
   *
   * @param channels of the latents
   * @throws io.zoetrope.config.ConfigException if they are malformed
   */
  default Optional<LatentColours> latentColours(int channels) {
    return own().flatMap(json -> LatentColours.read(json, channels));
  }

  /**
   * The {@code words} of {@link #own}; empty where it names none.
   *
   * @throws io.zoetrope.config.ConfigException if they are malformed
   */
  default Optional<Vocabulary> vocabulary() {
    return own()
        .map(json -> json.texts("words", List.of()))
        .filter(words -> !words.isEmpty())
        .map(words -> new Vocabulary(Set.copyOf(words)));
  }
}
