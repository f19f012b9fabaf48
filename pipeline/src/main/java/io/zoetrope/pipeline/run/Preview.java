package io.zoetrope.pipeline.run;

import io.zoetrope.media.Resampling;
import io.zoetrope.media.VideoFrames;
import io.zoetrope.ops.Ops;
import io.zoetrope.pipeline.ClipSize;
import io.zoetrope.pipeline.family.FamilyModel;
import io.zoetrope.pipeline.family.LatentColours;
import io.zoetrope.pipeline.family.VideoGeometry;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.vae.VideoCodec;
import java.util.function.ObjIntConsumer;

/**
 * Shows what the clip is going to be while noise is still taken away: the clean latents that the
 * prediction of a step says there are. Small clips are decoded; of others the colours of latent
 * pixels are shown: those that the model is known to have, or that {@link ColourFit} finds out of
 * its own encoder.
 */
final class Preview {
  /** Clips of more bytes are not decoded: it would take a good part of a step. */
  private static final long SMALL = 1 << 19;

  /** Pixels of the longer side that small pictures of latents are enlarged to. */
  private static final int SIDE = 256;

  private final VideoGeometry geometry;
  private final ClipSize size;
  private final int every;

  /** Null in a dry run. */
  private final ObjIntConsumer<VideoFrames> output;

  /** Null until they are fitted. */
  private LatentColours colours;

  /**
   * A preview of a clip.
   *
   * @param every after how many steps it is made anew
   * @param output is given frames and the step that they are of; null for a dry run, which has none
   */
  Preview(FamilyModel model, ClipSize size, int every, ObjIntConsumer<VideoFrames> output) {
    this.geometry = model.geometry();
    this.size = size;
    this.every = every;
    this.output = output;
    colours = decodes(size) ? null : model.latentColours().orElse(null);
  }

  /** Whether pictures are decoded, and not pictures of latents. */
  static boolean decodes(ClipSize size) {
    return size.bytes() <= SMALL;
  }

  /** How large its pictures are, and how many there are. */
  static ClipSize shown(VideoGeometry geometry, ClipSize size) {
    if (decodes(size)) {
      return size;
    }
    int width = size.width() / geometry.spatialScale();
    int height = size.height() / geometry.spatialScale();
    int frames = geometry.latents(size).intSize(1);
    int larger = Math.clamp(SIDE / Math.max(width, height), 1, geometry.spatialScale());
    return new ClipSize(larger * width, larger * height, frames);
  }

  /** Whether {@link #fit} comes before the first step. */
  boolean isFitted() {
    return !decodes(size) && colours == null;
  }

  /** Finds out which colours latents stand for. */
  void fit(Ops ops, VideoCodec codec) {
    try (var _ = ops.scope("preview")) {
      if (output == null) {
        ColourFit.rehearse(ops, codec, geometry);
      } else {
        colours = ColourFit.quick(ops, codec, geometry);
      }
    }
  }

  /** Whether a step is shown: one of so many, and the last. */
  boolean shows(int step, int steps) {
    return step % every == 0 || step == steps;
  }

  /**
   * Shows a step.
   *
   * @param clean latents without noise, [channels, frames, height, width]
   * @param decoding for clips that are decoded
   */
  void show(StageRun stage, int step, Tensor clean, Decoding decoding) {
    if (decodes(size)) {
      Pixels pixels = new Pixels(size, "the video decoder");
      decoding.show(stage, clean, output == null ? Ops::toPixels : pixels);
      if (output != null) {
        output.accept(pixels.toFrames(), step);
      }
      return;
    }
    Tensor latents = stage.ops().download(clean);
    if (output != null) {
      ClipSize shown = shown(geometry, size);
      output.accept(
          Resampling.BICUBIC.resize(colours.pictures(latents), shown.width(), shown.height()),
          step);
    }
  }
}
