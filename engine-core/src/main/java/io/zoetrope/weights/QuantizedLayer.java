package io.zoetrope.weights;

import io.zoetrope.config.ConfigException;
import io.zoetrope.config.JsonConfig;
import io.zoetrope.encoding.Adjusted;
import io.zoetrope.encoding.Encoding;
import io.zoetrope.encoding.FourBits;
import io.zoetrope.encoding.Opaque;
import io.zoetrope.encoding.Plain;
import io.zoetrope.encoding.Rotated;
import io.zoetrope.encoding.StoredTensor;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Shape;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * A layer whose weight has factors in other tensors, and what the file says of its format. The
 * arithmetic is that of comfy-kitchen, ComfyUI's library, in float32: factors are multiplied with
 * each other before the numbers are.
 *
 * @param scale name of the tensor of factors; null if there is none
 * @param secondScale name of a factor of these factors; null if there is none
 * @param others names of further tensors of the weight, which no format here has
 * @param format what {@code comfy_quant} or the header says; null if they say nothing
 */
record QuantizedLayer(String scale, String secondScale, Set<String> others, JsonConfig format) {
  private static final String FORMAT = "format";
  private static final String ROTATED = "convrot";
  private static final String GROUP = "convrot_groupsize";
  private static final int USUAL_GROUP = 256;

  private static final String INT8 = "int8_tensorwise";
  private static final String INT4 = "convrot_w4a4";
  private static final String MXFP8 = "mxfp8";
  private static final String NVFP4 = "nvfp4";

  /** Formats that are decoded here, and the dtype that their weights are stored in. */
  private static final Map<String, DType> STORED =
      Map.of(
          "float8_e4m3fn",
          DType.F8_E4M3,
          "float8_e5m2",
          DType.F8_E5M2,
          INT8,
          DType.I8,
          INT4,
          DType.I8,
          MXFP8,
          DType.F8_E4M3,
          NVFP4,
          DType.U8);

  private static final Set<String> ROTATABLE = Set.of(INT8, INT4);

  /** Neighbours that have one factor, and what rows and columns are filled up to. */
  private static final int MXFP8_BLOCK = 32;

  private static final int NVFP4_BLOCK = 16;

  private static final Map<String, Integer> MULTIPLES =
      Map.of(MXFP8, MXFP8_BLOCK, NVFP4, NVFP4_BLOCK);

  /** Fields that say how numbers are computed with, or that are read here. */
  private static final Set<String> KNOWN_FIELDS =
      Set.of(FORMAT, "full_precision_matrix_mult", "linear_dtype", ROTATED, GROUP);

  /** What needs no format to be known: a factor for numbers, or for integers. */
  private static final Set<DType> SCALABLE = Set.of(DType.F8_E4M3, DType.F8_E5M2, DType.I8);

  private static final String SCALED = "scaled";

  /**
   * The weight, decoded as the file says. One in a format that is not supported can be listed, and
   * is refused by whoever wants its numbers.
   *
   * @throws WeightsException if the factors are none for this weight
   */
  StoredTensor decoded(WeightSource source, StoredTensor weight) {
    if (format == null) {
      requireScalable(source, weight);
      return scaled(new LayerFactors(source, weight, scale));
    }
    String name = text(source, weight);
    String unsupported = unsupported(name);
    if (unsupported != null) {
      Encoding stored = weight.encoding();
      return weight.withEncoding(
          new Opaque(unsupported, stored.block(), Math.toIntExact(stored.bytes(stored.block()))));
    }
    requireStored(source, weight, name);
    return switch (name) {
      case INT4 -> rotated(scaled(new LayerFactors(source, pairs(weight, FourBits.I4), scale)));
      case MXFP8 -> {
        LayerFactors factors = new LayerFactors(source, weight, scale);
        yield adjusted(weight, factors.powersOfTwo(MXFP8_BLOCK));
      }
      case NVFP4 -> {
        StoredTensor numbers = pairs(weight, FourBits.E2M1);
        float factor = new LayerFactors(source, numbers, secondScale).single();
        LayerFactors factors = new LayerFactors(source, numbers, scale);
        yield adjusted(numbers, factors.numbers(NVFP4_BLOCK, factor));
      }
      default -> {
        StoredTensor scaled = scaled(new LayerFactors(source, weight, scale));
        yield isRotated() ? rotated(scaled) : scaled;
      }
    };
  }

