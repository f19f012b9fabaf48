package io.zoetrope.weights;

import io.zoetrope.encoding.StoredTensor;
import io.zoetrope.ops.Residence;
import io.zoetrope.tensor.Shape;
import java.util.Map;
import java.util.Set;

/**
 * Weights of which some matrices have no room in memory: products read them where they are stored.
 *
 * @param source is closed with this
 * @param streamed names of those matrices
 */
public record BudgetedWeights(WeightSource source, Set<String> streamed) implements WeightSource {
  @Override
  public Residence residence(StoredTensor tensor) {
    return streamed.contains(tensor.name()) ? Residence.STORED : source.residence(tensor);
  }

  @Override
  public Set<String> names() {
    return source.names();
  }

  @Override
  public StoredTensor tensor(String name) {
    return source.tensor(name);
  }

  @Override
  public StoredTensor tensor(String name, Shape shape) {
    return source.tensor(name, shape);
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
