package io.zoetrope.pipeline.family;

import io.zoetrope.files.Printable;
import io.zoetrope.pipeline.ModelPrecision;
import io.zoetrope.pipeline.PipelineException;
import java.nio.file.Path;
import java.util.List;
import java.util.ServiceLoader;
import java.util.stream.Collectors;

/**
 * A family of models, found with {@link ServiceLoader}: a line in {@code
 * META-INF/services/io.zoetrope.pipeline.family.Family} adds one.
 */
public interface Family {
  /** The {@code _class_name} of its model folders, a pipeline's class in diffusers. */
  String pipelineClass();

  /**
   * Reads the configurations of a folder.
   *
   * @throws PipelineException if a component is missing or of a class that isn't supported
   * @throws io.zoetrope.config.ConfigException if a configuration is malformed or unsupported
   */
  FamilyModel read(ModelFolder folder, ModelPrecision precision);

  /**
   * Reads a model folder of whatever family: its configurations, not its weights.
   *
   * @throws PipelineException if the folder is not a supported model
   * @throws io.zoetrope.config.ConfigException if a configuration in it is malformed or unsupported
   */
  static FamilyModel open(Path folder, ModelPrecision precision) {
    ModelFolder model = ModelFolder.open(folder);
    List<Family> families =
        ServiceLoader.load(Family.class).stream().map(ServiceLoader.Provider::get).toList();
    return families.stream()
        .filter(family -> family.pipelineClass().equals(model.pipelineClass()))
        .findFirst()
        .orElseThrow(() ->
            new PipelineException(
                "%s: pipeline class '%s' is not supported; supported: %s"
                    .formatted(
                        folder,
                        Printable.value(model.pipelineClass()),
                        families.stream()
                            .map(Family::pipelineClass)
                            .collect(Collectors.joining(", ")))))
        .read(model, precision);
  }
}
