package io.zoetrope.encoding;

/**
 * How codes of a byte stand for numbers: {@code scale * (value - zero) - offset}, where groups of
 * neighbours share scale and offset, and every operation rounds to float32.
 *
 * @param value what a code itself stands for
 * @param zero is subtracted from it
 * @param group elements that share a scale
 */
public record CodeFormat(Value value, int zero, int group) {
  /** What codes stand for before they are scaled. */
  public enum Value {
    /** Integers from 0 to 255. */
    INTEGER,
    /** Numbers of F8_E4M3. */
    E4M3
  }
}
