package io.zoetrope.pipeline.family.wan;

import io.zoetrope.dit.wan.WanConfig;
import java.util.Optional;

/** Tells by their shapes which of the published models a model is, whatever it is called. */
final class PublishedWan {
  /** Flow shifts of the folders for 480 and 720 lines, whose transformers have the same shapes. */
  private static final double BETWEEN_SHIFTS = 4;

  private PublishedWan() {}

  /**
   * The name under which constants of step caches are published; empty if it is none of these.
   *
   * @param isGiven whether pictures or clips are given
   */
  static Optional<String> name(WanModel model, boolean isGiven) {
    WanConfig config = model.transformerConfig();
    boolean isSmall = is(config, 30, 1536);
    boolean isLarge = is(config, 40, 5120);
    if (config.vace().isPresent()) {
      return named("wan2.1-vace-", isSmall ? "1.3b" : isLarge ? "14b" : null);
    }
    if (model.secondConfig().isPresent()) {
      return named("wan2.2-", !isLarge ? null : model.readsGivenFrames() ? "i2v-a14b" : "t2v-a14b");
    }
    if (model.hasTokenTimesteps()) {
      return named("wan2.2-ti2v-", !is(config, 30, 3072) ? null : isGiven ? "5b-image" : "5b");
    }
    if (!model.readsGivenFrames()) {
      return named("wan2.1-t2v-", isSmall ? "1.3b" : isLarge ? "14b" : null);
    }
    // Models that attend to a first and a last picture have no constants.
    boolean attendsToOne = config.imageDim().isPresent() && config.posEmbedSeqLen().isEmpty();
    double shift = model.schedulerConfig().flowShift().orElse(0);
    return named(
        "wan2.1-i2v-14b-",
        !isLarge || !attendsToOne ? null : shift < BETWEEN_SHIFTS ? "480p" : "720p");
  }

  private static boolean is(WanConfig config, int layers, int width) {
    return config.numLayers() == layers && config.innerDim() == width;
  }

  private static Optional<String> named(String kind, String size) {
    return Optional.ofNullable(size).map(known -> kind + known);
  }
}
