package io.zoetrope.tools.film;

/** How a shot follows the one before. */
public enum Transition {
  /** At once. */
  CUT,

  /** The shot before goes on while it fades out and this one fades in. */
  CROSSFADE
}
