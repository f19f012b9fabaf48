package io.zoetrope.tools.cli;

import picocli.CommandLine.Option;

/** Where a clip goes, how fast it plays there and how large it is shown. */
final class OutputOptions {
  private static final int MOST_FRAMES_PER_SECOND = 1000;
  private static final int MOST_UPSCALE = 64;

  @Option(
      names = "--fps",
      paramLabel = "N",
      description = "Frames a second at which the clip plays (default: the model's own).")
  private Integer framesPerSecond;

  @Option(
      names = "--upscale",
      paramLabel = "N",
      defaultValue = "1",
      description =
          "Repeat every pixel N times in both directions, for looking at small clips (default:"
              + " ${DEFAULT-VALUE}).")
  private int upscale;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "OUT",
      defaultValue = "out.mp4",
      description =
          "out.mp4, out.gif, or out.png-folder for a folder of PNG frames; of 'explain' its page"
              + " (default: ${DEFAULT-VALUE}).")
  private String output;

  /** Null where the model's own is meant. */
  Integer framesPerSecond() {
    return framesPerSecond;
  }

  int upscale() {
    return upscale;
  }

  String output() {
    return output;
  }

  /**
   * Checks the numbers.
   *
   * @throws io.zoetrope.pipeline.PipelineException if one is out of its range
   */
  void requireInRange() {
    ClipJob.requireRange("--upscale", upscale, MOST_UPSCALE);
    if (framesPerSecond != null) {
      ClipJob.requireRange("--fps", framesPerSecond, MOST_FRAMES_PER_SECOND);
    }
  }
}
