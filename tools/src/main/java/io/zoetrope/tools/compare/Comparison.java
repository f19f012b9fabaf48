package io.zoetrope.tools.compare;

import io.zoetrope.encoding.StoredTensor;
import io.zoetrope.pipeline.PipelineException;
import io.zoetrope.weights.WeightSource;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Two runs whose tensors were saved.
 *
 * @param first name of the one
 * @param second name of the other one
 * @param tolerance relative difference up to which tensors agree
 * @param tensors those that both have, in the order of the job
 * @param firstOnly names that only the one has
 * @param secondOnly names that only the other one has
 */
public record Comparison(
    String first,
    String second,
    double tolerance,
    List<TensorDifference> tensors,
    Set<String> firstOnly,
    Set<String> secondOnly) {
  /** Metadata with the names of tensors in the order in which they were made, a line each. */
  public static final String ORDER = "order";

  /** Tensors of which each row is of another step. */
  private static final String ROWS = "latents_after_step";

  /**
   * Compares two files.
   *
   * @throws PipelineException if they have no tensor in common
   */
  public static Comparison of(WeightSource a, WeightSource b, double tolerance) {
    Set<String> common = new LinkedHashSet<>(order(a));
    common.retainAll(b.names());
    if (common.isEmpty()) {
      throw new PipelineException(
          "%s and %s have no tensor in common: %s"
              .formatted(a.description(), b.description(), examples(a, b)));
    }
    List<TensorDifference> differences = new ArrayList<>();
    for (String name : common) {
      differences.addAll(compared(name, a.tensor(name), b.tensor(name)));
    }
    return new Comparison(
        a.description(),
        b.description(),
        tolerance,
        List.copyOf(differences),
        without(a.names(), common),
        without(b.names(), common));
  }

  private static String examples(WeightSource a, WeightSource b) {
    return "the first has %s, the second %s".formatted(example(a), example(b));
  }

  private static String example(WeightSource source) {
    return source.names().stream().findFirst().map("'%s'"::formatted).orElse("none");
  }

  private static List<String> order(WeightSource source) {
    String order = source.metadata().get(ORDER);
    List<String> names = new ArrayList<>(source.names());
    names.sort(TensorPlace.ORDER);
    if (order != null) {
      List<String> made = order.lines().filter(source::has).toList();
      names.removeAll(made);
      names.addAll(0, made);
    }
    return names;
  }

  private static Set<String> without(Set<String> names, Set<String> common) {
    Set<String> rest = new TreeSet<>(TensorPlace.ORDER);
    rest.addAll(names);
    rest.removeAll(common);
    return rest;
  }

  private static List<TensorDifference> compared(String name, StoredTensor a, StoredTensor b) {
    if (!name.equals(ROWS) || !a.shape().equals(b.shape())) {
      return List.of(TensorDifference.of(name, a, b));
    }
    List<TensorDifference> steps = new ArrayList<>();
    for (int step = 0; step < a.shape().intSize(0); step++) {
      steps.add(
          TensorDifference.of("%s/step%d".formatted(name, step), a.rows(step, 1), b.rows(step, 1)));
    }
    return steps;
  }

  /** The first tensor in the order of the job that is outside of the tolerance. */
  public Optional<TensorDifference> parting() {
    return tensors.stream().filter(tensor -> !tensor.isWithin(tolerance)).findFirst();
  }
}
