package io.zoetrope.weights;

import io.zoetrope.encoding.StoredTensor;
import io.zoetrope.ops.Residence;
import io.zoetrope.tensor.Shape;
import java.util.Map;
import java.util.Set;

/** Weights that stand before others: subclasses say what is different, all else is theirs. */
public abstract class ForwardingWeights implements WeightSource {
  private final WeightSource behind;

  /**
   * Weights before others.
   *
   * @param behind is closed with this
   */
  protected ForwardingWeights(WeightSource behind) {
    this.behind = behind;
  }

  @Override
  public Set<String> names() {
    return behind.names();
  }

  @Override
  public StoredTensor tensor(String name) {
    return behind.tensor(name);
  }

  @Override
  public StoredTensor tensor(String name, Shape shape) {
    return behind.tensor(name, shape);
  }

  @Override
  public Residence residence(StoredTensor tensor) {
    return behind.residence(tensor);
  }

  @Override
  public long byteSize() {
    return behind.byteSize();
  }

  @Override
  public long readingBytes() {
    return behind.readingBytes();
  }

  @Override
  public Map<String, String> metadata() {
    return behind.metadata();
  }

  @Override
  public String description() {
    return behind.description();
  }

  @Override
  public void close() {
    behind.close();
  }
}
