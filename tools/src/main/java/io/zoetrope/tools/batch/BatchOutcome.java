package io.zoetrope.tools.batch;

import java.io.Serial;
import java.io.Serializable;

/**
 * What became of a job.
 *
 * @param job that was run
 * @param clip bytes of the MP4 file; null where there is none
 * @param parameter of the request that is to blame; null where it is none
 * @param message why there is no clip; null where there is one
 * @param seconds that the worker took
 */
public record BatchOutcome(
    BatchJob job, byte[] clip, String parameter, String message, double seconds)
    implements Serializable {
  @Serial private static final long serialVersionUID = 1;

  /** A job that made its clip. */
  public static BatchOutcome made(BatchJob job, byte[] clip, double seconds) {
    return new BatchOutcome(job, clip, null, null, seconds);
  }

  /** A job that made none. */
  public static BatchOutcome failed(
      BatchJob job, String parameter, String message, double seconds) {
    return new BatchOutcome(job, null, parameter, message, seconds);
  }

  /** Whether there is a clip. */
  public boolean isMade() {
    return clip != null;
  }
}
