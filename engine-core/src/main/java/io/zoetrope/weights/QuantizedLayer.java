package io.zoetrope.weights;

import com.fasterxml.jackson.databind.JsonNode;
import io.zoetrope.config.ConfigException;
import io.zoetrope.config.JsonConfig;
import io.zoetrope.encoding.Encoding;
import io.zoetrope.encoding.Opaque;
import io.zoetrope.encoding.Plain;
import io.zoetrope.encoding.Scaled;
import io.zoetrope.encoding.StoredTensor;
import io.zoetrope.tensor.DType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A layer whose weight has factors in another tensor, and what the file says of its format.
 *
 * @param scale name of the tensor of factors; null if there is none
 * @param format what {@code comfy_quant} or the header says; null if they say nothing
 */
record QuantizedLayer(String scale, JsonConfig format) {
  private static final String FORMAT = "format";

  /** Formats that are decoded here, and the dtype that their weights are stored in. */
  private static final Map<String, DType> STORED =
      Map.of(
          "float8_e4m3fn", DType.F8_E4M3,
          "float8_e5m2", DType.F8_E5M2,
          "int8_tensorwise", DType.I8);

  /** Fields that say nothing about the numbers, but how they are computed with. */
  private static final Set<String> HARMLESS =
      Set.of(FORMAT, "full_precision_matrix_mult", "convrot", "convrot_groupsize");

  /** What needs no format to be known: a factor for numbers, or for integers. */
  private static final Set<DType> SCALABLE = Set.of(DType.F8_E4M3, DType.F8_E5M2, DType.I8);

  /**
   * The weight, decoded as the file says. One in a format that is not supported can be listed, and
   * is refused by whoever wants its numbers.
   *
   * @throws WeightsException if the factors are none for this weight
   */
  StoredTensor decoded(WeightSource source, StoredTensor weight) {
    if (format != null) {
      String unsupported = unsupported(source, weight);
      if (unsupported != null) {
        Encoding stored = weight.encoding();
        return weight.withEncoding(
            new Opaque(unsupported, stored.block(), Math.toIntExact(stored.bytes(stored.block()))));
      }
    }
    if (scale == null) {
      throw new WeightsException(
          "%s: tensor '%s' has the format %s and no scale"
              .formatted(source.description(), weight.name(), format.text(FORMAT)));
    }
    if (!(weight.encoding() instanceof Plain plain) || !SCALABLE.contains(plain.dtype())) {
      throw new WeightsException(
          "%s: tensor '%s' is stored in %s and has a scale, '%s': only %s have some"
              .formatted(
                  source.description(), weight.name(), weight.encoding().name(), scale, SCALABLE));
    }
    return weight.withEncoding(
        new Scaled(weight.encoding(), factors(source, weight), row(source, weight)));
  }

  /** The name of a format that is not decoded here; null for one that is. */
  private String unsupported(WeightSource source, StoredTensor weight) {
    String name = text(source, weight);
    List<String> unknown = new ArrayList<>();
    format
        .json()
        .fieldNames()
        .forEachRemaining(field -> {
          if (!HARMLESS.contains(field)) {
            unknown.add(field);
          }
        });
    JsonNode rotated = format.json().path("convrot");
    if (rotated.asBoolean()) {
      return name + " with ConvRot";
    } else if (!unknown.isEmpty()) {
      return name + " with " + String.join(", ", unknown);
    }
    DType stored = STORED.get(name);
    if (stored == null) {
      return name;
    }
    if (!weight.isPlain(stored)) {
      throw new WeightsException(
          "%s: tensor '%s' has the format %s and is stored in %s instead of %s"
              .formatted(
                  source.description(), weight.name(), name, weight.encoding().name(), stored));
    }
    return null;
  }

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

  private long row(WeightSource source, StoredTensor weight) {
    return factorCount(source, weight) == 1
        ? Math.max(1, weight.count())
        : weight.count() / weight.shape().size(0);
  }

  /** One for all, or one for each row: then the scale is a column, or has one dimension. */
  private int factorCount(WeightSource source, StoredTensor weight) {
    StoredTensor stored = source.tensor(scale);
    boolean perRow =
        weight.shape().rank() == 2
            && stored.count() == weight.shape().size(0)
            && stored.shape().rank() <= 2
            && stored.shape().rank() > 0
            && stored.shape().size(0) == stored.count();
    if (!stored.encoding().holdsNumbers() || (stored.count() != 1 && !perRow)) {
      throw new WeightsException(
          "%s: %s is no scale for %s: one number is needed, or one for each row"
              .formatted(source.description(), stored, weight));
    }
    return Math.toIntExact(stored.count());
  }

  private float[] factors(WeightSource source, StoredTensor weight) {
    float[] factors = new float[factorCount(source, weight)];
    source.tensor(scale).read(0, factors, 0, factors.length);
    for (float factor : factors) {
      if (!Float.isFinite(factor)) {
        throw new WeightsException(
            "%s: the scale '%s' of tensor '%s' holds %s"
                .formatted(source.description(), scale, weight.name(), factor));
      }
    }
    return factors;
  }
}
