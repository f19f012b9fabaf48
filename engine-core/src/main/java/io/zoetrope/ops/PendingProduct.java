package io.zoetrope.ops;

import io.zoetrope.tensor.Tensor;

/**
 * What a layer ends with, not computed yet: the product of its input with a weight, by a linear map
 * or a convolution. Whoever adds it to something ({@link Ops#addInPlace(Tensor, PendingProduct)},
 * {@link Ops#addGatedInPlace(Tensor, PendingProduct, Tensor)}) has both in one operation, without a
 * tensor for the product. Until then the scope of the layer stays open, see {@link Scope#hold}.
 */
public final class PendingProduct {
  /** Makes the operation that computes a product and adds it. */
  @FunctionalInterface
  interface Sum {
    /**
     * The operation, with its operands checked.
     *
     * @param out what the product is added to
     * @param gate what the product is multiplied by; null for 1
     */
    Operation of(Tensor out, Tensor gate);
  }

  private final Sum sum;
  private final Runnable afterwards;

  PendingProduct(Sum sum) {
    this(sum, () -> {});
  }

  private PendingProduct(Sum sum, Runnable afterwards) {
    this.sum = sum;
    this.afterwards = afterwards;
  }

  /** Returns the same product, with something more to be done once it has been added. */
  public PendingProduct then(Runnable action) {
    return new PendingProduct(
        sum,
        () -> {
          afterwards.run();
          action.run();
        });
  }

  /** Makes the operation that adds it. */
  Operation addedTo(Tensor out, Tensor gate) {
    return sum.of(out, gate);
  }

  /** Does what is to be done once it has been added. */
  void done() {
    afterwards.run();
  }
}
