package io.zoetrope.weights;

import java.util.regex.Pattern;

/** Which names of tensors no file may have, since they attack whoever prints or stores them. */
final class TensorNames {
  private static final Pattern PARENT = Pattern.compile("(^|[/\\\\])\\.\\.([/\\\\]|$)");

  private TensorNames() {}

  /** Whether a name has a control character, or {@code ..} as a segment of a path. */
  static boolean isUnsafe(String name) {
    return name.chars().anyMatch(Character::isISOControl) || PARENT.matcher(name).find();
  }
}
