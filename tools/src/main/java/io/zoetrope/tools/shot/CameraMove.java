package io.zoetrope.tools.shot;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/**
 * Moves of a camera by their names in cinematography, with the words that say them in a prompt:
 * those of captions that models are trained with.
 */
public enum CameraMove {
  STATIC("static camera", false),
  PAN_LEFT("camera %s pans left", true),
  PAN_RIGHT("camera %s pans right", true),
  TILT_UP("camera %s tilts up", true),
  TILT_DOWN("camera %s tilts down", true),
  ZOOM_IN("camera %s zooms in", true),
  ZOOM_OUT("camera %s zooms out", true),
  DOLLY_IN("camera %s dollies in", true),
  DOLLY_OUT("camera %s dollies out", true),
  ORBIT("camera %s orbits", true),
  CRANE_UP("camera %s cranes up", true),
  CRANE_DOWN("camera %s cranes down", true),
  TRACKING("camera %s tracks the subject", true),
  HANDHELD("handheld camera %s follows", true),
  DRONE("drone camera %s flies over", true);

  /** All names, for help. */
  public static final String NAMES =
      "static, pan-left, pan-right, tilt-up, tilt-down, zoom-in, zoom-out, dolly-in, dolly-out,"
          + " orbit, crane-up, crane-down, tracking, handheld, drone";

  private final String words;
  private final boolean moves;

  /**
   * A move.
   *
   * @param words with a place for the speed
   */
  CameraMove(String words, boolean moves) {
    this.words = words;
    this.moves = moves;
  }

  /** The move of a name, such as {@code pan-left}, in any case; empty for free text. */
  public static Optional<CameraMove> of(String name) {
    return Arrays.stream(values())
        .filter(move -> move.option().equals(name.strip().toLowerCase(Locale.ROOT)))
        .findFirst();
  }

  /** The name that users give. */
  public String option() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** Whether the picture moves by it. */
  public boolean moves() {
    return moves;
  }

  /**
   * The words of the move.
   *
   * @param speed an adverb; empty for none
   */
  String words(String speed) {
    return words.formatted(speed).replace("  ", " ");
  }
}
