package io.zoetrope.tools.cli;

import io.zoetrope.media.Colour;
import io.zoetrope.media.Fitting;
import io.zoetrope.media.MediaException;
import io.zoetrope.media.MediaReader;
import io.zoetrope.media.PictureReader;
import io.zoetrope.media.Reading;
import io.zoetrope.media.VideoClip;
import io.zoetrope.media.VideoFrames;
import io.zoetrope.pipeline.PipelineException;
import io.zoetrope.pipeline.family.VideoGeometry;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Reads the files of a job's inputs, brings them to the size of its clip, and says what was done to
 * them.
 */
final class InputFiles {
  /** Longer clips are no inputs of any model. */
  private static final int MAX_FRAMES = 4096;

  /** Rates that differ by less look the same. */
  private static final double SAME_RATE = 0.02;

  private final Fitting fitting;
  private final Colour background;
  private final Double framesPerSecond;
  private final int playedAt;
  private final List<String> notes = new ArrayList<>();

  /**
   * Files for one job.
   *
   * @param fitting brings pictures to its size
   * @param background colour behind what is transparent
   * @param framesPerSecond frames that are taken of every second of a clip; null for each one once
   * @param playedAt rate at which the job's clip plays
   */
  InputFiles(Fitting fitting, Colour background, Double framesPerSecond, int playedAt) {
    this.fitting = fitting;
    this.background = background;
    this.framesPerSecond = framesPerSecond;
    this.playedAt = playedAt;
  }

  /** What was done to the files that nobody asked for, a sentence each. */
  List<String> notes() {
    return notes;
  }

  /** A picture at the size of the clip. */
  VideoFrames picture(Path file) {
    VideoFrames picture = PictureReader.picture(file, background);
    describeSize(file, picture.width(), picture.height());
    return fitted(file, picture, fitting);
  }

  /** A picture, or as much of a clip as has room, at the size of the job's clip. */
  VideoFrames condition(Path file, int frames) {
    Reading reading = asAsked(Reading.first(frames));
    VideoClip clip = MediaReader.read(file, reading.with(frame -> fitted(file, frame, fitting)));
    describeSize(file, clip.source().width(), clip.source().height());
    return clip.frames();
  }

  /** A picture of its own size, which the model lays into the clip itself. */
  VideoFrames reference(Path file) {
    VideoFrames picture = PictureReader.picture(file, background);
    describeSize(file, picture.width(), picture.height());
    return picture;
  }

  /**
   * A clip at the size of the job's.
   *
   * @param option that gives it
   * @param wanted how many frames; null for as many as it has and the model makes
   */
  VideoClip clip(String option, Path file, VideoGeometry geometry, Integer wanted) {
    Reading reading = wanted == null ? Reading.all(MAX_FRAMES) : Reading.first(wanted);
    VideoClip clip =
        MediaReader.read(file, asAsked(reading).with(frame -> fitted(file, frame, fitting)));
    int found = clip.frames().frames();
    int within = geometry.framesWithin(found);
    int used = wanted == null ? within : wanted;
    if (used > found) {
      throw new PipelineException(
          "%s %s has %s%d frame%s, %d are needed: %s"
              .formatted(
                  option,
                  file,
                  framesPerSecond == null ? "" : "at that rate ",
                  found,
                  found == 1 ? "" : "s",
                  used,
                  within > found ? "give a longer one" : "use --frames " + within));
    }
    describeSize(file, clip.source().width(), clip.source().height());
    describeTime(file, clip, used);
    return new VideoClip(clip.frames().first(used), clip.framesPerSecond(), clip.source());
  }

  /**
   * What of a control clip is made anew, at the size of the job's clip: what lies beside the clip,
   * too.
   *
   * @param control the clip's file
   * @param clip what was read of it
   */
  VideoFrames mask(Path file, Path control, VideoClip clip) {
    Fitting marked = new Fitting(fitting.fit(), fitting.width(), fitting.height(), Colour.WHITE);
    Reading reading = asAsked(Reading.first(clip.frames().frames()));
    VideoClip mask = MediaReader.read(file, reading.with(frame -> fitted(file, frame, marked)));
    if (mask.source().width() != clip.source().width()
        || mask.source().height() != clip.source().height()) {
      throw new PipelineException(
          "--mask %s has %dx%d pixels, --control %s %dx%d: make them the same size"
              .formatted(
                  file,
                  mask.source().width(),
                  mask.source().height(),
                  control,
                  clip.source().width(),
                  clip.source().height()));
    }
    return mask.frames();
  }

  private static VideoFrames fitted(Path file, VideoFrames frame, Fitting fitting) {
    try {
      return fitting.apply(frame);
    } catch (MediaException e) {
      throw new MediaException("cannot use %s: %s".formatted(file, e.getMessage()), e);
    }
  }

  private Reading asAsked(Reading reading) {
    Reading seen = reading.over(background);
    return framesPerSecond == null ? seen : seen.at(framesPerSecond);
  }

  private void describeSize(Path file, int width, int height) {
    fitting
        .effect(width, height)
        .ifPresent(effect -> notes.add("%s has %dx%d: %s".formatted(file, width, height, effect)));
  }

  private void describeTime(Path file, VideoClip clip, int used) {
    int found = clip.frames().frames();
    if (clip.source().goesOn()) {
      notes.add("of %s the first %d frames are used, and there are more".formatted(file, used));
    } else if (used < found) {
      notes.add("of %s the first %d of %d frames are used".formatted(file, used, found));
    }
    double rate = clip.framesPerSecond();
    if (framesPerSecond != null || rate == 0) {
      return;
    }
    if (!clip.source().isSteady()) {
      notes.add(
          "%s shows some frames longer than others, and each is taken once; --video-fps %d keeps its times"
              .formatted(file, playedAt));
    } else if (Math.abs(rate / playedAt - 1) > SAME_RATE) {
      notes.add(
          String.format(
              Locale.ROOT,
              "%s has %.2f frames a second, and each is taken once, so that %d a second play %.2f times as fast; --video-fps %d keeps its pace",
              file,
              rate,
              playedAt,
              playedAt / rate,
              playedAt));
    }
  }
}
