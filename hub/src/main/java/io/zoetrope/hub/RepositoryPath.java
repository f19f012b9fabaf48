package io.zoetrope.hub;

import java.util.Arrays;
import java.util.regex.Pattern;

/** Names of files that a hub gives, which must not lead out of the folder that they belong to. */
final class RepositoryPath {
  private static final int LONGEST_SEGMENT = 255;
  private static final int LONGEST = 1024;

  /** Names that are devices on Windows, with any ending, and characters with a meaning there. */
  private static final Pattern DEVICE =
      Pattern.compile("(?i)(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\\..*)?");

  private static final String MEANINGFUL = "\\:*?\"<>|";

  private RepositoryPath() {}

  /**
   * Whether a path names a file below a folder on every system: relative, with slashes, without
   * {@code ..}, control characters and names of devices.
   */
  static boolean isPlain(String path) {
    return path.length() <= LONGEST
        && Arrays.stream(path.split("/", -1)).allMatch(RepositoryPath::isPlainSegment);
  }

  private static boolean isPlainSegment(String segment) {
    return !segment.isEmpty()
        && segment.length() <= LONGEST_SEGMENT
        && !segment.endsWith(".")
        && !segment.endsWith(" ")
        && segment.chars().noneMatch(c -> Character.isISOControl(c) || MEANINGFUL.indexOf(c) >= 0)
        && segment.codePoints().noneMatch(c -> Character.getType(c) == Character.SURROGATE)
        && !DEVICE.matcher(segment).matches();
  }
}
