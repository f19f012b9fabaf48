package io.zoetrope.tools.cli;

/** Where a clip grows. */
enum ExtendDirection {
  /** Behind its end. */
  FORWARD,
  /** Before its beginning. */
  BACKWARD
}
