package io.zoetrope.lora;

import io.zoetrope.encoding.Adjusted;
import io.zoetrope.encoding.StoredTensor;
import io.zoetrope.tensor.Shape;
import io.zoetrope.weights.ForwardingWeights;
import io.zoetrope.weights.WeightSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The weights of a model with LoRA files added to them while they are read: in float32, file by
 * file in the order in which they are given. Weights that no file changes are what they were, and
 * whatever form weights are stored in, no second copy of one is ever made.
 */
public final class Adapted extends ForwardingWeights {
  private final List<LoraFit> fits;
  private final Map<String, List<Change>> changes = new LinkedHashMap<>();

  /**
   * Weights with LoRA files.
   *
   * @param source is closed with this
   * @param fits what is added; their files are closed with this, too
   */
  public Adapted(WeightSource source, List<LoraFit> fits) {
    super(source);
    this.fits = List.copyOf(fits);
    for (LoraFit fit : fits) {
      fit.changes()
          .forEach(
              (name, added) -> changes.computeIfAbsent(name, _ -> new ArrayList<>()).addAll(added));
    }
  }

  @Override
  public StoredTensor tensor(String name) {
    return changed(name, super.tensor(name));
  }

  @Override
  public StoredTensor tensor(String name, Shape shape) {
    return changed(name, super.tensor(name, shape));
  }

  private StoredTensor changed(String name, StoredTensor stored) {
    List<Change> added = changes.get(name);
    if (added == null || !stored.encoding().holdsNumbers()) {
      return stored;
    }
    return stored.withEncoding(
        new Adjusted(
            stored.encoding(),
            "with LoRA",
            (first, count, numbers) -> added.forEach(it -> it.apply(first, count, numbers))));
  }

  @Override
  public long byteSize() {
    return super.byteSize() + fits.stream().map(LoraFit::file).mapToLong(LoraFile::byteSize).sum();
  }

  @Override
  public long readingBytes() {
    return super.readingBytes() + fits.stream().mapToLong(LoraFit::readingBytes).sum();
  }

  @Override
  public void close() {
    fits.forEach(fit -> fit.file().close());
    super.close();
  }
}
