package io.zoetrope.tools.bench;

import io.zoetrope.pipeline.ClipSize;
import io.zoetrope.pipeline.PipelineException;
import java.util.Arrays;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What is measured: a part of a model, and the clip that it works for.
 *
 * @param width of the clip in pixels
 * @param height of the clip in pixels
 * @param frames of the clip
 */
public record BenchTest(Part part, int width, int height, int frames) {
  /** Prompt of every clip: words that the demo model knows. */
  public static final String PROMPT = "a red ball bounces on green grass";

  private static final Pattern FORMAT =
      Pattern.compile("([a-z-]+):(\\d{1,5})x(\\d{1,5})x(\\d{1,4})");

  /** Parts of a model that can be measured alone, and all of it. */
  public enum Part {
    /** One layer of the transformer: the mean over all of them. */
    BLOCK,
    /** One call of the transformer: one guidance branch of one denoising step. */
    FORWARD,
    /** The decoder of the video autoencoder, from latents to frames. */
    VAE_DECODE,
    /**
     * A whole job, from the prompt to frames, with the model's own number of steps and guidance.
     */
    CLIP;

    /** Returns the name as users write it, e.g. {@code vae-decode}. */
    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static Part of(String text) {
      return Arrays.stream(values())
          .filter(part -> part.toString().equals(text))
          .findFirst()
          .orElseThrow(() ->
              new PipelineException(
                  "'%s' is no test; there are %s"
                      .formatted(
                          text,
                          Arrays.stream(values())
                              .map(Part::toString)
                              .collect(Collectors.joining(", ")))));
    }
  }

  /**
   * Reads a test, e.g. {@code forward:256x256x17}.
   *
   * @throws PipelineException if it is written otherwise, or there is no such part
   */
  public static BenchTest parse(String text) {
    Matcher matcher = FORMAT.matcher(text);
    if (!matcher.matches()) {
      throw new PipelineException(
          "'%s' is no test of the form TEST:WIDTHxHEIGHTxFRAMES, such as forward:256x256x17"
              .formatted(text));
    }
    BenchTest test =
        new BenchTest(
            Part.of(matcher.group(1)),
            Integer.parseInt(matcher.group(2)),
            Integer.parseInt(matcher.group(3)),
            Integer.parseInt(matcher.group(4)));
    if (test.width == 0 || test.height == 0 || test.frames == 0) {
      throw new PipelineException("'%s': width, height and frames are at least 1".formatted(text));
    }
    return test;
  }

  /** Size of the clip. */
  public ClipSize size() {
    return new ClipSize(width, height, frames);
  }

  /** Returns what {@link #parse} reads. */
  @Override
  public String toString() {
    return "%s:%dx%dx%d".formatted(part, width, height, frames);
  }
}
