package io.zoetrope.tools.cli;

import io.zoetrope.pipeline.GenerationRequest;
import io.zoetrope.pipeline.family.VideoGeometry;
import io.zoetrope.tools.shot.Platform;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Where clips are to be published, which decides about their size and frame rate. */
final class PlatformOption {
  @Option(
      names = "--platform",
      paramLabel = "NAME",
      description =
          "Choose size and frame rate for "
              + Platform.NAMES
              + ", and check the length against what is accepted there.")
  private String platform;

  /** The platform, if one was named. */
  Optional<Platform> platform() {
    return Optional.ofNullable(platform).map(Platform::of);
  }

  /**
   * A request of the platform's ratio.
   *
   * @param isSizeGiven whether the user has chosen the size, which then has to have that ratio
   */
  GenerationRequest applyTo(
      GenerationRequest request, VideoGeometry geometry, boolean isSizeGiven) {
    if (platform().isEmpty()) {
      return request;
    }
    if (isSizeGiven) {
      platform().get().requireRatio(request.size());
      return request;
    }
    return request.with(platform().get().size(geometry, request.size()));
  }

  /**
   * The frame rate of the clip as it is written.
   *
   * @param given what the user has chosen; null for nothing
   * @param own frames a second of the model
   */
  Platform.Rate rate(Integer given, int own) {
    if (platform().isEmpty()) {
      return new Platform.Rate(given == null ? own : given, 1);
    }
    if (given == null) {
      return platform().get().rate(own);
    }
    platform().get().requireRate(given);
    return new Platform.Rate(given, 1);
  }

  /**
   * What is to be said of a clip's length.
   *
   * @throws io.zoetrope.pipeline.PipelineException if it is too long for the platform
   */
  Optional<String> checkLength(int frames, int framesPerSecond) {
    return platform().flatMap(known -> known.checkLength((double) frames / framesPerSecond));
  }
}
