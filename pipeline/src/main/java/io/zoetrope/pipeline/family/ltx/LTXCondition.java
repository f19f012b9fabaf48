package io.zoetrope.pipeline.family.ltx;

import io.zoetrope.media.VideoFrames;
import io.zoetrope.ops.Ops;
import io.zoetrope.pipeline.ClipSize;
import io.zoetrope.pipeline.Input;
import io.zoetrope.pipeline.PipelineException;
import io.zoetrope.pipeline.family.VideoGeometry;
import io.zoetrope.pipeline.task.ClipSource;
import io.zoetrope.random.NoiseSource;
import io.zoetrope.tensor.Shape;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.vae.VideoCodec;
import io.zoetrope.vae.layer.LatentSampling;
import io.zoetrope.vae.layer.Tiling;

/**
 * A picture or a clip at a frame. At the first frame all its latent frames stand in the clip's own
 * places. At a later frame the first one or two stand in front of the clip, and those behind them
 * in their places.
 */
final class LTXCondition {
  /** Latent frames of a clip at a later frame that stand in front. */
  private static final int MOST_IN_FRONT = 2;

  private final VideoFrames frames;
  private final int frame;
  private final double strength;
  private final int latentFrames;
  private final int temporalScale;

  /** What its latents are sampled with, and what those in front are mixed with; in host memory. */
  private Tensor posteriorNoise;

  private Tensor noise;

  /** Its latents, in host memory. */
  private Tensor encoded;

  private LTXCondition(VideoFrames frames, int frame, double strength, int temporalScale) {
    this.frames = frames;
    this.frame = frame;
    this.strength = strength;
    this.temporalScale = temporalScale;
    this.latentFrames = (frames.frames() - 1) / temporalScale + 1;
  }

  /**
   * What of an input fits into a clip of a size: as many frames of it as there are behind its
   * place, and as latent frames stand for.
   *
   * @throws PipelineException if its place is behind the end
   */
  static LTXCondition of(Input.Condition given, ClipSize size, VideoGeometry geometry) {
    int frame = given.frame() == Input.Image.LAST ? size.frames() - 1 : given.frame();
    if (frame >= size.frames()) {
      throw new PipelineException(
          "%s: the clip has %d frames, from 0 to %d"
              .formatted(given.title(), size.frames(), size.frames() - 1));
    }
    int fitting = Math.min(given.frames().frames(), size.frames() - frame);
    VideoFrames used = given.frames().first(geometry.framesWithin(fitting));
    return new LTXCondition(used, frame, given.strength(), geometry.temporalScale());
  }

  int frame() {
    return frame;
  }

  double strength() {
    return strength;
  }

  /** How many latent frames stand in front of the clip. */
  int framesInFront() {
    return frame == 0 ? 0 : Math.min(latentFrames, MOST_IN_FRONT);
  }

  /** How many latent frames stand in their places in the clip. */
  int framesInPlace() {
    return latentFrames - framesInFront();
  }

  /** The first latent frame of the clip that is one of these. */
  int firstInPlace() {
    return frame == 0 ? 0 : frame / temporalScale + MOST_IN_FRONT;
  }

  /** Draws what the reference draws for it. */
  void draw(NoiseSource source, Shape clip) {
    posteriorNoise = source.normal(clip.size(0), latentFrames, clip.size(2), clip.size(3));
    noise =
        framesInFront() == 0
            ? null
            : source.normal(clip.size(0), framesInFront(), clip.size(2), clip.size(3));
  }

  void encode(Ops ops, VideoCodec codec, Tiling tiling, ClipSize size) {
    ClipSource source = ClipSource.of(ops, ClipSource.resized(ops, frames, size));
    LatentSampling sampling = LatentSampling.of(_ -> posteriorNoise);
    encoded = ops.download(codec.encode(ops, source, tiling, sampling));
    ops.countHeld(encoded.byteSize());
  }

  /** Mixes its latent frames into those of the clip, F32, [channels, frames, height, width]. */
  void writeInPlace(Ops ops, Tensor clip) {
    if (framesInPlace() > 0) {
      mix(ops, clip.narrow(1, firstInPlace(), framesInPlace()), framesInFront());
    }
  }

  /** Mixes its first latent frames with noise. */
  void writeInFront(Ops ops, Tensor out) {
    if (framesInFront() > 0) {
      ops.copyInto(out, ops.upload(noise));
      mix(ops, out, 0);
    }
  }

  /** {@code out = out + strength * (latents - out)} with its latent frames from one on. */
  private void mix(Ops ops, Tensor out, int first) {
    Tensor mixed = ops.copy(out);
    Tensor latents = ops.copy(ops.upload(encoded).narrow(1, first, out.size(1)));
    ops.linearCombinationInto(mixed, new double[] {1 - strength, strength}, mixed, latents);
    ops.copyInto(out, mixed);
  }
}
