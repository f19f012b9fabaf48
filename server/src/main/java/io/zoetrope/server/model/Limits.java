package io.zoetrope.server.model;

/**
 * What requests may ask for at most, whatever a model makes.
 *
 * @param promptCharacters of a prompt
 * @param frames of a clip
 * @param pixels of a frame, width times height
 * @param bodyBytes of a request
 */
public record Limits(int promptCharacters, int frames, int pixels, int bodyBytes) {
  /** What holds where nothing else is said. */
  public static final Limits DEFAULT = new Limits(8000, 1025, 2048 * 1152, 64 << 20);
}
