package io.zoetrope.hub;

/** Hears how far a pull is, from several threads. */
public interface PullListener {
  /** Hears nothing. */
  PullListener NONE = new PullListener() {};

  /**
   * Bytes are going to be fetched.
   *
   * @param bytes of all files that are not there as a whole
   * @param there of these, what earlier pulls have left
   */
  default void begin(long bytes, long there) {}

  /** So many bytes have come; less than 0 if some were thrown away. */
  default void received(long bytes) {}

  /** What is done with which file, from now on. */
  default void now(String activity) {}

  /** Something that people should know, on one line. */
  default void note(String line) {}
}
