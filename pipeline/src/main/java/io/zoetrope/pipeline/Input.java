package io.zoetrope.pipeline;

import io.zoetrope.media.VideoFrames;
import io.zoetrope.tensor.Tensor;

/** What a request gives a model to work with, beside the prompt. */
public sealed interface Input {
  /** What to call it to people, e.g. {@code "a clip"}. */
  String title();

  /** Bytes that it takes in memory while the job runs. */
  long bytes();

  /**
   * Noise to start from instead of the seed's.
   *
   * @param values floating point, [channels, frames, height, width] of the latents
   */
  record Noise(Tensor values) implements Input {
    @Override
    public String title() {
      return "initial noise";
    }

    @Override
    public long bytes() {
      return values.byteSize();
    }
  }

  /**
   * A clip to start from (video to video).
   *
   * @param frames as many as the request asks for, of any size; they are resized to that of the
   *     clip
   * @param strength how much of the schedule is applied to the clip, above 0, at most 1; 0.8 in
   *     diffusers where nothing is said
   */
  record Clip(VideoFrames frames, double strength) implements Input {
    /**
     * Checks the strength.
     *
     * @throws PipelineException if it is out of range
     */
    public Clip {
      requireStrength(strength);
    }

    private static void requireStrength(double strength) {
      if (!(strength > 0 && strength <= 1)) {
        throw new PipelineException("strength %s is not above 0 and at most 1".formatted(strength));
      }
    }

    @Override
    public String title() {
      return "a clip";
    }

    @Override
    public long bytes() {
      return frames.bytes();
    }
  }

  /**
   * A picture that the clip shows at one of its frames (image to video).
   *
   * @param picture one frame of any size; it is resized to that of the clip
   * @param frame its place, from 0, or {@link #LAST}
   */
  record Image(VideoFrames picture, int frame) implements Input {
    /** The place of the last frame, however many there are. */
    public static final int LAST = -1;

    /**
     * Checks the picture.
     *
     * @throws PipelineException if it has more than one frame, is far from a square, or its place
     *     is none
     */
    public Image {
      requirePicture(picture);
      if (frame < LAST) {
        throw new PipelineException("image at frame %d: frames count from 0".formatted(frame));
      }
    }

    /** The picture that the clip begins with. */
    public static Image first(VideoFrames picture) {
      return new Image(picture, 0);
    }

    /** The picture that the clip ends with. */
    public static Image last(VideoFrames picture) {
      return new Image(picture, LAST);
    }

    @Override
    public String title() {
      return switch (frame) {
        case 0 -> "a first frame";
        case LAST -> "a last frame";
        default -> "an image at frame " + frame;
      };
    }

    @Override
    public long bytes() {
      return picture.bytes();
    }
  }

  /**
   * A picture or a clip that the new clip shows from one of its frames on, more or less.
   *
   * @param frames one or more, of any size; they are resized to that of the clip
   * @param frame where the first of them is, from 0, or {@link Image#LAST}
   * @param strength how much of it stays, from 0 to 1, which is all of it
   */
  record Condition(VideoFrames frames, int frame, double strength) implements Input {
    /**
     * Checks place and strength.
     *
     * @throws PipelineException if the place is none, the strength out of range, or a single frame
     *     is far from a square
     */
    public Condition {
      if (frames.frames() == 1) {
        requirePicture(frames);
      }
      if (frame < Image.LAST) {
        throw new PipelineException("condition at frame %d: frames count from 0".formatted(frame));
      }
      if (!(strength >= 0 && strength <= 1)) {
        throw new PipelineException("strength %s is not between 0 and 1".formatted(strength));
      }
    }

    @Override
    public String title() {
      return "%s at %s"
          .formatted(
              frames.frames() == 1 ? "a picture" : "a clip",
              frame == Image.LAST ? "the last frame" : "frame " + frame);
    }

    @Override
    public long bytes() {
      return frames.bytes();
    }
  }

  /**
   * Latents of a clip to start from, such as those of an earlier pass, enlarged.
   *
   * @param values floating point, [channels, frames, height, width], without noise
   * @param strength how much of the schedule is applied to them, above 0, at most 1
   */
  record Latents(Tensor values, double strength) implements Input {
    /**
     * Checks the strength.
     *
     * @throws PipelineException if it is out of range
     */
    public Latents {
      Clip.requireStrength(strength);
    }

    @Override
    public String title() {
      return "latents of a clip";
    }

    @Override
    public long bytes() {
      return values.byteSize();
    }
  }

  /**
   * A picture of something that the clip is to show, wherever and whenever.
   *
   * @param picture one frame of any size; it is fitted into the clip, on white
   */
  record Reference(VideoFrames picture) implements Input {
    /**
     * Checks the picture.
     *
     * @throws PipelineException if it has more than one frame, or is far from a square
     */
    public Reference {
      requirePicture(picture);
    }

    @Override
    public String title() {
      return "a reference";
    }

    @Override
    public long bytes() {
      return picture.bytes();
    }
  }

  /**
   * A clip that the generated one follows, such as depths, poses, or what is to be changed in part.
   *
   * @param frames as many as the request asks for; larger ones are made smaller
   */
  record Control(VideoFrames frames) implements Input {
    @Override
    public String title() {
      return "a control clip";
    }

    @Override
    public long bytes() {
      return frames.bytes();
    }
  }

  /**
   * Which parts of the control clip are made anew: those that are white here. Black ones stay.
   *
   * @param frames of the control clip's size, as many as it has, or one for all of them
   */
  record Mask(VideoFrames frames) implements Input {
    @Override
    public String title() {
      return "a mask";
    }

    @Override
    public long bytes() {
      return frames.bytes();
    }
  }

  /** A clip of one frame, of sides that an encoder can make something of. */
  private static void requirePicture(VideoFrames picture) {
    if (picture.frames() != 1) {
      throw new PipelineException(
          "an image has 1 frame, this one has %d: give one of them".formatted(picture.frames()));
    }
    if (picture.isStrip()) {
      throw new PipelineException(
          "an image of %dx%d: one side is %d times as long as the other or more; cut it first"
              .formatted(picture.width(), picture.height(), VideoFrames.STRIP));
    }
  }
}
