package io.zoetrope.tools.cli;

import io.zoetrope.config.JsonConfig;
import io.zoetrope.files.Printable;
import io.zoetrope.hub.PullGate;
import io.zoetrope.pipeline.ModelPrecision;
import io.zoetrope.pipeline.PipelineException;
import io.zoetrope.pipeline.family.Family;
import io.zoetrope.pipeline.family.ModelFolder;
import io.zoetrope.pipeline.parts.PartFile;
import io.zoetrope.tensor.DType;
import io.zoetrope.weights.SafetensorsFile;
import io.zoetrope.weights.WeightsException;
import java.nio.file.Path;

/** Refuses models that no family of this engine can run, before their weights are fetched. */
final class ModelGate implements PullGate {
  @Override
  public void index(JsonConfig index) {
    Family.of(index.place(), index.text("_class_name"));
  }

  @Override
  public void configured(Path snapshot) {
    Family.open(ModelFolder.open(snapshot), new ModelPrecision(DType.F32, DType.F32));
  }

  /** The scales of quantised weights are not there yet: names and shapes alone are looked at. */
  @Override
  public void weights(String path, Path file) {
    if (path.endsWith(".safetensors")) {
      try (SafetensorsFile header = SafetensorsFile.open(file)) {
        PartFile.otherTransformer(header.names())
            .ifPresent(found -> {
              throw new PipelineException(
                  "%s is %s, which is not supported: nothing more of it is fetched"
                      .formatted(Printable.value(path), found));
            });
      } catch (WeightsException e) {
        throw new PipelineException(
            "%s is no file of weights that can be read: %s"
                .formatted(Printable.value(path), e.getMessage()),
            e);
      }
    }
  }
}
