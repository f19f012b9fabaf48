package io.zoetrope.vae.ltx;

import io.zoetrope.nn.GroupNorm;
import io.zoetrope.ops.Activation;
import io.zoetrope.ops.ConvGeometry;
import io.zoetrope.ops.Ops;
import io.zoetrope.ops.Scope;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.vae.layer.PixelShuffle;
import io.zoetrope.weights.Weights;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Makes latents larger: twice the rows and columns, or twice the frames but for the first, or both
 * ({@code LTXLatentUpsamplerModel} in diffusers). Norms see the whole clip, so it is held whole;
 * what latents hold is little beside their video. It computes in the dtype of its input.
 *
 * <p>A {@link io.zoetrope.ops.Tracer} sees, channels-last, below {@code upsampler}: {@code
 * initial_conv}, {@code initial_norm}, {@code res_block0} and so on, {@code upsampler}, {@code
 * post_block0} and so on, {@code final_conv}.
 */
public final class LTXLatentUpsamplerModel {
  /** Of the norms. */
  static final int GROUPS = 32;

  private static final float EPS = 1e-5f;

  private final LTXLatentUpsamplerConfig config;
  private final Conv initialConv;
  private final GroupNorm initialNorm;
  private final List<ResBlock> resBlocks;
  private final Conv upsampler;
  private final PixelShuffle shuffle;
  private final List<ResBlock> postUpsampleResBlocks;
  private final Conv finalConv;

  /**
   * A convolution of 3x3 or 3x3x3 that keeps the size: zeros stand all around.
   *
   * @param weight [out channels, in channels, kernel frames, 3, 3]
   * @param bias [out channels]
   */
  private record Conv(Tensor weight, Tensor bias) {
    static Conv load(Weights weights, long in, long out, int dims) {
      return new Conv(
          dims == 3
              ? weights.get("weight", out, in, 3, 3, 3)
              : weights.get("weight", out, in, 3, 3).reshape(out, in, 1, 3, 3),
          weights.get("bias", out));
    }

    Tensor forward(Ops ops, Tensor x) {
      int around = weight.intSize(2) / 2;
      if (around == 0) {
        return ops.conv3d(x, null, weight, bias, ConvGeometry.causal(0, 1));
      }
      try (Scope scope = ops.scope()) {
        Tensor padded = ops.allocate(x.dtype(), x.shape().withFirst(x.size(0) + around));
        ops.copyInto(padded.narrow(0, 0, x.size(0)), x);
        ops.fill(padded.narrow(0, x.size(0), around), 0);
        return scope.keep(ops.conv3d(padded, null, weight, bias, ConvGeometry.causal(around, 1)));
      }
    }
  }

  /** {@code silu(x + norm(conv(silu(norm(conv(x))))))}. */
  private record ResBlock(Conv conv1, GroupNorm norm1, Conv conv2, GroupNorm norm2, int dims) {
    static ResBlock load(Weights weights, long channels, int dims) {
      return new ResBlock(
          Conv.load(weights.at("conv1"), channels, channels, dims),
          GroupNorm.load(weights.at("norm1"), channels, GROUPS, EPS),
          Conv.load(weights.at("conv2"), channels, channels, dims),
          GroupNorm.load(weights.at("norm2"), channels, GROUPS, EPS),
          dims);
    }

    Tensor forward(Ops ops, Tensor x) {
      Tensor h = normed(ops, norm1, conv1.forward(ops, x), dims, Activation.SILU);
      h = normed(ops, norm2, conv2.forward(ops, h), dims, Activation.NONE);
      ops.addInPlace(h, x);
      ops.activateInPlace(h, Activation.SILU);
      return h;
    }
  }

  /**
   * Demands all weights.
   *
   * @param weights root of {@code latent_upsampler/diffusion_pytorch_model.safetensors}
   * @throws io.zoetrope.weights.WeightsException if one is missing, has another shape, or if there
   *     are more of them
   */
  public LTXLatentUpsamplerModel(LTXLatentUpsamplerConfig config, Weights weights) {
    int dims = config.dims();
    long mid = config.midChannels();
    this.config = config;
    this.shuffle =
        new PixelShuffle(config.temporalUpsample() ? 2 : 1, config.spatialUpsample() ? 2 : 1);
    this.initialConv = Conv.load(weights.at("initial_conv"), config.inChannels(), mid, dims);
    this.initialNorm = GroupNorm.load(weights.at("initial_norm"), mid, GROUPS, EPS);
    this.resBlocks = blocks(config, weights.at("res_blocks"));
    this.upsampler =
        Conv.load(
            weights.at("upsampler").at(0),
            mid,
            mid * shuffle.volume(),
            config.temporalUpsample() ? 3 : 2);
    this.postUpsampleResBlocks = blocks(config, weights.at("post_upsample_res_blocks"));
    this.finalConv = Conv.load(weights.at("final_conv"), mid, config.inChannels(), dims);
    weights.requireAllUsed();
  }

  private static List<ResBlock> blocks(LTXLatentUpsamplerConfig config, Weights weights) {
    return IntStream.range(0, config.numBlocksPerStage())
        .mapToObj(i -> ResBlock.load(weights.at(i), config.midChannels(), config.dims()))
        .toList();
  }

  public LTXLatentUpsamplerConfig config() {
    return config;
  }

  /**
   * Enlarges the latents of a clip.
   *
   * @param latents [frames, height, width, in channels], not normalised, contiguous
   * @return [frames out, height out, width out, in channels], in the current scope
   */
  public Tensor forward(Ops ops, Tensor latents) {
    if (latents.shape().rank() != 4 || latents.size(3) != config.inChannels()) {
      throw new IllegalArgumentException(
          "upsampler: latents %s are not [frames, height, width, %d]"
              .formatted(latents, config.inChannels()));
    }
    try (Scope scope = ops.scope("upsampler")) {
      Tensor x = ops.tap("initial_conv", initialConv.forward(ops, latents));
      ops.tap("initial_norm", () -> normed(ops, initialNorm, x, config.dims(), Activation.NONE));
      Tensor h = normed(ops, initialNorm, x, config.dims(), Activation.SILU);
      h = through(ops, resBlocks, "res_block", h);
      h = upsampled(ops, h);
      h = through(ops, postUpsampleResBlocks, "post_block", h);
      return scope.keep(ops.tap("final_conv", finalConv.forward(ops, h)));
    }
  }

  private static Tensor through(Ops ops, List<ResBlock> blocks, String name, Tensor x) {
    Tensor h = x;
    for (int i = 0; i < blocks.size(); i++) {
      try (Scope scope = ops.scope(name + i)) {
        h = scope.keep(blocks.get(i).forward(ops, h));
      }
      ops.tap(name + i, h);
    }
    return h;
  }

  /** Of doubled frames the first one stands for a time before the clip. */
  private Tensor upsampled(Ops ops, Tensor x) {
    Tensor out;
    try (Scope scope = ops.scope("pixel_shuffle")) {
      out = scope.keep(shuffle.shuffle(ops, upsampler.forward(ops, x)));
    }
    ops.tap("upsampler", out);
    return out.narrow(0, shuffle.frames() - 1, out.size(0) - shuffle.frames() + 1);
  }

  /** Over all frames together, or picture by picture. */
  private static Tensor normed(Ops ops, GroupNorm norm, Tensor x, int dims, Activation activation) {
    Tensor samples = dims == 3 ? x.reshape(1, x.size(0), x.size(1), x.size(2), x.size(3)) : x;
    return norm.forward(ops, samples, activation).reshape(x.shape().sizes());
  }
}
