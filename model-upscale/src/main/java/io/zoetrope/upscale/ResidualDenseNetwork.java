package io.zoetrope.upscale;

import io.zoetrope.nn.Conv2d;
import io.zoetrope.nn.Linear;
import io.zoetrope.ops.Backend;
import io.zoetrope.ops.Ops;
import io.zoetrope.ops.Scope;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Shape;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.weights.WeightSource;
import io.zoetrope.weights.Weights;
import io.zoetrope.weights.WeightsException;
import java.util.ArrayList;
import java.util.List;

/**
 * A residual dense network (Zhang et al., 2018, arXiv:1802.08797; layers named as in {@code RDN} of
 * idealo's image-super-resolution, which enlarges by nearest neighbour): features of the small
 * picture, dense blocks whose results are all seen at the end, and the enlarging.
 *
 * @param scale how many times as wide and high the picture becomes
 * @param dtype of activations
 * @param first {@code F_m1}, pixels to features; added to what the blocks give
 * @param second {@code F_0}
 * @param blocks the body
 * @param fusion {@code GFF_1}, what all blocks made to features
 * @param fused {@code GFF_2}
 * @param beforeEnlarging {@code UPN1} to {@code UPN3}; rectified, but for the last
 * @param last {@code SR}, at the final size, to pixels
 */
record ResidualDenseNetwork(
    int scale,
    DType dtype,
    Conv2d first,
    Conv2d second,
    List<Block> blocks,
    Linear fusion,
    Conv2d fused,
    List<Conv2d> beforeEnlarging,
    Conv2d last)
    implements Upscaler {
  private static final int COLOURS = 3;
  private static final int UPSAMPLING_LAYERS = 3;

  /**
   * A dense block with a residual.
   *
   * @param dense {@code F_i_1}, {@code F_i_2} and so on
   * @param fusion {@code LFF_i}, back to the features of the input
   */
  private record Block(DenseBlock dense, Linear fusion) {
    /** What the block gives, in the current scope. */
    Tensor forward(Ops ops, Tensor x) {
      try (Scope scope = ops.scope()) {
        Tensor out = fusion.forward(ops, dense.grow(ops, x, Rectifier::relu));
        ops.addInPlace(out, x);
        return scope.keep(out);
      }
    }
  }

  /** Whether a file has such a network. */
  static boolean isIn(WeightSource file) {
    return file.has("F_m1.weight") && file.has("GFF_1.weight");
  }

  /** Demands all tensors; how many blocks there are, and how large, they say themselves. */
  static ResidualDenseNetwork load(WeightSource file, Backend device, DType dtype) {
    Weights weights = Weights.of(file, device).roundedTo(dtype);
    long features = ConvolutionShape.of(file, "F_m1").size(0);
    List<Block> blocks = blocks(file, weights, features);
    List<Conv2d> beforeEnlarging = new ArrayList<>();
    long channels = features;
    for (int i = 1; i <= UPSAMPLING_LAYERS; i++) {
      Shape shape = ConvolutionShape.of(file, "UPN" + i);
      beforeEnlarging.add(
          Conv2d.load(weights.at("UPN" + i), channels, shape.size(0), shape.intSize(2)));
      channels = shape.size(0);
    }
    int scale = (int) Math.sqrt((double) channels / COLOURS);
    if (scale < 1 || channels != (long) COLOURS * scale * scale) {
      throw new WeightsException(
          "%s: UPN%d gives %d channels, which are not 3 times a scale squared"
              .formatted(file.description(), UPSAMPLING_LAYERS, channels));
    }
    ResidualDenseNetwork network =
        new ResidualDenseNetwork(
            scale,
            dtype,
            Conv2d.load(weights.at("F_m1"), COLOURS, features, 3),
            Conv2d.load(weights.at("F_0"), features, features, 3),
            blocks,
            pointwise(weights.at("GFF_1"), blocks.size() * features, features),
            Conv2d.load(weights.at("GFF_2"), features, features, 3),
            List.copyOf(beforeEnlarging),
            Conv2d.load(weights.at("SR"), channels, COLOURS, 3));
    weights.requireAllUsed();
    return network;
  }

  private static List<Block> blocks(WeightSource file, Weights weights, long features) {
    List<Block> blocks = new ArrayList<>();
    while (file.has("F_%d_1.weight".formatted(blocks.size() + 1))) {
      int block = blocks.size() + 1;
      List<Conv2d> convs = new ArrayList<>();
      long channels = features;
      while (file.has("F_%d_%d.weight".formatted(block, convs.size() + 1))) {
        String name = "F_%d_%d".formatted(block, convs.size() + 1);
        Shape shape = ConvolutionShape.of(file, name);
        convs.add(Conv2d.load(weights.at(name), channels, shape.size(0), shape.intSize(2)));
        channels += shape.size(0);
      }
      Linear fusion = pointwise(weights.at("LFF_" + block), channels, features);
      blocks.add(new Block(new DenseBlock(List.copyOf(convs)), fusion));
    }
    return List.copyOf(blocks);
  }

  /** A convolution with a kernel of 1, which is a linear layer over channels. */
  private static Linear pointwise(Weights weights, long inChannels, long outChannels) {
    return new Linear(
        weights.get("weight", outChannels, inChannels, 1, 1).reshape(outChannels, inChannels),
        weights.get("bias", outChannels));
  }

  @Override
  public int multiple() {
    return 1;
  }

  @Override
  public int reach() {
    int body = blocks.stream().mapToInt(block -> block.dense().reach()).sum();
    int end = beforeEnlarging.stream().mapToInt(Conv2d::reach).sum();
    return first.reach() + second.reach() + body + fused.reach() + end + last.reach();
  }

  @Override
  public Tensor forward(Ops ops, Tensor picture) {
    try (Scope scope = ops.scope("rdn")) {
      // 1. Features of the small picture
      Tensor features = first.forward(ops, picture);

      // 2. The blocks, and what all of them made
      try (var _ = ops.scope("body")) {
        Tensor x = second.forward(ops, features);
        Tensor all = ops.allocate(x.dtype(), x.shape().withLast(blocks.size() * features.size(3)));
        for (int i = 0; i < blocks.size(); i++) {
          x = blocks.get(i).forward(ops, x);
          ops.copyInto(all.narrow(3, i * features.size(3), features.size(3)), x);
        }
        ops.addInPlace(features, fused.product(ops, fusion.forward(ops, all)));
      }

      // 3. Enlarged
      Tensor x = features;
      for (Conv2d conv : beforeEnlarging.subList(0, UPSAMPLING_LAYERS - 1)) {
        x = Rectifier.relu(ops, conv.forward(ops, x));
      }
      x = beforeEnlarging.getLast().forward(ops, x);
      Tensor enlarged = ops.upsampleNearest(x, 1, scale * x.size(1), scale * x.size(2), false);

      // 4. Colours
      return scope.keep(last.forward(ops, enlarged));
    }
  }
}
