package io.zoetrope.server.store;

import java.util.Locale;

/** How far a job is, by the names of OpenAI's video API. */
public enum JobStatus {
  /** It waits for a worker. */
  QUEUED,

  /** A worker has it. */
  IN_PROGRESS,

  /** Its clip is complete. */
  COMPLETED,

  /** It ended without a clip. */
  FAILED;

  /** What the API calls it. */
  public String wireName() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Whether nothing more happens to it. */
  public boolean isOver() {
    return this == COMPLETED || this == FAILED;
  }
}
