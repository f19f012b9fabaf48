package io.zoetrope.tools.inspect;

import io.zoetrope.encoding.StoredTensor;
import io.zoetrope.weights.WeightSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * A module of a component, as the names of its weights tell.
 *
 * @param name its last part, such as {@code "attn1"}
 * @param path its whole name, such as {@code "blocks.0.attn1"}; empty for the component itself
 * @param tensors its own, by the last part of their names
 * @param parts the modules inside of it, numbers among their names by value
 */
public record ModelModule(
    String name, String path, Map<String, StoredTensor> tensors, List<ModelModule> parts) {
  /** Blocks.2 before blocks.10. */
  private static final Comparator<String> BY_NUMBER =
      Comparator.comparing(ModelModule::padded).thenComparing(Comparator.naturalOrder());

  /** All modules of a component. */
  public static ModelModule of(String title, WeightSource source) {
    Map<String, StoredTensor> tensors = new LinkedHashMap<>();
    source.names().forEach(name -> tensors.put(name, source.tensor(name)));
    return of(title, "", tensors);
  }

  private static ModelModule of(String name, String path, Map<String, StoredTensor> tensors) {
    Map<String, StoredTensor> own = new TreeMap<>(BY_NUMBER);
    Map<String, Map<String, StoredTensor>> inside = new TreeMap<>(BY_NUMBER);
    tensors.forEach((rest, tensor) -> {
      int dot = rest.indexOf('.');
      if (dot < 0) {
        own.put(rest, tensor);
      } else {
        inside
            .computeIfAbsent(rest.substring(0, dot), _ -> new LinkedHashMap<>())
            .put(rest.substring(dot + 1), tensor);
      }
    });
    List<ModelModule> parts = new ArrayList<>();
    inside.forEach(
        (part, within) -> parts.add(of(part, path.isEmpty() ? part : path + "." + part, within)));
    return new ModelModule(name, path, own, List.copyOf(parts));
  }

  private static String padded(String name) {
    return isNumber(name) ? "%12s".formatted(name) : name;
  }

  private static boolean isNumber(String name) {
    return !name.isEmpty() && name.chars().allMatch(Character::isDigit);
  }

  /** Whether it is one of a list of modules, which have numbers for names. */
  boolean isNumbered() {
    return isNumber(name);
  }

  /** Elements of all its tensors. */
  long parameters() {
    return tensors.values().stream().mapToLong(StoredTensor::count).sum()
        + parts.stream().mapToLong(ModelModule::parameters).sum();
  }

  /** Bytes of all its tensors where they are stored. */
  long bytes() {
    return tensors.values().stream().mapToLong(StoredTensor::byteSize).sum()
        + parts.stream().mapToLong(ModelModule::bytes).sum();
  }

  /** Whether another one has the same modules with the same tensors but for their values. */
  boolean isLike(ModelModule other) {
    return tensors.keySet().equals(other.tensors.keySet())
        && tensors.entrySet().stream()
            .allMatch(own -> {
              StoredTensor theirs = other.tensors.get(own.getKey());
              return own.getValue().shape().equals(theirs.shape())
                  && own.getValue().encoding().name().equals(theirs.encoding().name());
            })
        && parts.size() == other.parts.size()
        && IntStream.range(0, parts.size())
            .allMatch(i -> {
              ModelModule there = other.parts.get(i);
              return parts.get(i).name.equals(there.name) && parts.get(i).isLike(there);
            });
  }

  /** Neighbours that are alike, of which one stands for all. */
  record Alike(ModelModule first, ModelModule last, int count) {
    /** {@code "0"}, or {@code "0 to 29"}. */
    String name() {
      return count == 1 ? first.name() : "%s to %s".formatted(first.name(), last.name());
    }
  }

  /** The modules inside, those of a list together that are alike and follow each other. */
  List<Alike> alikes() {
    List<Alike> alikes = new ArrayList<>();
    for (ModelModule part : parts) {
      Alike last = alikes.isEmpty() ? null : alikes.getLast();
      if (last != null && part.isNumbered() && last.first.isNumbered() && part.isLike(last.first)) {
        alikes.set(alikes.size() - 1, new Alike(last.first, part, last.count + 1));
      } else {
        alikes.add(new Alike(part, part, 1));
      }
    }
    return alikes;
  }
}
