package io.zoetrope.weights;

import io.zoetrope.encoding.StoredTensor;
import io.zoetrope.files.Printable;
import io.zoetrope.ops.Backend;
import io.zoetrope.ops.Residence;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Shape;
import io.zoetrope.tensor.Tensor;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A place in a tree of weight names. A model walks it with {@link #at} and demands each tensor with
 * its shape; what it never asks for is reported by {@link #requireAllUsed}.
 */
public final class Weights {
  private static final int NEAREST_NAMES = 3;

  private final WeightSource source;
  private final Backend backend;
  private final String prefix;
  private final DType rounding;
  private final Function<StoredTensor, Residence> residence;
  private final Map<String, Tensor> placed;

  private Weights(
      WeightSource source,
      Backend backend,
      String prefix,
      DType rounding,
      Function<StoredTensor, Residence> residence,
      Map<String, Tensor> placed) {
    this.source = source;
    this.backend = backend;
    this.prefix = prefix;
    this.rounding = rounding;
    this.residence = residence;
    this.placed = placed;
  }

  /** The root of a source's names; tensors are placed on {@code backend} when they are demanded. */
  public static Weights of(WeightSource source, Backend backend) {
    return new Weights(source, backend, "", DType.F32, source::residence, new HashMap<>());
  }

  /** The names below {@code name}, e.g. {@code weights.at("blocks").at(7).at("attn1")}. */
  public Weights at(String name) {
    return new Weights(source, backend, prefix + name + ".", rounding, residence, placed);
  }

  /** The names below a number. */
  public Weights at(int index) {
    return at(Integer.toString(index));
  }

  /**
   * The same place, with weights rounded to a dtype that does not hold them exactly. {@link
   * DType#F32} holds all.
   */
  public Weights roundedTo(DType dtype) {
    return new Weights(source, backend, prefix, dtype, residence, placed);
  }

  /**
   * The same place, with a say in what stays in memory of its weights.
   *
   * @param residences tells it for each weight, in the order in which they are demanded
   */
  public Weights residing(Function<StoredTensor, Residence> residences) {
    return new Weights(source, backend, prefix, rounding, residences, placed);
  }

  /** Path of this place, e.g. {@code "blocks.7.attn1"}. */
  public String path() {
    return prefix.isEmpty() ? "" : prefix.substring(0, prefix.length() - 1);
  }

  /** Whether a tensor of this name exists here. */
  public boolean has(String name) {
    return source.has(prefix + name);
  }

  /** All tensors of the source as they are stored, wherever this place is in it. */
  public List<StoredTensor> stored() {
    return source.names().stream().map(source::tensor).toList();
  }

  /** Bytes that they take. */
  public long storedBytes() {
    return source.byteSize();
  }

  /**
   * A weight of exactly this shape, usable on the backend.
   *
   * @throws WeightsException if it is missing, its shape differs, or its elements are no numbers
   */
  public Tensor get(String name, long... sizes) {
    String path = prefix + name;
    if (!source.has(path)) {
      throw new WeightsException(
          "%s has no tensor '%s'; %s"
              .formatted(
                  source.description(),
                  path,
                  ForeignNames.describe(source.names())
                      .orElseGet(() -> "nearest names: " + nearestNames(path))));
    }
    Shape shape = Shape.of(sizes);
    StoredTensor stored = source.tensor(path, shape);
    if (!stored.encoding().holdsNumbers()) {
      throw new WeightsException(
          "tensor '%s' in %s is stored as %s, which is not supported: take the model in F16, BF16, scaled fp8 or GGUF"
              .formatted(path, source.description(), stored.encoding().name()));
    }
    if (!stored.shape().equals(shape)) {
      throw new WeightsException(
          "tensor '%s' in %s has shape %s, the configuration asks for %s"
              .formatted(path, source.description(), stored.shape(), shape));
    }
    return placed.computeIfAbsent(
        path + rounding, _ -> backend.place(stored, rounding, residence.apply(stored)));
  }

  /** As {@link #get}, or null where there is no tensor of that name. */
  public Tensor getOrNull(String name, long... sizes) {
    return has(name) ? get(name, sizes) : null;
  }

  /**
   * Checks that every tensor of the source was demanded.
   *
   * @param ignored names that may stay unused
   * @throws WeightsException that lists the tensors that were not
   */
  public void requireAllUsed(String... ignored) {
    TreeSet<String> unused = new TreeSet<>(source.names());
    unused.removeAll(List.of(ignored));
    for (DType dtype : DType.values()) {
      unused.removeIf(name -> placed.containsKey(name + dtype));
    }
    if (!unused.isEmpty()) {
      throw new WeightsException(
          "%s holds %d tensors that this model does not use, among them %s: %s"
              .formatted(
                  source.description(),
                  unused.size(),
                  firstOf(unused.stream()),
                  ForeignNames.describe(source.names()).orElse("is it another model?")));
    }
  }

  /**
   * Checks that two names, if both are there, stand for the same values: models that tie them use
   * one, and which one is nobody's guess where they differ.
   *
   * @throws WeightsException if dtypes, shapes or bytes differ
   */
  public void requireSame(String name, String other) {
    // A source that makes tensors up has every name, but holds only what was demanded of it.
    if (!source.names().containsAll(List.of(prefix + name, prefix + other))) {
      return;
    }
    StoredTensor first = source.tensor(prefix + name);
    StoredTensor second = source.tensor(prefix + other);
    if (!first.hasSameElements(second)) {
      throw new WeightsException(
          "%s: '%s%s' (%s %s) and '%s%s' (%s %s) differ, but the model has one tensor for both: remove the wrong one"
              .formatted(
                  source.description(),
                  prefix,
                  name,
                  first.encoding().name(),
                  first.shape(),
                  prefix,
                  other,
                  second.encoding().name(),
                  second.shape()));
    }
  }

  private String nearestNames(String path) {
    String nearest =
        firstOf(
            source.names().stream()
                .sorted(
                    Comparator.comparingInt((String name) -> -commonEnds(name, path))
                        .thenComparing(Comparator.naturalOrder())));
    return nearest.isEmpty() ? "(it holds no tensors)" : nearest;
  }

  private static String firstOf(Stream<String> names) {
    return names.limit(NEAREST_NAMES).map(Printable::value).collect(Collectors.joining(", "));
  }

  private static int commonEnds(String a, String b) {
    int limit = Math.min(a.length(), b.length());
    int front = 0;
    while (front < limit && a.charAt(front) == b.charAt(front)) {
      front++;
    }
    int back = 0;
    while (back < limit - front
        && a.charAt(a.length() - 1 - back) == b.charAt(b.length() - 1 - back)) {
      back++;
    }
    return front + back;
  }
}
