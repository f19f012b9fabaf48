package io.zoetrope.weights;

import io.zoetrope.encoding.Encoding;
import io.zoetrope.encoding.StoredTensor;
import io.zoetrope.tensor.DType;
import java.lang.foreign.MemorySegment;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * A source that keeps a factor for some of its tensors in another tensor, of one element: narrow
 * formats have them so that their numbers fill the range. Here the products are the numbers, and
 * the factors are not seen any more.
 */
public final class Scaled implements WeightSource {
  private final WeightSource source;
  private final Set<String> names;
  private final Map<String, String> factorNames = new LinkedHashMap<>();

  /**
   * The scaled tensors of a source; closing closes the source.
   *
   * @param factorName gives the name that the factor of a tensor would have; null for none
   */
  public Scaled(WeightSource source, UnaryOperator<String> factorName) {
    this.source = source;
    names = new LinkedHashSet<>(source.names());
    for (String name : source.names()) {
      String factor = factorName.apply(name);
      if (factor != null && source.has(factor)) {
        factorNames.put(name, factor);
      }
    }
    names.removeAll(factorNames.values());
  }

  /** Numbers times a factor, in float32. */
  private record Multiplied(Encoding unscaled, float factor) implements Encoding {
    @Override
    public String name() {
      return unscaled.name() + " scaled";
    }

    @Override
    public DType decoded() {
      return DType.F32;
    }

    @Override
    public boolean holdsNumbers() {
      return unscaled.holdsNumbers();
    }

    @Override
    public int block() {
      return unscaled.block();
    }

    @Override
    public long bytes(long elements) {
      return unscaled.bytes(elements);
    }

    @Override
    public void decode(MemorySegment stored, long first, int count, float[] out) {
      unscaled.decode(stored, first, count, out);
      for (int i = 0; i < count; i++) {
        out[i] *= factor;
      }
    }
  }

  @Override
  public Set<String> names() {
    return Collections.unmodifiableSet(names);
  }

  @Override
  public StoredTensor tensor(String name) {
    if (!names.contains(name)) {
      throw new WeightsException("%s: has no tensor '%s'".formatted(description(), name));
    }
    StoredTensor stored = source.tensor(name);
    String factor = factorNames.get(name);
    return factor == null
        ? stored
        : stored.withEncoding(new Multiplied(stored.encoding(), factor(name, factor)));
  }

  private float factor(String name, String factorName) {
    StoredTensor factor = source.tensor(factorName);
    if (factor.count() != 1 || !factor.encoding().holdsNumbers()) {
      throw new WeightsException(
          "%s: %s is no factor for tensor '%s': one floating-point number is needed"
              .formatted(description(), factor, name));
    }
    float[] value = new float[1];
    factor.read(0, value, 0, 1);
    if (!Float.isFinite(value[0])) {
      throw new WeightsException(
          "%s: the factor '%s' of tensor '%s' is %s"
              .formatted(description(), factorName, name, value[0]));
    }
    return value[0];
  }

  @Override
  public Map<String, String> metadata() {
    return source.metadata();
  }

  @Override
  public String description() {
    return source.description();
  }

  @Override
  public void close() {
    source.close();
  }
}
