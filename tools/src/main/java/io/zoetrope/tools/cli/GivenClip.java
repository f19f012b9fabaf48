package io.zoetrope.tools.cli;

import io.zoetrope.media.MediaReader;
import io.zoetrope.media.MediaWriter;
import io.zoetrope.media.Provenance;
import io.zoetrope.media.VideoClip;
import io.zoetrope.media.VideoFrames;
import io.zoetrope.pipeline.PipelineException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A clip that a command makes another one of.
 *
 * @param frames all of them, with the rotation applied that the file asks for
 * @param exactFramesPerSecond rate at which it plays; 0 for a single frame
 * @param provenance where it comes from, if it says so
 */
record GivenClip(
    Path file, VideoFrames frames, double exactFramesPerSecond, Optional<Provenance> provenance) {
  /** Longer clips are no inputs of any command. */
  static final int MAX_FRAMES = 4096;

  /** Rates that are closer to a whole number are that, as timestamps of files are rounded. */
  private static final double SAME_RATE = 0.01;

  /**
   * Reads a clip or a picture.
   *
   * @throws io.zoetrope.media.MediaException if it cannot be read, or has too many frames
   */
  static GivenClip read(Path file) {
    VideoClip clip = MediaReader.read(file, MAX_FRAMES);
    return new GivenClip(file, clip.frames(), clip.framesPerSecond(), Provenance.find(file));
  }

  /** The whole rate at which outputs that are as fast play. */
  int framesPerSecond() {
    return Math.clamp(Math.round(exactFramesPerSecond), 1, 1000);
  }

  /** What is said of the rate, where outputs cannot have it. */
  Optional<String> rateNote() {
    return exactFramesPerSecond == 0
            || Math.abs(exactFramesPerSecond - framesPerSecond()) < SAME_RATE
        ? Optional.empty()
        : Optional.of(
            "%s plays at %.2f frames a second; rates of outputs are whole: %d"
                .formatted(file, exactFramesPerSecond, framesPerSecond()));
  }

  /**
   * Checks that an output is another file.
   *
   * @throws PipelineException if it is this clip's
   */
  void requireApart(MediaWriter writer) {
    if (writer.target().equals(file.toAbsolutePath().normalize())) {
      throw new PipelineException(
          "%s would be written over the clip that is read; choose another name with -o"
              .formatted(writer.target()));
    }
  }
}
