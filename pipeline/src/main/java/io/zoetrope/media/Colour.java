package io.zoetrope.media;

/**
 * A colour of sRGB.
 *
 * @param red from 0 to 255
 * @param green from 0 to 255
 * @param blue from 0 to 255
 */
public record Colour(int red, int green, int blue) {
  public static final Colour BLACK = new Colour(0, 0, 0);
  public static final Colour WHITE = new Colour(255, 255, 255);

  /**
   * Checks the levels.
   *
   * @throws IllegalArgumentException if one is out of range
   */
  public Colour {
    for (int level : new int[] {red, green, blue}) {
      if (level < 0 || level > 255) {
        throw new IllegalArgumentException("Colour: a level is from 0 to 255, got " + level);
      }
    }
  }

  /**
   * The colour that people call {@code white} or {@code #ffffff}.
   *
   * @param text a name of CSS, or two hexadecimal digits each for red, green and blue
   * @throws MediaException if it is none
   */
  public static Colour parse(String text) {
    return Ffmpeg.colour(text)
        .orElseThrow(() ->
            new MediaException(
                "colour '%s' is unknown: use a name of CSS, such as white, or #rrggbb"
                    .formatted(text)));
  }
}
