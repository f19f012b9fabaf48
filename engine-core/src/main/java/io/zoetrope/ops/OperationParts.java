package io.zoetrope.ops;

import java.util.function.Consumer;

/**
 * The parts of a device, one for each kind of operation: for a backend whose operations can be so
 * short that finding the part by tests of types, one after the other, would be felt.
 */
public record OperationParts(
    Consumer<LinearMap> linear,
    Consumer<Attention> attention,
    Consumer<Convolution> convolution,
    Consumer<RowOperation> rows,
    Consumer<ElementOperation> elements,
    Consumer<CopyOperation> copy,
    Consumer<SamplerOperation> samplers) {

  /** Computes an operation in the part of its kind. */
  public void run(Operation operation) {
    operation.runIn(this);
  }
}
