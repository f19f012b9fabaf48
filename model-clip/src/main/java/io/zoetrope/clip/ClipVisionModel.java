package io.zoetrope.clip;

import io.zoetrope.nn.LayerNorm;
import io.zoetrope.nn.Linear;
import io.zoetrope.nn.PatchSize;
import io.zoetrope.ops.Ops;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Shape;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.weights.Weights;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A picture becomes tokens that say what it shows ({@code CLIPVisionModel} in transformers, up to
 * its penultimate layer: what lies behind serves its output for whole pictures alone).
 *
 * @param config sizes
 * @param dtype of activations and of the result
 * @param classEmbedding [dim]: the token of the picture as a whole, before it has seen anything
 * @param patchEmbedding channels * rows * columns of a patch to dim, without bias
 * @param positionEmbedding [tokens, dim]
 * @param preNorm {@code pre_layrnorm} (sic)
 * @param layers all but the last
 */
public record ClipVisionModel(
    ClipVisionConfig config,
    DType dtype,
    Tensor classEmbedding,
    Linear patchEmbedding,
    Tensor positionEmbedding,
    LayerNorm preNorm,
    List<ClipLayer> layers) {
  /** What files of transformers before version 5 have in front of every name. */
  private static final String PREFIX = "vision_model";

  /**
   * Demands all tensors of a checkpoint, the last layer's too.
   *
   * @param weights the root of a checkpoint
   * @param dtype F32 or BF16: of activations, and what wider weights are rounded to
   * @throws io.zoetrope.weights.WeightsException if a tensor is missing, has another shape, or is
   *     left over
   */
  public static ClipVisionModel load(ClipVisionConfig config, Weights weights, DType dtype) {
    Weights rounded = weights.roundedTo(dtype);
    Weights tower =
        rounded.has(PREFIX + ".embeddings.class_embedding") ? rounded.at(PREFIX) : rounded;
    Weights embeddings = tower.at("embeddings");
    long dim = config.hiddenSize();
    long patch = config.patchSize();
    Tensor kernel =
        embeddings.at("patch_embedding").get("weight", dim, config.numChannels(), patch, patch);
    List<ClipLayer> layers =
        IntStream.range(0, config.numHiddenLayers())
            .mapToObj(i -> ClipLayer.load(tower.at("encoder").at("layers").at(i), config))
            .toList();
    LayerNorm.load(tower.at("post_layernorm"), dim, config.layerNormEps());
    ClipVisionModel model =
        new ClipVisionModel(
            config,
            dtype,
            embeddings.get("class_embedding", dim),
            new Linear(kernel.reshape(dim, -1), null),
            embeddings.at("position_embedding").get("weight", config.tokens(), dim),
            LayerNorm.load(tower.at("pre_layrnorm"), dim, config.layerNormEps()),
            layers.subList(0, layers.size() - 1));
    // Numbers from 0 on that older files hold, and the way from the output to that of text.
    weights.requireAllUsed(
        "embeddings.position_ids", PREFIX + ".embeddings.position_ids", "visual_projection.weight");
    return model;
  }

  /**
   * Looks at a picture.
   *
   * @param pixels F32, [3, image size, image size], as the image processor leaves them, on the host
   *     or on the device
   * @return [tokens, dim] behind the last layer but one, without a norm, in the current scope
   */
  public Tensor forward(Ops ops, Tensor pixels) {
    int size = config.imageSize();
    if (!pixels.shape().equals(Shape.of(config.numChannels(), size, size))) {
      throw new IllegalArgumentException(
          "image encoder: pixels %s are not [%d, %d, %d]"
              .formatted(pixels, config.numChannels(), size, size));
    }
    try (var scope = ops.scope("image_encoder")) {
      // 1. A token for each patch, behind one for the whole picture
      Tensor x = ops.allocate(dtype, Shape.of(config.tokens(), config.hiddenSize()));
      ops.copyInto(x.select(0, 0), classEmbedding);
      ops.copyInto(x.narrow(0, 1, x.size(0) - 1), patches(ops, pixels));

      // 2. Where each of them lies
      ops.addInPlace(x, ops.cast(positionEmbedding, dtype));
      x = ops.tap("pre_layrnorm", preNorm.forward(ops, x));

      // 3. All look at each other, layer by layer
      for (int i = 0; i < layers.size(); i++) {
        try (var _ = ops.scope("layers." + i)) {
          layers.get(i).forward(ops, x);
        }
        ops.tap("layers." + i, x);
      }
      return scope.keep(x);
    }
  }

  /** Rows and columns that fill no patch are left out, as by a convolution without padding. */
  private Tensor patches(Ops ops, Tensor pixels) {
    PatchSize patch = new PatchSize(1, config.patchSize(), config.patchSize());
    long covered = (long) config.imageSize() / config.patchSize() * config.patchSize();
    Tensor video =
        ops.allocate(pixels.dtype(), Shape.of(config.numChannels(), 1, covered, covered));
    ops.copyInto(video.select(1, 0), pixels.narrow(1, 0, covered).narrow(2, 0, covered));
    return patchEmbedding.forward(ops, patch.patchify(ops, video, dtype));
  }
}
