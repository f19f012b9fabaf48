package io.zoetrope.tools.parity;

import static java.util.Map.entry;

import com.fasterxml.jackson.databind.JsonNode;
import io.zoetrope.dit.ltx.LTXRope;
import io.zoetrope.dit.wan.WanRope;
import io.zoetrope.nn.PatchGrid;
import io.zoetrope.nn.PatchSize;
import io.zoetrope.ops.ConvGeometry;
import io.zoetrope.ops.Ops;
import io.zoetrope.pipeline.run.Guidance;
import io.zoetrope.t5.encoder.RelativePositions;
import io.zoetrope.tensor.Conversions;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Shape;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.tools.parity.OpsParity.Case;
import io.zoetrope.tools.parity.OpsParity.Operation;
import io.zoetrope.vae.layer.AvgDown3D;
import io.zoetrope.vae.layer.CausalConv3d;
import io.zoetrope.vae.layer.FrameCache;
import io.zoetrope.vae.layer.FramePadding;
import io.zoetrope.vae.layer.Patchify;
import io.zoetrope.vae.wan.DupUp3D;
import io.zoetrope.vae.wan.Resample;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Fixtures of what models make of operations: position tables, layers of autoencoders, patches. */
final class LayerOperations {
  private static final Map<String, Operation> ALL =
      Map.ofEntries(
          entry("rope_wan", LayerOperations::rope),
          entry("rope_1d_interleaved", PositionTables::ropeOfAxis),
          entry("rope_cogvideox", PositionTables::cogVideoXRope),
          entry("sincos_1d_temporal", PositionTables::sinCosOfFrames),
          entry("sincos_2d_patch_embed", PositionTables::sinCosOfFrame),
          entry("sincos_3d_cogvideox", PositionTables::sinCosOfVideo),
          entry("rope_ltx", LayerOperations::ropeOfPlaces),
          entry("bfloat16_round", LayerOperations::rounding),
          entry("t5_relative_position_bucket", LayerOperations::relativePositionBucket),
          entry("classifier_free_guidance", LayerOperations::guidance),
          entry("wan_causal_conv3d", LayerOperations::causalConv3d),
          entry("cogvideox_causal_conv3d", LayerOperations::replicatingConv3d),
          entry("ltx_causal_conv3d", LayerOperations::wholeClipConv3d),
          entry("wan_resample", LayerOperations::resample),
          entry("wan_avg_down3d", LayerOperations::avgDown),
          entry("wan_dup_up3d", LayerOperations::dupUp),
          entry("wan_vae_patchify", LayerOperations::patchify),
          entry("patch_embed_conv3d", LayerOperations::patchEmbedding),
          entry("wan_unpatchify", LayerOperations::unpatchify));

  private LayerOperations() {}

  static Optional<Operation> of(String fixture) {
    return Optional.ofNullable(ALL.get(fixture));
  }

  private static void rope(Case c) {
    List<Tensor> batch = c.elements("x");
    int heads = batch.getFirst().intSize(1);
    int headDim = batch.getFirst().intSize(2);
    WanRope rope = WanRope.of(c.ops(), headDim, grid(c.attribute("grid_f_h_w")));
    c.result("cos", eachTwice(c.ops().download(rope.cos()).toFloats()));
    c.result("sin", eachTwice(c.ops().download(rope.sin()).toFloats()));
    for (Tensor x : batch) {
      Tensor rotated = c.ops().copy(x.reshape(x.size(0), -1));
      rope.rotate(c.ops(), rotated, heads);
      c.result("out", rotated);
    }
  }

  private static void ropeOfPlaces(Case c) {
    PatchGrid grid = grid(c.attribute("grid_f_h_w"));
    JsonNode scale = c.attribute("rope_interpolation_scale");
    int ofFrame = grid.height() * grid.width();
    float[] places = new float[3 * grid.tokens()];
    for (int token = 0; token < grid.tokens(); token++) {
      int[] place = {token / ofFrame, token % ofFrame / grid.width(), token % grid.width()};
      for (int axis = 0; axis < place.length; axis++) {
        places[axis * grid.tokens() + token] = place[axis] * (float) scale.get(axis).doubleValue();
      }
    }
    LTXRope rope =
        LTXRope.of(
            c.ops(),
            c.attribute("dim").intValue(),
            Tensor.of(places, places.length / grid.tokens(), grid.tokens()));
    c.result("cos", eachTwice(c.ops().download(rope.cos()).toFloats()));
    c.result("sin", eachTwice(c.ops().download(rope.sin()).toFloats()));
    for (Tensor x : c.elements("x")) {
      Tensor rotated = c.ops().copy(x);
      rope.rotate(c.ops(), rotated);
      c.result("out", rotated);
    }
  }

