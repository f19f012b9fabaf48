package io.zoetrope.media;

import java.util.Locale;

/**
 * What becomes of a picture whose sides have another ratio than those of the size it is to have.
 */
public enum Fit {
  /** It fills the size, and what stands out is cut off, as much on one side as on the other. */
  COVER,

  /** All of it is kept, and bars fill what is left, one on each side. */
  CONTAIN,

  /** It is stretched. */
  STRETCH;

  /** The name that options have. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
