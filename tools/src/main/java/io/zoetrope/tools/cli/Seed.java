package io.zoetrope.tools.cli;

import io.zoetrope.pipeline.PipelineException;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Seeds as people write them: a number from 0 to 2^64 - 1, as ComfyUI has them, or {@code random}
 * or {@code -1}, as in stable-diffusion.cpp, for one that is drawn.
 */
final class Seed {
  private static final String RANDOM = "random";

  private Seed() {}

  /**
   * The seed as the 64 bits that {@code torch.Generator.manual_seed} makes of it.
   *
   * @throws PipelineException if the text is none of the forms above
   */
  static long parse(String text) {
    if (text.equals(RANDOM) || text.equals("-1")) {
      return ThreadLocalRandom.current().nextInt(Integer.MAX_VALUE);
    }
    try {
      return Long.parseUnsignedLong(text);
    } catch (NumberFormatException e) {
      throw new PipelineException(
          "--seed %s is neither a number from 0 to 2^64 - 1 nor 'random' (or -1)".formatted(text),
          e);
    }
  }
}
