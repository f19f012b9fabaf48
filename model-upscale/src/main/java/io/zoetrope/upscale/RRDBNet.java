package io.zoetrope.upscale;

import io.zoetrope.nn.Conv2d;
import io.zoetrope.ops.Backend;
import io.zoetrope.ops.Ops;
import io.zoetrope.ops.Scope;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Shape;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.weights.WeightSource;
import io.zoetrope.weights.Weights;
import io.zoetrope.weights.WeightsException;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The generator of ESRGAN and Real-ESRGAN ({@code RRDBNet} in BasicSR): residual-in-residual dense
 * blocks on the small picture, then doublings by nearest neighbour, each with a convolution behind.
 * Networks for scales below 4 begin with patches of pixels in channels.
 *
 * @param dtype of activations
 * @param patch sides of the patches that become channels; 1 for none
 * @param first pixels to features
 * @param blocks the body
 * @param bodyEnd behind the body; added to what {@code first} made
 * @param doublings each behind a doubling of height and width
 * @param large at the final size
 * @param last features to pixels
 */
record RRDBNet(
    DType dtype,
    int patch,
    Conv2d first,
    List<ResidualInResidualBlock> blocks,
    Conv2d bodyEnd,
    List<Conv2d> doublings,
    Conv2d large,
    Conv2d last)
    implements Upscaler {
  private static final int COLOURS = 3;
  private static final double NEGATIVE_SLOPE = 0.2;
  private static final int MOST_DOUBLINGS = 3;

  /** Whether a file, with names as Real-ESRGAN's, has such a network. */
  static boolean isIn(WeightSource file) {
    return file.has("conv_first.weight") && file.has("body.0.rdb1.conv1.weight");
  }

  /**
   * Demands all tensors.
   *
   * @param file with names as Real-ESRGAN's
   */
  static RRDBNet load(WeightSource file, Backend device, DType dtype) {
    Shape first = ConvolutionShape.of(file, "conv_first");
    long features = first.size(0);
    long growth = ConvolutionShape.of(file, "body.0.rdb1.conv1").size(0);
    int doublings = count(file, "conv_up%d.weight", 1);
    Weights weights = Weights.of(file, device).roundedTo(dtype);
    RRDBNet network =
        new RRDBNet(
            dtype,
            patch(file, first.size(1), doublings),
            Conv2d.load(weights.at("conv_first"), first.size(1), features, 3),
            IntStream.range(0, count(file, "body.%d.rdb1.conv1.weight", 0))
                .mapToObj(
                    i -> ResidualInResidualBlock.load(weights.at("body").at(i), features, growth))
                .toList(),
            Conv2d.load(weights.at("conv_body"), features, features, 3),
            IntStream.rangeClosed(1, doublings)
                .mapToObj(
                    i -> Conv2d.load(weights.at("conv_up" + i), features, features, 3).upsampled())
                .toList(),
            Conv2d.load(weights.at("conv_hr"), features, features, 3),
            Conv2d.load(weights.at("conv_last"), features, COLOURS, 3));
    weights.requireAllUsed();
    return network;
  }

  /** How many tensors of a name with a number there are, without a gap. */
  private static int count(WeightSource file, String name, int from) {
    return (int)
        IntStream.iterate(from, i -> i + 1).takeWhile(i -> file.has(name.formatted(i))).count();
  }

  private static int patch(WeightSource file, long channels, int doublings) {
    int patch = (int) Math.sqrt((double) channels / COLOURS);
    if (patch < 1
        || channels != (long) COLOURS * patch * patch
        || doublings > MOST_DOUBLINGS
        || (1 << doublings) % patch != 0) {
      throw new WeightsException(
          "%s: the network takes %d channels and doubles %d times, which is no scale: 3 channels, or 3 for each pixel of a patch, and at most %d doublings are known"
              .formatted(file.description(), channels, doublings, MOST_DOUBLINGS));
    }
    return patch;
  }

  /** What stands behind convolutions. */
  static Tensor activate(Ops ops, Tensor x) {
    return Rectifier.leakyRelu(ops, x, NEGATIVE_SLOPE);
  }

  @Override
  public int scale() {
    return (1 << doublings.size()) / patch;
  }

  @Override
  public int multiple() {
    return patch;
  }

  /** Behind the doublings pixels are smaller, and all of them together reach two large ones. */
  @Override
  public int reach() {
    int body = blocks.stream().mapToInt(ResidualInResidualBlock::reach).sum();
    return patch * (first.reach() + body + bodyEnd.reach() + 2);
  }

  @Override
  public Tensor forward(Ops ops, Tensor picture) {
    try (Scope scope = ops.scope("rrdbnet")) {
      // 1. Features of the small picture
      Tensor features = first.forward(ops, unshuffled(ops, picture));

      // 2. The body, which is where the work is
      try (var _ = ops.scope("body")) {
        Tensor body = ops.copy(features);
        for (ResidualInResidualBlock block : blocks) {
          block.forward(ops, body);
        }
        ops.addInPlace(features, bodyEnd.product(ops, body));
      }

      // 3. Larger and larger
      Tensor enlarged = features;
      for (Conv2d doubling : doublings) {
        enlarged = activate(ops, doubling.forward(ops, enlarged));
      }

      // 4. Colours
      return scope.keep(last.forward(ops, activate(ops, large.forward(ops, enlarged))));
    }
  }

  /**
   * Patches of pixels become channels: a channel is (colour, row in the patch, column in the patch)
   * ({@code pixel_unshuffle} in torch).
   */
  private Tensor unshuffled(Ops ops, Tensor picture) {
    if (patch == 1) {
      return picture;
    }
    long height = picture.size(1) / patch;
    long width = picture.size(2) / patch;
    return ops.copy(picture.reshape(height, patch, width, patch, COLOURS).permute(0, 2, 4, 1, 3))
        .reshape(1, height, width, (long) COLOURS * patch * patch);
  }
}
