package io.zoetrope.weights;

import io.zoetrope.encoding.StoredTensor;
import io.zoetrope.ops.Residence;
import io.zoetrope.tensor.Shape;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;

/**
 * Weights of which some matrices stay in memory in a {@link WeightForm} and are decoded while they
 * are multiplied; all others are what they were.
 */
public final class FormedWeights extends ForwardingWeights {
  private final WeightForm form;
  private final Predicate<StoredTensor> which;
  private final MatrixMemory memory;
  private final Map<String, StoredTensor> formed = new ConcurrentHashMap<>();

  /**
   * Weights with some matrices in a form.
   *
   * @param source is closed with this
   * @param which the matrices, as they are stored; those whose rows the form does not hold stay as
   *     they are
   */
  public FormedWeights(WeightSource source, WeightForm form, Predicate<StoredTensor> which) {
    super(source);
    this.form = form;
    this.which = which;
    memory = new MatrixMemory(this::formedBytes);
  }

  @Override
  public StoredTensor tensor(String name) {
    return formed(super.tensor(name));
  }

  @Override
  public StoredTensor tensor(String name, Shape shape) {
    return formed(super.tensor(name, shape));
  }

  private StoredTensor formed(StoredTensor stored) {
    return isFormed(stored)
        ? formed.computeIfAbsent(stored.name(), _ -> form.of(stored, memory::take))
        : stored;
  }

  private boolean isFormed(StoredTensor stored) {
    return stored.shape().rank() == 2
        && stored.encoding().holdsNumbers()
        && form.holdsRows(stored.shape().size(1))
        && which.test(stored);
  }

  @Override
  public Residence residence(StoredTensor tensor) {
    return isFormed(tensor) ? Residence.STORED : super.residence(tensor);
  }

  private long formedBytes() {
    return names().stream()
        .map(super::tensor)
        .filter(this::isFormed)
        .mapToLong(matrix -> form.bytes(matrix.count()))
        .sum();
  }

  @Override
  public void close() {
    super.close();
    memory.close();
  }
}
