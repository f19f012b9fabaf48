package io.zoetrope.pipeline.parts;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.DoubleNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.zoetrope.config.JsonConfig;
import io.zoetrope.pipeline.PipelineException;
import io.zoetrope.pipeline.family.ModelSource;
import io.zoetrope.t5.T5Tokenizer;
import io.zoetrope.weights.WeightSource;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * A model whose parts lie in files. What no file says, such as the schedule, is what the published
 * model of that kind has.
 */
final class PartsModel implements ModelSource {
  private final Map<Role, FoundPart> parts;
  private final WanKind kind;
  private final Supplier<T5Tokenizer> tokenizer;

  /**
   * A model.
   *
   * @param parts that fit each other, and are all that the kind needs
   */
  PartsModel(Map<Role, FoundPart> parts, WanKind kind, Supplier<T5Tokenizer> tokenizer) {
    this.parts = parts;
    this.kind = kind;
    this.tokenizer = tokenizer;
  }

  private FoundPart transformer() {
    return parts.get(Role.TRANSFORMER);
  }

  @Override
  public String pipelineClass() {
    return kind.pipelineClass();
  }

  /** The name of the transformer's file without its ending. */
  @Override
  public String name() {
    return transformer().file().getFileName().toString().replaceFirst("\\.[A-Za-z]+$", "");
  }

  @Override
  public String description() {
    return transformer().file().toString();
  }

  @Override
  public Map<String, JsonNode> settings() {
    return parts.containsKey(Role.SECOND_TRANSFORMER)
        ? Map.of("boundary_ratio", DoubleNode.valueOf(kind.boundaryRatio().orElseThrow()))
        : Map.of("expand_timesteps", BooleanNode.valueOf(kind.expandsTimesteps()));
  }

  @Override
  public JsonConfig config(String component, String... classes) {
    return switch (component) {
      case "scheduler" -> scheduler();
      case "image_processor" -> imageProcessor();
      default -> part(component).config();
    };
  }

  private JsonConfig scheduler() {
    ObjectNode json = JsonConfig.MAPPER.createObjectNode();
    json.put("_class_name", "UniPCMultistepScheduler");
    json.put("prediction_type", "flow_prediction");
    json.put("use_flow_sigmas", true);
    json.put("num_train_timesteps", 1000);
    json.put("flow_shift", kind.flowShift());
    return JsonConfig.of("schedule of " + description(), json);
  }

  /** What {@code CLIPImageProcessor} in transformers does by default, to the tower's size. */
  private JsonConfig imageProcessor() {
    ObjectNode json = JsonConfig.MAPPER.createObjectNode();
    int side = part(Role.CLIP_VISION.component()).config().positiveInteger("image_size");
    json.put("size", side);
    json.put("crop_size", side);
    return JsonConfig.of("pictures for " + description(), json);
  }

  @Override
  public WeightSource weights(String component) {
    return part(component).open();
  }

  @Override
  public T5Tokenizer tokenizer() {
    return tokenizer.get();
  }

  private FoundPart part(String component) {
    return Stream.of(Role.values())
        .filter(role -> role.component().equals(component))
        .flatMap(role -> Optional.ofNullable(parts.get(role)).stream())
        .findFirst()
        .orElseThrow(() ->
            new PipelineException(
                "%s: no file has its component '%s'".formatted(description(), component)));
  }
}
