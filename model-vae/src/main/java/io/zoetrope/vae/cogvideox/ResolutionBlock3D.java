package io.zoetrope.vae.cogvideox;

import io.zoetrope.ops.Ops;
import io.zoetrope.ops.Scope;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.vae.cogvideox.ResnetBlock3D.NormLoader;
import io.zoetrope.vae.layer.FrameCache;
import io.zoetrope.weights.Weights;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Residual blocks of one resolution, and the way to the next one ({@code CogVideoXDownBlock3D},
 * {@code CogVideoXMidBlock3D} and {@code CogVideoXUpBlock3D} in diffusers).
 *
 * @param name of its scope
 * @param resample null where no other resolution follows
 */
record ResolutionBlock3D(String name, List<ResnetBlock3D> resnets, Resample3D resample) {
  /** Residual blocks between encoder, or decoder, and latents. */
  static ResolutionBlock3D loadMid(Weights coder, long channels, NormLoader norms) {
    Weights weights = coder.at("mid_block");
    return new ResolutionBlock3D("mid_block", resnets(weights, channels, channels, 2, norms), null);
  }

  /** A resolution of the encoder; the last one is not halved. */
  static ResolutionBlock3D loadDown(
      AutoencoderKLCogVideoXConfig config, Weights encoder, int index, NormLoader norms) {
    List<Integer> channels = config.blockOutChannels();
    Weights weights = encoder.at("down_blocks").at(index);
    long in = channels.get(Math.max(0, index - 1));
    long out = channels.get(index);
    Weights next = weights.at("downsamplers").at(0);
    return new ResolutionBlock3D(
        "down_block" + index,
        resnets(weights, in, out, config.layersPerBlock(), norms),
        index == channels.size() - 1
            ? null
            : Downsample3D.load(next, out, config.compressesTime(index)));
  }

  /** A resolution of the decoder; the last one is not doubled. */
  static ResolutionBlock3D loadUp(
      AutoencoderKLCogVideoXConfig config, Weights decoder, int index, NormLoader norms) {
    List<Integer> channels = config.blockOutChannels().reversed();
    Weights weights = decoder.at("up_blocks").at(index);
    long in = channels.get(Math.max(0, index - 1));
    long out = channels.get(index);
    Weights next = weights.at("upsamplers").at(0);
    return new ResolutionBlock3D(
        "up_block" + index,
        resnets(weights, in, out, config.layersPerBlock() + 1, norms),
        index == channels.size() - 1
            ? null
            : Upsample3D.load(next, out, config.compressesTime(index)));
  }

  private static List<ResnetBlock3D> resnets(
      Weights weights, long in, long out, int count, NormLoader norms) {
    return IntStream.range(0, count)
        .mapToObj(
            i -> ResnetBlock3D.load(weights.at("resnets").at(i), i == 0 ? in : out, out, norms))
        .toList();
  }

  /**
   * [frames, height, width, in channels] to [frames out, height out, width out, out channels].
   *
   * @param latents as {@link ChunkNorm} takes them
   */
  Tensor forward(Ops ops, Tensor x, Tensor latents, FrameCache cache) {
    Tensor out;
    try (Scope scope = ops.scope(name)) {
      Tensor h = x;
      for (int i = 0; i < resnets.size(); i++) {
        try (Scope resnet = ops.scope("resnets." + i)) {
          h = resnet.keep(resnets.get(i).forward(ops, h, latents, cache));
        }
      }
      out = scope.keep(resample == null ? h : resample.forward(ops, h));
    }
    return ops.tap(name, out);
  }
}
