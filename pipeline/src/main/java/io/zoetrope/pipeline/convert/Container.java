package io.zoetrope.pipeline.convert;

import static io.zoetrope.files.Printable.quote;

import io.zoetrope.encoding.Encoding;
import io.zoetrope.pipeline.PipelineException;
import io.zoetrope.weights.GgufWriter;
import io.zoetrope.weights.SafetensorsWriter;
import java.nio.file.Path;
import java.util.Locale;

/** What weights are written into. */
enum Container {
  /** A folder as diffusers saves it, of a model or of a component. */
  FOLDER,
  SAFETENSORS,
  GGUF;

  /**
   * What a path names, by its ending.
   *
   * @throws PipelineException if it is that of a format that is not written
   */
  static Container of(Path path) {
    String name = String.valueOf(path.getFileName()).toLowerCase(Locale.ROOT);
    if (name.endsWith(".safetensors")) {
      return SAFETENSORS;
    } else if (name.endsWith(".gguf")) {
      return GGUF;
    } else if (name.matches(".*\\.(pt|pth|bin|ckpt|pkl|onnx|h5|npz|sft)")) {
      throw new PipelineException(
          "%s: weights are written as .safetensors, as .gguf, or into a folder: choose another name than %s"
              .formatted(path, quote(name)));
    }
    return FOLDER;
  }

  /** Whether its files can hold an encoding. */
  boolean holds(Encoding encoding) {
    return this == GGUF ? GgufWriter.holds(encoding) : SafetensorsWriter.holds(encoding);
  }
}
