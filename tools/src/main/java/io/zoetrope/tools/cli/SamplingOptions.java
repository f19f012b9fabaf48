package io.zoetrope.tools.cli;

import io.zoetrope.pipeline.GenerationRequest;
import io.zoetrope.pipeline.Setting;
import picocli.CommandLine.Option;

/** What denoising begins with, and what it is led away from. */
final class SamplingOptions {
  private static final long DEFAULT_SEED = 42;

  @Option(
      names = {"-n", "--negative-prompt"},
      paramLabel = "TEXT",
      defaultValue = "",
      description = "What the clip should not show.")
  private String negativePrompt;

  @Option(
      names = "--seed",
      paramLabel = "N",
      description =
          "Seed of the initial noise, a number from 0 to 2^64 - 1, or 'random' or -1 for one that is"
              + " drawn; gives the same noise as in diffusers (default: "
              + DEFAULT_SEED
              + ").")
  private String seed;

  /** Whether the user named a seed. */
  boolean hasSeed() {
    return seed != null;
  }

  /** A request with what these options say. */
  GenerationRequest applyTo(GenerationRequest request) {
    return request
        .with(Setting.NEGATIVE_PROMPT, negativePrompt)
        .with(Setting.SEED, hasSeed() ? Seed.parse(seed) : DEFAULT_SEED);
  }
}
