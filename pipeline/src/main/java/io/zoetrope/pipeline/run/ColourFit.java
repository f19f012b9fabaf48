package io.zoetrope.pipeline.run;

import io.zoetrope.media.VideoFrames;
import io.zoetrope.ops.Ops;
import io.zoetrope.ops.Tracer;
import io.zoetrope.pipeline.Progress;
import io.zoetrope.pipeline.Progress.Stage;
import io.zoetrope.pipeline.family.FamilyModel;
import io.zoetrope.pipeline.family.LatentColours;
import io.zoetrope.pipeline.family.VideoGeometry;
import io.zoetrope.pipeline.task.ClipSource;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.vae.VideoCodec;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.IntConsumer;

/**
 * Fits the colours of latents to a model's own autoencoder, by clips that look natural to it, which
 * {@link DeadLeaves} makes.
 *
 * @param colours that fit
 * @param likeness how near they come to a clip that they were not fitted to
 */
public record ColourFit(LatentColours colours, LatentColours.Likeness likeness) {
  /** Clips that colours are fitted to, which are then kept. */
  public static final int CLIPS = 6;

  /** Latent pixels along a side of a clip. */
  private static final int SIDE = 16;

  /** Latent frames of a clip behind the first. */
  private static final int LATER_FRAMES = 2;

  /** One of the clips, and what the encoder makes of it, in host memory. */
  private record Encoded(Tensor latents, VideoFrames clip) {}

  /**
   * Fits colours that are good enough for previews to the first clip, which takes the encoder the
   * time of a few frames.
   */
  static LatentColours quick(Ops ops, VideoCodec codec, VideoGeometry geometry) {
    return fit(List.of(encoded(ops, codec, geometry, 0)));
  }

  /** Encodes a clip for {@link #quick} on a device that computes nothing. */
  static void rehearse(Ops ops, VideoCodec codec, VideoGeometry geometry) {
    encoded(ops, codec, geometry, 0);
  }

  /** Whether the colours of a model are known. */
  public static boolean isKnown(Parts parts) {
    return parts.model().latentColours().isPresent();
  }

  /** The colours of a model: those that are known, or that {@link #quick} fits. */
  public static LatentColours known(Parts parts, Progress progress) {
    FamilyModel model = parts.model();
    return model
        .latentColours()
        .orElseGet(() ->
            encoding(
                parts,
                progress,
                1,
                (stage, codec) -> {
                  LatentColours colours = quick(stage.ops(), codec, model.geometry());
                  stage.step(1);
                  return colours;
                }));
  }

  /** Fits colours that are worth keeping, and tries them on another clip. */
  public static ColourFit of(Parts parts, Progress progress) {
    return encoding(
        parts,
        progress,
        CLIPS + 1,
        (stage, codec) -> of(stage.ops(), codec, parts.model().geometry(), stage::step));
  }

  private static <T> T encoding(
      Parts parts, Progress progress, int steps, Stages.Work<VideoCodec, T> work) {
    return new Stages(parts.device(), progress, Tracer.NONE, Optional.empty())
        .run(Stage.ENCODE_VIDEO, steps, parts.codec(), work);
  }

  private static ColourFit of(Ops ops, VideoCodec codec, VideoGeometry geometry, IntConsumer done) {
    List<Encoded> clips = new ArrayList<>();
    for (int clip = 0; clip <= CLIPS; clip++) {
      clips.add(encoded(ops, codec, geometry, clip));
      done.accept(clip + 1);
    }
    LatentColours colours = fit(clips.subList(0, CLIPS));
    Encoded other = clips.getLast();
    return new ColourFit(colours, colours.likeness(other.latents(), other.clip()));
  }

  private static Encoded encoded(Ops ops, VideoCodec codec, VideoGeometry geometry, int number) {
    VideoFrames clip =
        DeadLeaves.clip(
            SIDE * geometry.spatialScale(),
            1 + LATER_FRAMES * geometry.temporalScale(),
            DeadLeaves.FIRST + number);
    try (var _ = ops.scope()) {
      return new Encoded(ops.download(codec.encode(ops, ClipSource.of(ops, clip), null)), clip);
    }
  }

  private static LatentColours fit(List<Encoded> clips) {
    return LatentColours.fit(
        clips.stream().map(Encoded::latents).toList(), clips.stream().map(Encoded::clip).toList());
  }
}