  /** Tables hold one value for each pair; the reference repeats it for both elements. */
  static float[] eachTwice(float[] values) {
    float[] twice = new float[2 * values.length];
    for (int i = 0; i < twice.length; i++) {
      twice[i] = values[i / 2];
    }
    return twice;
  }

  private static void rounding(Case c) {
    float[] x = c.values("x");
    float[] bfloat16 = new float[x.length];
    float[] float16 = new float[x.length];
    for (int i = 0; i < x.length; i++) {
      bfloat16[i] = Conversions.round(x[i], DType.BF16);
      float16[i] = Conversions.round(x[i], DType.F16);
    }
    c.result("out", bfloat16);
    c.result("out_float16", float16);
  }

  private static void relativePositionBucket(Case c) {
    boolean bidirectional = c.variant().startsWith("bidirectional");
    float[] positions = c.values("relative_position");
    float[] buckets = new float[positions.length];
    for (int i = 0; i < buckets.length; i++) {
      buckets[i] =
          RelativePositions.bucket(
              (int) positions[i],
              bidirectional,
              c.attribute("num_buckets").intValue(),
              c.attribute("max_distance").intValue());
    }
    c.result("out", buckets);
  }

  private static void guidance(Case c) {
    double scale = c.attribute("scale").doubleValue();
    c.result("out", Guidance.apply(c.ops(), c.input("cond"), c.input("uncond"), scale));
  }

  private static void causalConv3d(Case c) {
    JsonNode stride = c.optionalAttribute("stride");
    Tensor weight = c.input("weight");
    Tensor bias = c.input("bias");
    CausalConv3d conv =
        stride.isArray()
            ? new CausalConv3d(weight, bias, unpadded(stride), FramePadding.ZEROS)
            : new CausalConv3d(weight, bias, FramePadding.ZEROS);
    for (Tensor x : c.videos("x")) {
      try (FrameCache cache = new FrameCache(c.ops())) {
        c.videoResult("out", conv.forward(c.ops(), x, cache));
      }
      if (c.has("chunk1")) {
        causalConv3dInChunks(c, conv, x);
      }
    }
  }

  /** Convolutions with a stride have no padding at all. */
  private static ConvGeometry unpadded(JsonNode stride) {
    return new ConvGeometry(
        stride.get(0).intValue(),
        stride.get(1).intValue(),
        stride.get(2).intValue(),
        0,
        0,
        0,
        0,
        0);
  }

  private static void causalConv3dInChunks(Case c, CausalConv3d conv, Tensor x) {
    long start = 0;
    int index = 1;
    try (FrameCache cache = new FrameCache(c.ops())) {
      for (String name : List.of("chunk1", "chunk2_with_cache", "chunk3_with_cache")) {
        long frames = frames(c, name);
        Tensor chunk = c.ops().copy(x.narrow(0, start, frames));
        c.videoResult(name, conv.forward(c.ops(), chunk, cache));
        String cached = "cache_after" + index++;
        if (c.has(cached)) {
          long kept = frames(c, cached);
          c.videoResult(cached, chunk.narrow(0, frames - kept, kept));
        }
        start += frames;
      }
    }
  }

  private static void replicatingConv3d(Case c) {
    CausalConv3d conv =
        new CausalConv3d(c.input("weight"), c.input("bias"), FramePadding.FIRST_FRAME);
    for (Tensor x : c.videos("x")) {
      try (FrameCache cache = new FrameCache(c.ops())) {
        c.videoResult("whole", conv.forward(c.ops(), x, cache));
      }
      long split = frames(c, "chunk1");
      try (FrameCache cache = new FrameCache(c.ops())) {
        Tensor first = c.ops().copy(x.narrow(0, 0, split));
        Tensor second = c.ops().copy(x.narrow(0, split, x.size(0) - split));
        c.videoResult("chunk1", conv.forward(c.ops(), first, cache));
        c.videoResult("conv_cache", cache.history(conv));
        c.videoResult("chunk2_with_cache", conv.forward(c.ops(), second, cache));
      }
    }
  }

