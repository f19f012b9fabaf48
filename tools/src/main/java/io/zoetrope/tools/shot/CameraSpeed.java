package io.zoetrope.tools.shot;

import java.util.Arrays;
import java.util.Locale;

/** How fast a camera moves: the names that users give, and the adverbs of prompts. */
public enum CameraSpeed {
  SLOW("slowly"),
  MEDIUM(""),
  FAST("quickly");

  /** All names, for help. */
  public static final String NAMES = "slow, medium, fast";

  private final String adverb;

  CameraSpeed(String adverb) {
    this.adverb = adverb;
  }

  /** The name that users give. */
  public String option() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The adverb of a name, or the text itself where it is none. */
  static String adverb(String text) {
    return Arrays.stream(values())
        .filter(speed -> speed.option().equals(text.strip().toLowerCase(Locale.ROOT)))
        .map(speed -> speed.adverb)
        .findFirst()
        .orElse(text.strip());
  }
}
