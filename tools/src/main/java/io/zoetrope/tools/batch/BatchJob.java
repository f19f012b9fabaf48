package io.zoetrope.tools.batch;

import java.io.Serial;
import java.io.Serializable;

/**
 * A job of a batch.
 *
 * @param line where it stands in the file, from 1 on
 * @param name of its output, without the ending: the same for the same request of the same models
 * @param request JSON, as the server takes it, with a seed
 */
public record BatchJob(int line, String name, String request) implements Serializable {
  @Serial private static final long serialVersionUID = 1;

  /** What the clip is called. */
  public String fileName() {
    return name + ".mp4";
  }
}