  private static void wholeClipConv3d(Case c) {
    FramePadding padding =
        c.variant().endsWith("True") ? FramePadding.FIRST_FRAME : FramePadding.FIRST_AND_LAST_FRAME;
    CausalConv3d conv = new CausalConv3d(c.input("weight"), c.input("bias"), padding);
    for (Tensor x : c.videos("x")) {
      try (FrameCache cache = new FrameCache(c.ops())) {
        cache.beginChunk(true);
        c.videoResult("out", conv.forward(c.ops(), x, cache));
      }
    }
  }

  private static long frames(Case c, String tensor) {
    return c.sizes(tensor)[2];
  }

  private static void resample(Case c) {
    Resample resample =
        Resample.of(
            Resample.Mode.valueOf(c.variant().toUpperCase(Locale.ROOT)),
            c.input("resample_1_weight"),
            c.input("resample_1_bias"),
            c.has("time_conv_weight") ? c.input("time_conv_weight") : null,
            c.has("time_conv_bias") ? c.input("time_conv_bias") : null);
    for (Tensor x : c.videos("x")) {
      try (FrameCache cache = new FrameCache(c.ops())) {
        c.videoResult("out_single_chunk_without_cache", resample.forward(c.ops(), x, cache));
      }
      List<Tensor> chunks = new ArrayList<>();
      long start = 0;
      try (FrameCache cache = new FrameCache(c.ops())) {
        for (JsonNode frames : c.attribute("chunks_in")) {
          Tensor chunk = c.ops().copy(x.narrow(0, start, frames.intValue()));
          chunks.add(resample.forward(c.ops(), chunk, cache));
          cache.nextChunk();
          start += frames.intValue();
        }
        c.videoResult("out_joined", concatenate(c.ops(), chunks));
      }
    }
  }

  private static Tensor concatenate(Ops ops, List<Tensor> chunks) {
    long frames = chunks.stream().mapToLong(chunk -> chunk.size(0)).sum();
    long[] sizes = chunks.getFirst().shape().sizes();
    sizes[0] = frames;
    Tensor joined = ops.allocate(DType.F32, Shape.of(sizes));
    long start = 0;
    for (Tensor chunk : chunks) {
      ops.copyInto(joined.narrow(0, start, chunk.size(0)), chunk);
      start += chunk.size(0);
    }
    return joined;
  }

  private static void avgDown(Case c) {
    AvgDown3D down =
        new AvgDown3D(
            c.attribute("out").intValue(),
            c.attribute("factor_t").intValue(),
            c.attribute("factor_s").intValue());
    for (Tensor x : c.videos("x")) {
      c.videoResult("out", down.forward(c.ops(), x));
    }
  }

  private static void dupUp(Case c) {
    DupUp3D up =
        new DupUp3D(
            c.attribute("out").intValue(),
            c.attribute("factor_t").intValue(),
            c.attribute("factor_s").intValue());
    for (Tensor x : c.videos("x")) {
      c.videoResult("out", up.forward(c.ops(), x, false));
      c.videoResult("out_first_chunk", up.forward(c.ops(), x, true));
    }
  }

  private static void patchify(Case c) {
    int size = Integer.parseInt(c.variant());
    for (Tensor x : c.videos("x")) {
      Tensor patches = Patchify.patchify(c.ops(), x, size);
      c.videoResult("out", patches);
      c.videoResult("back", Patchify.unpatchify(c.ops(), patches, size));
    }
  }

  private static void patchEmbedding(Case c) {
    PatchSize patch = patch(c.attribute("kernel=stride"));
    Tensor weight = c.input("weight");
    Tensor matrix = weight.reshape(weight.size(0), -1);
    for (Tensor x : c.elements("x")) {
      Tensor tokens = patch.patchify(c.ops(), x, DType.F32);
      c.result("out", c.call("linear", Map.of("x", tokens, "weight", matrix)));
    }
  }

  private static void unpatchify(Case c) {
    PatchSize patch = patch(c.attribute("patch"));
    PatchGrid grid = grid(c.attribute("post_patch_f_h_w"));
    for (Tensor x : c.elements("x")) {
      c.result("out", patch.unpatchify(c.ops(), x, grid));
    }
  }

  private static PatchSize patch(JsonNode sizes) {
    return new PatchSize(sizes.get(0).intValue(), sizes.get(1).intValue(), sizes.get(2).intValue());
  }

  private static PatchGrid grid(JsonNode sizes) {
    return new PatchGrid(sizes.get(0).intValue(), sizes.get(1).intValue(), sizes.get(2).intValue());
  }
}
