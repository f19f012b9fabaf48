package io.zoetrope.tools.film;

import java.util.Locale;

/**
 * How a product is shown: the light, the style, the cameras of its shots, and their transitions.
 */
public enum ProductMood {
  PREMIUM(
      "soft studio",
      "elegant",
      "luxury commercial",
      "slow",
      Transition.CROSSFADE,
      "dolly-in",
      "orbit",
      "pan-right"),
  ENERGETIC(
      "bright colourful",
      "energetic",
      "dynamic commercial",
      "fast",
      Transition.CUT,
      "zoom-in",
      "pan-left",
      "orbit",
      "zoom-out"),
  NATURAL(
      "warm natural",
      "calm",
      "lifestyle photograph",
      "slow",
      Transition.CROSSFADE,
      "pan-left",
      "dolly-in",
      "tilt-up"),
  TECH(
      "cool blue rim",
      "precise",
      "futuristic commercial",
      "slow",
      Transition.CUT,
      "orbit",
      "dolly-in",
      "crane-up");

  /** All names, for help. */
  public static final String NAMES = "premium, energetic, natural, tech";

  private final String lighting;
  private final String mood;
  private final String style;
  private final String speed;
  private final Transition transition;
  private final String[] cameras;

  ProductMood(
      String lighting,
      String mood,
      String style,
      String speed,
      Transition transition,
      String... cameras) {
    this.lighting = lighting;
    this.mood = mood;
    this.style = style;
    this.speed = speed;
    this.transition = transition;
    this.cameras = cameras;
  }

  /** The name that users give. */
  public String option() {
    return name().toLowerCase(Locale.ROOT);
  }

  String lighting() {
    return lighting;
  }

  String mood() {
    return mood;
  }

  String style() {
    return style;
  }

  String speed() {
    return speed;
  }

  Transition transition() {
    return transition;
  }

  /** The camera of a shot; they take turns. */
  String camera(int shot) {
    return cameras[shot % cameras.length];
  }
}
