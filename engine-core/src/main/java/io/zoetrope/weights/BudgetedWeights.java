package io.zoetrope.weights;

import io.zoetrope.encoding.StoredTensor;
import io.zoetrope.ops.Residence;
import java.util.Set;

/**
 * Weights of which some matrices have no room in memory: products read them where they are stored.
 */
public final class BudgetedWeights extends ForwardingWeights {
  private final Set<String> streamed;

  /**
   * Weights with some matrices that are read anew.
   *
   * @param source is closed with this
   * @param streamed names of those matrices
   */
  public BudgetedWeights(WeightSource source, Set<String> streamed) {
    super(source);
    this.streamed = Set.copyOf(streamed);
  }

  @Override
  public Residence residence(StoredTensor tensor) {
    return streamed.contains(tensor.name()) ? Residence.STORED : super.residence(tensor);
  }
}
