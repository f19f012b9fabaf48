package io.zoetrope.tools.parity;

import com.fasterxml.jackson.databind.JsonNode;
import io.zoetrope.nn.PatchGrid;
import io.zoetrope.nn.PatchSize;
import io.zoetrope.ops.Activation;
import io.zoetrope.ops.ConvGeometry;
import io.zoetrope.ops.Ops;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Shape;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.tools.parity.OpsParity.Case;
import io.zoetrope.tools.parity.OpsParity.Operation;
import io.zoetrope.vae.layer.CausalConv3d;
import io.zoetrope.vae.layer.FrameCache;
import io.zoetrope.vae.layer.FramePadding;
import io.zoetrope.vae.layer.Patchify;
import io.zoetrope.vae.wan.AvgDown3D;
import io.zoetrope.vae.wan.DupUp3D;
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
          Map.entry("group_norm", VideoOperations::groupNorm),
          Map.entry("wan_causal_conv3d", VideoOperations::causalConv3d),
          Map.entry("cogvideox_causal_conv3d", VideoOperations::replicatingConv3d),
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
    Tensor gamma = c.input("gamma").reshape(-1);
    for (Tensor x : c.videos("x")) {
      c.videoResult("out", c.ops().channelNorm(x, gamma, Activation.NONE));
    }
  }

  /** Over all frames of a video together. */
  private static void groupNorm(Case c) {
    int groups = c.attribute("groups").intValue();
    float eps = c.attribute("eps").floatValue();
    for (Tensor x : c.videos("x")) {
      Tensor sample = x.reshape(1, -1, x.size(3));
      Tensor out =
          c.ops()
              .groupNorm(sample, c.input("weight"), c.input("bias"), groups, eps, Activation.NONE);
      c.videoResult("out", out.reshape(x.shape().sizes()));
    }
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

  private static long frames(Case c, String tensor) {
    return c.expectedSizes(tensor)[2];
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

  private static void upsample(Case c) {
    boolean exact = c.variant().startsWith("nearest-exact");
    long[] out = c.expectedSizes("out");
    int rank = out.length;
    long frames = rank == 5 ? out[2] : 1;
    for (Tensor x : c.videos("x")) {
      // The case with a video takes its first frames only.
      Tensor source = c.ops().copy(x.narrow(0, 0, Math.min(3, x.size(0))));
      c.videoResult(
          "out", c.ops().upsampleNearest(source, frames, out[rank - 2], out[rank - 1], exact));
    }
  }

  private static void patchEmbedding(Case c) {
    JsonNode kernel = c.attribute("kernel=stride");
    PatchSize patch =
        new PatchSize(kernel.get(0).intValue(), kernel.get(1).intValue(), kernel.get(2).intValue());
    Tensor weight = c.input("weight");
    Tensor matrix = weight.reshape(weight.size(0), -1);
    for (Tensor x : c.elements("x")) {
      Tensor tokens = patch.patchify(c.ops(), x, DType.F32);
      c.result("out", c.ops().linear(tokens, matrix, c.input("bias"), Activation.NONE));
    }
  }

  private static void unpatchify(Case c) {
    JsonNode sizes = c.attribute("post_patch_f_h_w");
    JsonNode patch = c.attribute("patch");
    PatchSize size =
        new PatchSize(patch.get(0).intValue(), patch.get(1).intValue(), patch.get(2).intValue());
    PatchGrid grid =
        new PatchGrid(sizes.get(0).intValue(), sizes.get(1).intValue(), sizes.get(2).intValue());
    for (Tensor x : c.elements("x")) {
      c.result("out", size.unpatchify(c.ops(), x, grid));
    }
  }

  /** [n, channels * f * f, h, w] to [n, channels, h * f, w * f]: nothing but a permutation. */
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
