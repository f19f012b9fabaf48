package io.zoetrope.pipeline.family;

import io.zoetrope.nn.PatchSize;
import io.zoetrope.pipeline.ClipSize;
import io.zoetrope.pipeline.PipelineException;
import io.zoetrope.tensor.Shape;

/**
 * How clips and latents are related: the sizes that a model makes, and what it says about others.
 *
 * @param channels of the latents
 * @param temporalScale frames per latent frame, but for those that stand for a single one
 * @param spatialScale rows, and columns, per latent pixel
 * @param patch latents of one token
 * @param mostPatches positions that the model knows along a side
 * @param mostPatchesInTime positions that it knows in time
 * @param grouping which frames the latent frames stand for
 */
public record VideoGeometry(
    int channels,
    int temporalScale,
    int spatialScale,
    PatchSize patch,
    int mostPatches,
    int mostPatchesInTime,
    FrameGrouping grouping) {
  /** Which frames of a clip its latent frames stand for, and how many there may be. */
  public enum FrameGrouping {
    /** The first one stands for a single frame. A clip is made of whole patches. */
    FIRST_ALONE,
    /**
     * So in clips of an odd number of latent frames; in others all stand for the same number of
     * frames. What is missing to whole patches is added for the time of the steps.
     */
    FIRST_OF_ODD_ALONE
  }

  /** A model that knows as many positions in time as along a side. */
  public VideoGeometry(
      int channels, int temporalScale, int spatialScale, PatchSize patch, int mostPatches) {
    this(channels, temporalScale, spatialScale, patch, mostPatches, mostPatches);
  }

  /** A model of which the first latent frame stands for a single frame. */
  public VideoGeometry(
      int channels,
      int temporalScale,
      int spatialScale,
      PatchSize patch,
      int mostPatches,
      int mostPatchesInTime) {
    this(
        channels,
        temporalScale,
        spatialScale,
        patch,
        mostPatches,
        mostPatchesInTime,
        FrameGrouping.FIRST_ALONE);
  }

  /** Pixels that the width of a clip is a multiple of. */
  public int widthMultiple() {
    return spatialScale * patch.width();
  }

  /** Pixels that the height of a clip is a multiple of. */
  public int heightMultiple() {
    return spatialScale * patch.height();
  }

  /** The latents of a clip, [channels, frames, height, width]. */
  public Shape latents(ClipSize size) {
    return Shape.of(
        channels,
        latentFrames(size.frames()),
        size.height() / spatialScale,
        size.width() / spatialScale);
  }

  /** The clip that latents of [channels, frames, height, width] are decoded to. */
  public ClipSize clip(Shape latents) {
    return new ClipSize(
        latents.intSize(3) * spatialScale,
        latents.intSize(2) * spatialScale,
        frames(latents.intSize(1)));
  }

  private int latentFrames(int frames) {
    return (frames - 1) / temporalScale + 1;
  }

  /** How many frames latent frames are decoded to. */
  private int frames(int latentFrames) {
    boolean together = grouping == FrameGrouping.FIRST_OF_ODD_ALONE && latentFrames % 2 == 0;
    return together ? latentFrames * temporalScale : (latentFrames - 1) * temporalScale + 1;
  }

  /** Latents of [channels, frames, height, width] with what is missing to whole patches in time. */
  public Shape wholePatches(Shape latents) {
    long[] sizes = latents.sizes();
    sizes[1] = Math.ceilDiv(sizes[1], patch.frames()) * patch.frames();
    return Shape.of(sizes);
  }

  /** Tokens that the transformer sees of a clip. */
  public long tokens(ClipSize size) {
    return patch.grid(wholePatches(latents(size))).tokens();
  }

  /**
   * Checks that the model makes clips of a size.
   *
   * @throws PipelineException that names the nearest size that it makes
   */
  public void check(ClipSize size) {
    checkSides(size);
    checkFrames(size.frames());
    checkPositions(size);
  }

  private void checkSides(ClipSize size) {
    if (size.width() % widthMultiple() != 0 || size.height() % heightMultiple() != 0) {
      throw new PipelineException(
          "size %dx%d: width must be a multiple of %d and height of %d; nearest: %dx%d"
              .formatted(
                  size.width(),
                  size.height(),
                  widthMultiple(),
                  heightMultiple(),
                  nearestMultiple(size.width(), widthMultiple()),
                  nearestMultiple(size.height(), heightMultiple())));
    }
  }

  private static int nearestMultiple(int value, int multiple) {
    return Math.max(1, Math.round((float) value / multiple)) * multiple;
  }

  /**
   * The most frames that the model makes of so many; the fewest that it makes at all where those
   * are too few.
   */
  public int framesWithin(int frames) {
    int step = latentStep();
    int latents = Math.max(step, latentFrames(frames) / step * step);
    return frames(latents > step && frames(latents) > frames ? latents - step : latents);
  }

  /** The fewest frames that the model makes and that are at least so many. */
  public int framesCovering(int frames) {
    int within = framesWithin(frames);
    return within < frames ? framesBehind(within) : within;
  }

  /** The number of frames that the model makes and that is nearest; of two, the larger one. */
  public int framesNearest(double frames) {
    int within = framesWithin((int) frames);
    int behind = framesBehind(within);
    return behind - frames <= frames - within ? behind : within;
  }

  /** The next number of frames that the model makes. */
  private int framesBehind(int frames) {
    return frames(latentFrames(frames) + latentStep());
  }

  /** How many latent frames the model makes more or fewer of. */
  private int latentStep() {
    return grouping == FrameGrouping.FIRST_ALONE ? patch.frames() : 1;
  }

  /**
   * Sides that the model makes, in the ratio of a picture's and with about as many pixels as
   * another clip has: what examples of {@code WanImageToVideoPipeline} in diffusers ask for.
   *
   * @param clip that has as many pixels and frames
   * @param width of the picture
   * @param height of the picture
   */
  public ClipSize inShapeOf(ClipSize clip, int width, int height) {
    double area = (double) clip.width() * clip.height();
    double aspectRatio = (double) height / width;
    return new ClipSize(
        multipleWithin(Math.sqrt(area / aspectRatio), widthMultiple()),
        multipleWithin(Math.sqrt(area * aspectRatio), heightMultiple()),
        clip.frames());
  }

  /** The largest multiple within a side, but one that the model has positions for. */
  private int multipleWithin(double side, int multiple) {
    return Math.clamp((long) Math.rint(side) / multiple, 1, mostPatches) * multiple;
  }

  private void checkFrames(int frames) {
    int below = framesWithin(frames);
    if (frames != below) {
      String made =
          grouping == FrameGrouping.FIRST_ALONE
              ? "%dn + %d".formatted(temporalScale * patch.frames(), frames(patch.frames()))
              : "%1$dn and %1$dn + 1".formatted(2 * temporalScale);
      throw new PipelineException(
          "frames %d: the model makes %s frames; use %d or %d"
              .formatted(frames, made, below, framesBehind(below)));
    }
  }

  private void checkPositions(ClipSize size) {
    Shape latents = latents(size);
    int frames = Math.ceilDiv(latents.intSize(1), patch.frames());
    int height = latents.intSize(2) / patch.height();
    int width = latents.intSize(3) / patch.width();
    if (Math.max(height, width) > mostPatches) {
      throw new PipelineException(
          "size %dx%d: %d patches along a side, the model knows %d positions: use at most %dx%d"
              .formatted(
                  size.width(),
                  size.height(),
                  Math.max(height, width),
                  mostPatches,
                  Math.min(size.width(), mostPatches * widthMultiple()),
                  Math.min(size.height(), mostPatches * heightMultiple())));
    }
    if (frames > mostPatchesInTime) {
      throw new PipelineException(
          "frames %d: %d patches in time, the model knows %d positions: use at most %d"
              .formatted(
                  size.frames(),
                  frames,
                  mostPatchesInTime,
                  frames(mostPatchesInTime * patch.frames())));
    }
  }
}
