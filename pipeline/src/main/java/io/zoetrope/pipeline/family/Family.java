package io.zoetrope.pipeline.family;

import io.zoetrope.files.Printable;
import io.zoetrope.pipeline.ModelPrecision;
import io.zoetrope.pipeline.PipelineException;
import java.util.List;
import java.util.ServiceLoader;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/**
 * A family of models, found with {@link ServiceLoader}: a line in {@code
 * META-INF/services/io.zoetrope.pipeline.family.Family} adds one.
 */
public interface Family {
  /** The {@link ModelSource#pipelineClass} of its models. */
  String pipelineClass();

  /**
   * Reads the configurations of a model.
   *
   * @throws PipelineException if a component is missing or of a class that isn't supported
   * @throws io.zoetrope.config.ConfigException if a configuration is malformed or unsupported
   */
  FamilyModel read(ModelSource model, ModelPrecision precision);

  /**
   * What weights of its transformers, by the names of diffusers, are called in the original release
   * of its models: files that change a model may have those names.
   */
  default UnaryOperator<String> originalNames() {
    return UnaryOperator.identity();
  }

  /**
   * Reads a model of whatever family: its configurations, not its weights.
   *
   * @throws PipelineException if no family supports it
   * @throws io.zoetrope.config.ConfigException if a configuration in it is malformed or unsupported
   */
  static FamilyModel open(ModelSource model, ModelPrecision precision) {
    return of(model.description(), model.pipelineClass()).read(model, precision);
  }

  /**
   * The family of a pipeline's class.
   *
   * @param place that names it, for errors
   * @throws PipelineException if no family has it
   */
  static Family of(String place, String pipelineClass) {
    List<Family> families =
        ServiceLoader.load(Family.class).stream().map(ServiceLoader.Provider::get).toList();
    return families.stream()
        .filter(family -> family.pipelineClass().equals(pipelineClass))
        .findFirst()
        .orElseThrow(() ->
            new PipelineException(
                "%s: pipeline class '%s' is not supported; supported: %s"
                    .formatted(
                        place,
                        Printable.value(pipelineClass),
                        families.stream()
                            .map(Family::pipelineClass)
                            .collect(Collectors.joining(", ")))));
  }
}
