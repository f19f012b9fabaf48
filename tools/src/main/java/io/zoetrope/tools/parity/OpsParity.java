package io.zoetrope.tools.parity;

import com.fasterxml.jackson.databind.JsonNode;
import io.zoetrope.dit.wan.PatchGrid;
import io.zoetrope.dit.wan.PatchSize;
import io.zoetrope.dit.wan.TimestepSinusoid;
import io.zoetrope.dit.wan.WanRope;
import io.zoetrope.ops.Activation;
import io.zoetrope.ops.Backend;
import io.zoetrope.ops.Ops;
import io.zoetrope.t5.encoder.RelativePositionBucket;
import io.zoetrope.tensor.Conversions;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Tensor;
import java.util.Map;
import java.util.TreeMap;

/**
 * Single operations. Fixtures are channels-first with a batch dimension; the engine's operations are
 * channels-last without one, so that inputs and results are permuted here.
 */
final class OpsParity {
  /** Runs one case and compares all its results. */
  @FunctionalInterface
  private interface Operation {
    void run(Case testCase);
  }

  private final Backend backend;
  private final Fixture fixture;
  private final Tolerances tolerances;
  private final Report report;
  private final Map<String, Operation> operations = new TreeMap<>();

  OpsParity(Backend backend, Fixture fixture, Tolerances tolerances, Report report) {
    this.backend = backend;
    this.fixture = fixture;
    this.tolerances = tolerances;
    this.report = report;
    operations.put("rms_norm_across_heads", OpsParity::rmsNorm);
    operations.put("rms_norm_per_head", OpsParity::rmsNorm);
    operations.put("t5_layer_norm", OpsParity::rmsNorm);
    operations.put("fp32_layer_norm", OpsParity::layerNorm);
    operations.put("adaln_modulate", OpsParity::adaptiveLayerNorm);
    operations.put("wan_vae_rms_norm", OpsParity::channelNorm);
    operations.put("gelu_tanh", c -> activation(c, Activation.GELU_TANH));
    operations.put("gelu_erf", c -> activation(c, Activation.GELU_ERF));
    operations.put("silu", c -> activation(c, Activation.SILU));
    operations.put("sdpa", OpsParity::attention);
    operations.put("rope_wan", OpsParity::rope);
    operations.put("linear", OpsParity::linear);
    operations.put("linear_bfloat16", OpsParity::linearRounded);
    operations.put("bfloat16_round", OpsParity::rounding);
    operations.put("upsample", OpsParity::upsample);
    operations.put("patch_embed_conv3d", OpsParity::patchEmbedding);
    operations.put("wan_unpatchify", OpsParity::unpatchify);
    operations.put("pixel_shuffle", OpsParity::pixelShuffle);
    operations.put("pixel_unshuffle", OpsParity::pixelUnshuffle);
    operations.put("timestep_embedding", OpsParity::timestepEmbedding);
    operations.put("t5_relative_position_bucket", OpsParity::relativePositionBucket);
    operations.put("classifier_free_guidance", OpsParity::guidance);
  }
}