  /**
   * The part of a decoded weight that its model has: some formats fill up rows and columns.
   *
   * @param wanted the shape that the model demands
   */
  StoredTensor cut(StoredTensor decoded, Shape wanted) {
    int multiple =
        format == null ? 1 : MULTIPLES.getOrDefault(format.json().path(FORMAT).asText(), 1);
    boolean isFilledUp =
        multiple > 1
            && wanted.rank() == 2
            && !wanted.equals(decoded.shape())
            && Shape.of(filledUp(wanted.size(0), multiple), filledUp(wanted.size(1), multiple))
                .equals(decoded.shape());
    return isFilledUp ? decoded.cut(wanted) : decoded;
  }

  private static long filledUp(long size, int multiple) {
    return Math.ceilDiv(size, multiple) * multiple;
  }

  // ---------------------------------------------------------------- how it is decoded

  private static StoredTensor scaled(LayerFactors factors) {
    return adjusted(factors.weight(), factors.ofRows());
  }

  private static StoredTensor adjusted(StoredTensor weight, Adjusted.Adjustment factors) {
    return weight.withEncoding(new Adjusted(weight.encoding(), SCALED, factors));
  }

  /** Bytes that are two numbers each. */
  private static StoredTensor pairs(StoredTensor weight, FourBits numbers) {
    Shape shape = Shape.of(weight.shape().size(0), 2 * weight.shape().size(1));
    return new StoredTensor(weight.name(), numbers, shape, weight.bytes(), weight.lifetime());
  }

  private StoredTensor rotated(StoredTensor scaled) {
    int group = format.positiveInteger(GROUP, USUAL_GROUP);
    if (!Rotated.isGroup(group) || scaled.shape().size(1) % group != 0) {
      throw new WeightsException(
          "%s: is rotated in groups of %d: a power of 4 that divides its rows is needed"
              .formatted(scaled, group));
    }
    return scaled.withEncoding(new Rotated(scaled.encoding(), group));
  }

  private boolean isRotated() {
    return format.json().path(ROTATED).asBoolean();
  }

  // ---------------------------------------------------------------- what the file says

  private String text(WeightSource source, StoredTensor weight) {
    try {
      return format.text(FORMAT);
    } catch (ConfigException e) {
      throw new WeightsException(
          "%s: the format of tensor '%s' is not understood: %s"
              .formatted(source.description(), weight.name(), format.json()),
          e);
    }
  }

  /** What to call a format that is not decoded here; null for one that is. */
  private String unsupported(String name) {
    Set<String> unknown = new TreeSet<>(others);
    format.json().fieldNames().forEachRemaining(unknown::add);
    unknown.removeAll(KNOWN_FIELDS);
    if (isRotated() && !ROTATABLE.contains(name)) {
      return name + " with ConvRot";
    } else if (!STORED.containsKey(name)) {
      return name;
    }
    return unknown.isEmpty() ? null : name + " with " + String.join(", ", unknown);
  }

  private void requireStored(WeightSource source, StoredTensor weight, String name) {
    DType stored = STORED.get(name);
    if (!weight.isPlain(stored)) {
      throw new WeightsException(
          "%s: tensor '%s' has the format %s and is stored in %s instead of %s"
              .formatted(
                  source.description(), weight.name(), name, weight.encoding().name(), stored));
    }
    boolean isScaledTwice = name.equals(NVFP4);
    if (scale == null || isScaledTwice != (secondScale != null)) {
      String wrong =
          scale == null ? "no scale" : isScaledTwice ? "no second scale" : "a second scale";
      throw new WeightsException(
          "%s: tensor '%s' has the format %s and %s"
              .formatted(source.description(), weight.name(), name, wrong));
    }
    boolean isOfMatrices = isRotated() || name.equals(INT4) || MULTIPLES.containsKey(name);
    if (isOfMatrices && weight.shape().rank() != 2) {
      throw new WeightsException(
          "%s: %s has the format %s, which is one of matrices"
              .formatted(source.description(), weight, name));
    }
  }

  private void requireScalable(WeightSource source, StoredTensor weight) {
    if (!(weight.encoding() instanceof Plain plain) || !SCALABLE.contains(plain.dtype())) {
      throw new WeightsException(
          "%s: tensor '%s' is stored in %s and has a scale, '%s': only %s have some"
              .formatted(
                  source.description(), weight.name(), weight.encoding().name(), scale, SCALABLE));
    }
  }
}
