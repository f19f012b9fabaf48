package io.zoetrope.vae.kl;

import io.zoetrope.nn.Conv2d;
import io.zoetrope.ops.Ops;
import io.zoetrope.ops.Scope;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.weights.Weights;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Residual blocks of one resolution, and the way to the next one ({@code DownEncoderBlock2D} and
 * {@code UpDecoderBlock2D} in diffusers).
 *
 * @param name of its scope
 * @param resample halves or doubles height and width; null at the last resolution
 */
record ResolutionBlock(String name, List<ResnetBlock2D> resnets, Conv2d resample) {
  /** A resolution of the encoder; the last one is not halved. */
  static ResolutionBlock loadDown(
      AutoencoderKLConfig config, Weights encoder, int index, long in, long out) {
    Weights weights = encoder.at("down_blocks").at(index);
    Weights conv = weights.at("downsamplers").at(0).at("conv");
    boolean last = index == config.blockOutChannels().size() - 1;
    return new ResolutionBlock(
        "down_block" + index,
        resnets(config, weights, in, out, config.layersPerBlock()),
        last ? null : Conv2d.load(conv, out, out, 3).downsampled());
  }

  /** A resolution of the decoder; the last one is not doubled. */
  static ResolutionBlock loadUp(
      AutoencoderKLConfig config, Weights decoder, int index, long in, long out) {
    Weights weights = decoder.at("up_blocks").at(index);
    Weights conv = weights.at("upsamplers").at(0).at("conv");
    boolean last = index == config.blockOutChannels().size() - 1;
    return new ResolutionBlock(
        "up_block" + index,
        resnets(config, weights, in, out, config.layersPerBlock() + 1),
        last ? null : Conv2d.load(conv, out, out, 3).upsampled());
  }

  private static List<ResnetBlock2D> resnets(
      AutoencoderKLConfig config, Weights weights, long in, long out, int count) {
    return IntStream.range(0, count)
        .mapToObj(i ->
            ResnetBlock2D.load(
                weights.at("resnets").at(i), i == 0 ? in : out, out, config.normNumGroups()))
        .toList();
  }

  /** [1, height, width, in channels] to [1, height out, width out, out channels]. */
  Tensor forward(Ops ops, Tensor x) {
    Tensor out;
    try (Scope scope = ops.scope(name)) {
      Tensor h = x;
      for (int i = 0; i < resnets.size(); i++) {
        try (Scope resnet = ops.scope("resnets." + i)) {
          h = resnet.keep(resnets.get(i).forward(ops, h));
        }
      }
      out = scope.keep(resample == null ? h : resample.forward(ops, h));
    }
    return ops.tap(name, out);
  }
}
