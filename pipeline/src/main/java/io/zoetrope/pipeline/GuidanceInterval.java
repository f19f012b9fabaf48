package io.zoetrope.pipeline;

import io.zoetrope.files.Printable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The part of the steps that is guided: from step {@code floor(start * steps)} on, up to the one in
 * front of step {@code floor(stop * steps)}, as in the guiders of diffusers. In the others the
 * prompt alone predicts (Kynkäänniemi et al., "Applying Guidance in a Limited Interval Improves
 * Sample and Distribution Quality in Diffusion Models", 2024, where it is noise levels). Its text
 * is what {@link #parse} takes.
 *
 * @param start share of the steps in front, from 0 to below {@code stop}
 * @param stop share of the steps up to its end, at most 1
 */
public record GuidanceInterval(double start, double stop) {
  private static final String NUMBER = "(\\d*\\.?\\d+)";
  private static final Pattern FORM = Pattern.compile(NUMBER + "-" + NUMBER);

  /**
   * @throws PipelineException if these are no shares in this order
   */
  public GuidanceInterval {
    if (!(start >= 0 && start < stop && stop <= 1)) {
      throw new PipelineException(
          "guidance interval %s-%s: two shares of the steps are needed, from 0 to 1, the smaller one first"
              .formatted(start, stop));
    }
  }

  /**
   * Reads an interval as people write it, such as {@code 0.1-0.9}.
   *
   * @throws PipelineException if it is none
   */
  public static GuidanceInterval parse(String text) {
    Matcher matcher = FORM.matcher(text);
    if (!matcher.matches()) {
      throw new PipelineException(
          "guidance interval %s is not two shares of the steps, such as 0.1-0.9"
              .formatted(Printable.quote(text)));
    }
    return new GuidanceInterval(
        Double.parseDouble(matcher.group(1)), Double.parseDouble(matcher.group(2)));
  }

  /** The first step of so many that is guided. */
  public int from(int steps) {
    return (int) (start * steps);
  }

  /** The step behind the last one of so many that is guided. */
  public int to(int steps) {
    return (int) (stop * steps);
  }

  @Override
  public String toString() {
    return start + "-" + stop;
  }
}
