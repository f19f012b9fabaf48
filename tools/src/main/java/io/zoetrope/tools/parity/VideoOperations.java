package io.zoetrope.tools.parity;

import com.fasterxml.jackson.databind.JsonNode;
import io.zoetrope.dit.wan.PatchGrid;
import io.zoetrope.dit.wan.PatchSize;
import io.zoetrope.ops.Activation;
import io.zoetrope.ops.ConvGeometry;
import io.zoetrope.ops.Ops;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Shape;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.tools.parity.OpsParity.Case;
import io.zoetrope.tools.parity.OpsParity.Operation;
import io.zoetrope.vae.wan.AvgDown3D;
import io.zoetrope.vae.wan.CausalConv3d;
import io.zoetrope.vae.wan.DupUp3D;
import io.zoetrope.vae.wan.FrameCache;
import io.zoetrope.vae.wan.Patchify;
import io.zoetrope.vae.wan.Resample;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Operations on videos and images: convolutions, resampling, patches. */
final class VideoOperations {
  static final Map<String, Operation> ALL =
      Map.ofEntries(
          Map.entry("wan_vae_rms_norm", VideoOperations::channelNorm),
          Map.entry("wan_causal_conv3d", VideoOperations::causalConv3d),
          Map.entry("wan_resample", VideoOperations::resample),
          Map.entry("wan_avg_down3d", VideoOperations::avgDown),
          Map.entry("wan_dup_up3d", VideoOperations::dupUp),
          Map.entry("wan_vae_patchify", VideoOperations::patchify),
          Map.entry("upsample", VideoOperations::upsample),
          Map.entry("patch_embed_conv3d", VideoOperations::patchEmbedding),
          Map.entry("wan_unpatchify", VideoOperations::unpatchify),
          Map.entry("pixel_shuffle", VideoOperations::pixelShuffle),
          Map.entry("pixel_unshuffle", VideoOperations::pixelUnshuffle));

  private VideoOperations() {}

  private static void channelNorm(Case c) {
    Tensor batch = c.input("x");
    Tensor gamma = c.input("gamma").reshape(-1);
    float[][] out = new float[batch.intSize(0)][];
    for (int i = 0; i < out.length; i++) {
      Tensor normed = c.ops().channelNorm(c.video(batch, i), gamma, Activation.NONE);
      out[i] = c.ops().copy(normed.permute(3, 0, 1, 2)).toFloats();
    }
    c.result("out", OpsParity.join(out));
  }

  private static void causalConv3d(Case c) {
    Tensor weight = c.input("weight");
    Tensor bias = c.input("bias");
    Tensor x = c.video("x");
    CausalConv3d conv =
        c.variant().equals("time_stride2")
            ? new CausalConv3d(weight, bias, new ConvGeometry(2, 1, 1, 0, 0, 0, 0, 0))
            : new CausalConv3d(weight, bias);
    try (FrameCache cache = new FrameCache(c.ops())) {
      c.videoResult("out", conv.forward(c.ops(), x, cache));
    }
    if (!c.has("chunk1")) {
      return;
    }
    try (FrameCache cache = new FrameCache(c.ops())) {
      Tensor first = c.ops().copy(x.narrow(0, 0, 1));
      Tensor second = c.ops().copy(x.narrow(0, 1, 4));
      c.videoResult("cache_after1", first);
      c.videoResult("cache_after2", second.narrow(0, 2, 2));
      c.videoResult("chunk1", conv.forward(c.ops(), first, cache));
      c.videoResult("chunk2_with_cache", conv.forward(c.ops(), second, cache));
      Tensor third = c.ops().copy(x.narrow(0, 5, x.size(0) - 5));
      c.videoResult("chunk3_with_cache", conv.forward(c.ops(), third, cache));
    }
  }

