package io.zoetrope.pipeline.family;

import com.fasterxml.jackson.databind.JsonNode;
import io.zoetrope.config.JsonConfig;
import io.zoetrope.pipeline.GenerationRequest;
import io.zoetrope.pipeline.prompts.PromptCache;
import io.zoetrope.t5.T5Tokenizer;
import io.zoetrope.weights.WeightSource;
import java.util.Map;
import java.util.Optional;

/**
 * Another model, of which a subclass changes a part. A LoRA, for one, overrides {@link #weights}:
 * it opens those of the other model, and for {@code "transformer"} or {@code "transformer_2"} puts
 * a {@link WeightSource} around them that adds its products to the weights of their names. One that
 * needs few steps also overrides {@link #defaults}. Whatever this model is made of, names are those
 * of diffusers there.
 */
public abstract class ChangedModel implements ModelSource {
  private final ModelSource model;

  /** The model that is changed. */
  protected ChangedModel(ModelSource model) {
    this.model = model;
  }

  @Override
  public String pipelineClass() {
    return model.pipelineClass();
  }

  @Override
  public String name() {
    return model.name();
  }

  @Override
  public String description() {
    return model.description();
  }

  @Override
  public Map<String, JsonNode> settings() {
    return model.settings();
  }

  @Override
  public JsonConfig config(String component, String... classes) {
    return model.config(component, classes);
  }

  @Override
  public WeightSource weights(String component) {
    return model.weights(component);
  }

  @Override
  public T5Tokenizer tokenizer() {
    return model.tokenizer();
  }

  @Override
  public Optional<JsonConfig> own() {
    return model.own();
  }

  @Override
  public Optional<PromptCache> promptCache(long encoderBytes) {
    return model.promptCache(encoderBytes);
  }

  @Override
  public Adaptation adaptation() {
    return model.adaptation();
  }

  @Override
  public GenerationRequest defaults(GenerationRequest family) {
    return model.defaults(family);
  }
}
