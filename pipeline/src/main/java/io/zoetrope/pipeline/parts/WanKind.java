package io.zoetrope.pipeline.parts;

import io.zoetrope.config.JsonConfig;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * The published models of Wan that a transformer can be of, with what their folders say beside it.
 * Source: {@code scripts/convert_wan_to_diffusers.py} of diffusers.
 */
enum WanKind {
  T2V("WanPipeline", 3, 0.875),
  VACE("WanVACEPipeline", 3, 0.875),
  TI2V("WanPipeline", 5, Double.NaN),
  /** One of two: it attends to no pictures, and reads the first frame beside the noise. */
  I2V_A14B("WanImageToVideoPipeline", 3, 0.9),
  I2V("WanImageToVideoPipeline", 3, Double.NaN),
  FLF2V("WanImageToVideoPipeline", 16, Double.NaN);

  private final String pipelineClass;
  private final double flowShift;
  private final double boundaryRatio;

  WanKind(String pipelineClass, double flowShift, double boundaryRatio) {
    this.pipelineClass = pipelineClass;
    this.flowShift = flowShift;
    this.boundaryRatio = boundaryRatio;
  }

  /**
   * The kind of a configuration of a transformer; empty if no model with such numbers of channels
   * is published, or none that is supported.
   */
  static Optional<WanKind> of(JsonConfig config) {
    int in = config.positiveInteger("in_channels");
    int out = config.positiveInteger("out_channels");
    boolean attendsToPictures = config.has("image_dim");
    boolean hasControl = config.has("vace_layers");
    if (in == 16 && out == 16 && !attendsToPictures) {
      return Optional.of(hasControl ? VACE : T2V);
    } else if (in == 48 && out == 48 && !attendsToPictures && !hasControl) {
      return Optional.of(TI2V);
    } else if (in == 36 && out == 16 && !hasControl) {
      return Optional.of(
          !attendsToPictures ? I2V_A14B : config.has("pos_embed_seq_len") ? FLF2V : I2V);
    }
    return Optional.empty();
  }

  /** Class of the pipeline in diffusers. */
  String pipelineClass() {
    return pipelineClass;
  }

  /** Static shift of the noise schedule. */
  double flowShift() {
    return flowShift;
  }

  /** Where a second transformer takes over; empty for models that have none. */
  OptionalDouble boundaryRatio() {
    return Double.isNaN(boundaryRatio) ? OptionalDouble.empty() : OptionalDouble.of(boundaryRatio);
  }

  /** Whether every token has a timestep of its own. */
  boolean expandsTimesteps() {
    return this == TI2V;
  }

  /** Whether it attends to pictures by way of CLIP. */
  boolean attendsToPictures() {
    return this == I2V || this == FLF2V;
  }
}
