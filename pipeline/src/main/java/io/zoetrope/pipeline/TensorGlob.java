package io.zoetrope.pipeline;

import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.regex.PatternSyntaxException;

/**
 * A pattern of the paths of tensors, such as {@code denoise/step0/**}: a star stands for any part
 * of a name, two for any number of names.
 */
public final class TensorGlob {
  private final String text;
  private final PathMatcher matcher;

  private TensorGlob(String text, PathMatcher matcher) {
    this.text = text;
    this.matcher = matcher;
  }

  /**
   * Reads a pattern.
   *
   * @throws PipelineException if it is malformed
   */
  public static TensorGlob of(String text) {
    try {
      return new TensorGlob(text, FileSystems.getDefault().getPathMatcher("glob:" + text));
    } catch (PatternSyntaxException e) {
      throw new PipelineException("'%s' is no glob: %s".formatted(text, e.getDescription()), e);
    }
  }

  /** Whether it stands for a path. */
  public boolean matches(String path) {
    return matcher.matches(Path.of(path));
  }

  /** What to say of a pattern that stands for no tensor of a job. */
  public String isUnmet() {
    return "'%s' matches nothing in this job: %sdocs/tensors.md lists the paths, such as denoise/step0/cond/noise_pred"
        .formatted(
            text,
            text.contains("**") ? "" : "one star stays within a name, ** stands for any number; ");
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof TensorGlob glob && text.equals(glob.text);
  }

  @Override
  public int hashCode() {
    return text.hashCode();
  }

  @Override
  public String toString() {
    return text;
  }
}