  private static void resample(Case c) {
    Resample resample =
        Resample.of(
            Resample.Mode.valueOf(c.variant().toUpperCase(Locale.ROOT)),
            c.input("resample_1_weight"),
            c.input("resample_1_bias"),
            c.has("time_conv_weight") ? c.input("time_conv_weight") : null,
            c.has("time_conv_bias") ? c.input("time_conv_bias") : null);
    try (FrameCache cache = new FrameCache(c.ops())) {
      c.videoResult(
          "out_single_chunk_without_cache", resample.forward(c.ops(), c.video("x"), cache));
    }
    List<Tensor> chunks = new ArrayList<>();
    long start = 0;
    try (FrameCache cache = new FrameCache(c.ops())) {
      for (JsonNode frames : c.attribute("chunks_in")) {
        Tensor chunk = c.ops().copy(c.video("x").narrow(0, start, frames.intValue()));
        chunks.add(resample.forward(c.ops(), chunk, cache));
        cache.nextChunk();
        start += frames.intValue();
      }
      c.videoResult("out_joined", concatenate(c.ops(), chunks));
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
    c.videoResult("out", down.forward(c.ops(), c.video("x")));
  }

  private static void dupUp(Case c) {
    DupUp3D up =
        new DupUp3D(
            c.attribute("out").intValue(),
            c.attribute("factor_t").intValue(),
            c.attribute("factor_s").intValue());
    c.videoResult("out", up.forward(c.ops(), c.video("x"), false));
    c.videoResult("out_first_chunk", up.forward(c.ops(), c.video("x"), true));
  }

  private static void patchify(Case c) {
    int size = Integer.parseInt(c.variant());
    Tensor patches = Patchify.patchify(c.ops(), c.video("x"), size);
    c.videoResult("out", patches);
    c.videoResult("back", Patchify.unpatchify(c.ops(), patches, size));
  }

  private static void upsample(Case c) {
    Tensor batch = c.input("x");
    boolean video = batch.shape().rank() == 5;
    boolean exact = c.variant().startsWith("nearest-exact");
    long[] target = target(c, batch);
    float[][] out = new float[batch.intSize(0)][];
    for (int i = 0; i < out.length; i++) {
      // The case with a video takes its first frames only.
      Tensor x = c.video(batch, i);
      Tensor source = video ? c.ops().copy(x.narrow(0, 0, 3)) : x;
      Tensor large = c.ops().upsampleNearest(source, target[0], target[1], target[2], exact);
      out[i] = c.ops().copy(large.permute(3, 0, 1, 2)).toFloats();
    }
    c.result("out", OpsParity.join(out));
  }

  /**
   * Frames, height and width of the result, from the case's name: {@code _x2} or {@code _to_8x9}.
   */
  private static long[] target(Case c, Tensor batch) {
    if (c.variant().endsWith("_x2")) {
      return new long[] {1, 2 * batch.size(2), 2 * batch.size(3)};
    }
    long[] out = c.expectedSizes("out");
    return out.length == 5 ? new long[] {out[2], out[3], out[4]} : new long[] {1, out[2], out[3]};
  }

  private static void patchEmbedding(Case c) {
    JsonNode kernel = c.attribute("kernel=stride");
    PatchSize patch =
        new PatchSize(kernel.get(0).intValue(), kernel.get(1).intValue(), kernel.get(2).intValue());
    Tensor tokens = patch.patchify(c.ops(), c.input("x").select(0, 0), DType.F32);
    Tensor weight = c.input("weight");
    c.result(
        "out",
        c.ops()
            .linear(tokens, weight.reshape(weight.size(0), -1), c.input("bias"), Activation.NONE));
  }

  private static void unpatchify(Case c) {
    JsonNode grid = c.attribute("post_patch_f_h_w");
    JsonNode patch = c.attribute("patch");
    PatchSize size =
        new PatchSize(patch.get(0).intValue(), patch.get(1).intValue(), patch.get(2).intValue());
    c.result(
        "out",
        size.unpatchify(
            c.ops(),
            c.input("x").select(0, 0),
            new PatchGrid(grid.get(0).intValue(), grid.get(1).intValue(), grid.get(2).intValue())));
  }

  /** [1, channels * f * f, h, w] to [1, channels, h * f, w * f]: nothing but a permutation. */
  private static void pixelShuffle(Case c) {
    int factor = c.attribute("factor").intValue();
    Tensor x = c.input("x");
    Tensor split = x.reshape(-1, factor, factor, x.size(2), x.size(3));
    c.result("out", c.ops().copy(split.permute(0, 3, 1, 4, 2)));
  }

  private static void pixelUnshuffle(Case c) {
    int factor = c.attribute("factor").intValue();
    Tensor x = c.input("x");
    Tensor split = x.reshape(-1, x.size(2) / factor, factor, x.size(3) / factor, factor);
    c.result("out", c.ops().copy(split.permute(0, 2, 4, 1, 3)));
  }
}
