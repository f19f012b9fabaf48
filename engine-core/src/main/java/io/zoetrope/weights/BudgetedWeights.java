package io.zoetrope.weights;

import com.sun.management.OperatingSystemMXBean;
import io.zoetrope.encoding.StoredTensor;
import io.zoetrope.ops.Residence;
import io.zoetrope.tensor.Shape;
import java.lang.management.ManagementFactory;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Weights of which some matrices have no room in memory: products read them where they are stored.
 * From their file they are fetched a block ahead of the products.
 */
public final class BudgetedWeights extends ForwardingWeights {
  /** What a machine keeps of files beside all else, as a part of its memory. */
  private static final double SHARE_OF_FILES = 0.5;

  private final Map<String, Integer> blockOf = new HashMap<>();
  private final ReadAhead ahead;

  /**
   * Weights with some matrices that are read anew.
   *
   * @param source is closed with this
   * @param streamed names of those matrices, block by block in the order of use
   */
  public BudgetedWeights(WeightSource source, List<List<String>> streamed) {
    this(
        source,
        streamed,
        (long)
            (SHARE_OF_FILES
                * ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class)
                    .getTotalMemorySize()));
  }

  /**
   * The same on another machine.
   *
   * @param kept bytes of files that it keeps in memory
   */
  BudgetedWeights(WeightSource source, List<List<String>> streamed, long kept) {
    super(source);
    List<List<StoredTensor>> blocks =
        streamed.stream().map(names -> names.stream().map(source::tensor).toList()).toList();
    long bytes = blocks.stream().flatMap(List::stream).mapToLong(StoredTensor::byteSize).sum();
    ahead = new ReadAhead(blocks, bytes > kept);
    for (int i = 0; i < blocks.size(); i++) {
      for (String name : streamed.get(i)) {
        blockOf.put(name, i);
      }
    }
  }

  @Override
  public StoredTensor tensor(String name) {
    return watched(super.tensor(name));
  }

  @Override
  public StoredTensor tensor(String name, Shape shape) {
    return watched(super.tensor(name, shape));
  }

  private StoredTensor watched(StoredTensor tensor) {
    Integer block = blockOf.get(tensor.name());
    return block == null ? tensor : ahead.of(tensor, block);
  }

  @Override
  public Residence residence(StoredTensor tensor) {
    return blockOf.containsKey(tensor.name()) ? Residence.STORED : super.residence(tensor);
  }
}
