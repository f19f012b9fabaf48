package io.zoetrope.dit.cogvideox;

import io.zoetrope.dit.SinCosPositions;
import io.zoetrope.nn.PatchGrid;
import io.zoetrope.ops.Ops;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.weights.Weights;

/**
 * Positions that are added to tokens: sines and cosines, or what was learned for clips of one size,
 * which text has too.
 *
 * @param learned [text tokens + video tokens, dim]; null in models that have learned none
 */
record TokenPositions(CogVideoXConfig config, DType dtype, Tensor learned) {
  static TokenPositions load(Weights transformer, CogVideoXConfig config, DType dtype) {
    if (config.positions() != CogVideoXConfig.Positions.ROTARY_AND_LEARNED) {
      return new TokenPositions(config, dtype, null);
    }
    long tokens = config.maxTextSeqLength() + (long) trained(config).tokens();
    Tensor table = transformer.at("patch_embed").get("pos_embedding", 1, tokens, config.innerDim());
    return new TokenPositions(config, dtype, table.select(0, 0));
  }

  /** The patches of the clips that the model was trained with. */
  private static PatchGrid trained(CogVideoXConfig config) {
    int patch = config.patchSize().height();
    return new PatchGrid(
        config.sampleLatentFrames(), config.sampleHeight() / patch, config.sampleWidth() / patch);
  }

  /** What is added to text, [text tokens, dim]; null for nothing. */
  Tensor ofText(Ops ops, PatchGrid grid) {
    return isLearned(grid) ? part(ops, 0, config.maxTextSeqLength()) : null;
  }

  /**
   * What is added to patches, [patches, dim], in the current scope. Positions are learned for one
   * number of frames: clips of others have sines and cosines, as in diffusers.
   *
   * @throws IllegalArgumentException if the model has learned another size
   */
  Tensor ofVideo(Ops ops, PatchGrid grid) {
    PatchGrid known = trained(config);
    if (learned != null && (grid.height() != known.height() || grid.width() != known.width())) {
      throw new IllegalArgumentException(
          "transformer: it has learned positions of %dx%d patches, not of %dx%d"
              .formatted(known.width(), known.height(), grid.width(), grid.height()));
    }
    if (isLearned(grid)) {
      return part(ops, config.maxTextSeqLength(), grid.tokens());
    }
    try (var scope = ops.scope()) {
      Tensor table =
          SinCosPositions.ofVideo(
              grid,
              Math.toIntExact(config.innerDim()),
              config.spatialInterpolationScale(),
              config.temporalInterpolationScale());
      return scope.keep(ops.cast(ops.upload(table), dtype));
    }
  }

  private boolean isLearned(PatchGrid grid) {
    return learned != null && grid.frames() == trained(config).frames();
  }

  private Tensor part(Ops ops, long start, long count) {
    return ops.cast(learned.narrow(0, start, count), dtype);
  }
}
