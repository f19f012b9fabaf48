package io.zoetrope.weights;

import io.zoetrope.encoding.StoredTensor;
import io.zoetrope.ops.Residence;
import io.zoetrope.tensor.Shape;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;

/**
 * Weights of which some matrices stay in memory in a {@link WeightForm} and are decoded while they
 * are multiplied; all others are what they were.
 */
public final class FormedWeights implements WeightSource {
  private final WeightSource source;
  private final WeightForm form;
  private final Predicate<StoredTensor> which;
  private final Map<String, StoredTensor> formed = new ConcurrentHashMap<>();

  /**
   * Weights with some matrices in a form.
   *
   * @param source is closed with this
   * @param which the matrices, as they are stored; those whose rows the form does not hold stay as
   *     they are
   */
  public FormedWeights(WeightSource source, WeightForm form, Predicate<StoredTensor> which) {
    this.source = source;
    this.form = form;
    this.which = which;
  }

  @Override
  public Set<String> names() {
    return source.names();
  }

  @Override
  public StoredTensor tensor(String name) {
    return formed(source.tensor(name));
  }

  @Override
  public StoredTensor tensor(String name, Shape shape) {
    return formed(source.tensor(name, shape));
  }

  private StoredTensor formed(StoredTensor stored) {
    return isFormed(stored) ? formed.computeIfAbsent(stored.name(), _ -> form.of(stored)) : stored;
  }

  private boolean isFormed(StoredTensor stored) {
    return stored.shape().rank() == 2
        && stored.encoding().holdsNumbers()
        && form.holdsRows(stored.shape().size(1))
        && which.test(stored);
  }

  @Override
  public Residence residence(StoredTensor tensor) {
    return isFormed(tensor) ? Residence.STORED : source.residence(tensor);
  }

  @Override
  public long byteSize() {
    return source.byteSize();
  }

  @Override
  public long readingBytes() {
    return source.readingBytes();
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
