package io.zoetrope.t5.text;

import java.util.regex.Pattern;

/** Halves of surrogate pairs, which a Java string can hold but no encoding can. */
public final class UnpairedSurrogates {
  // The expression sees whole code points, so paired surrogates don't match.
  private static final Pattern UNPAIRED = Pattern.compile("\\p{Cs}");

  private UnpairedSurrogates() {}

  /** {@code text} with U+FFFD in place of every unpaired surrogate. */
  public static String replace(String text) {
    return UNPAIRED.matcher(text).replaceAll("\uFFFD");
  }
}
