package io.zoetrope.hub;

import io.zoetrope.config.JsonConfig;
import java.nio.file.Path;

/**
 * What looks at a model while little of it has been fetched, and refuses what could not be used
 * afterwards: by an exception, which ends the pull.
 */
public interface PullGate {
  /** Lets everything pass. */
  PullGate NONE = new PullGate() {};

  /** The index of a pipeline, before anything else is fetched. */
  default void index(JsonConfig index) {}

  /**
   * All files of a pipeline but its weights are there.
   *
   * @param snapshot the folder of the model, as far as it is there
   */
  default void configured(Path snapshot) {}

  /**
   * The header of a file of weights is there, and nothing behind it.
   *
   * @param path of the file in the model
   * @param file has the length of the whole file, the header, and zeros
   */
  default void weights(String path, Path file) {}
}
