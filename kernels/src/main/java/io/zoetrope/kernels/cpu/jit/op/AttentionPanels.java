package io.zoetrope.kernels.cpu.jit.op;

import io.zoetrope.kernels.cpu.jit.kernel.BlockProduct;
import io.zoetrope.kernels.cpu.jit.memory.ProductOperands;
import io.zoetrope.ops.Attention;
import io.zoetrope.tensor.DType;

/**
 * How the keys and values of an attention are packed, and how much memory that takes.
 *
 * @param headDim features of a head
 * @param scoreOperands what queries and keys are multiplied as
 * @param valueOperands what weights and values are multiplied as
 * @param keyPanels panels of the keys of a head
 * @param valuePanels panels of the values of a head
 * @param wholeKeys keys with those that fill up the last step of the matrix unit
 * @param keyPanelBytes bytes of a panel of keys
 * @param valuePanelBytes bytes of a panel of values
 * @param groupHeads heads that are packed at a time
 */
record AttentionPanels(
    int headDim,
    ProductOperands scoreOperands,
    ProductOperands valueOperands,
    int keyPanels,
    int valuePanels,
    int wholeKeys,
    long keyPanelBytes,
    long valuePanelBytes,
    int groupHeads) {
  /** Bytes of keys packed at a time: as many heads as fit, at least one. */
  private static final long PACKED_BYTES = 16 << 20;

  /** The panels of an attention. */
  static AttentionPanels of(Products products, Attention op) {
    int heads = op.heads();
    int keys = op.k().intSize(0);
    int headDim = op.k().intSize(1) / heads;
    boolean halves = op.k().dtype() == DType.BF16 && products.set().multipliesHalves();
    int elementsOfStep = ProductOperands.HALVES.elementsOfStep();
    ProductOperands values = halves ? ProductOperands.HALVES : ProductOperands.FLOATS;
    ProductOperands scores = headDim % elementsOfStep == 0 ? values : ProductOperands.FLOATS;
    int granule = halves ? BlockProduct.TILE_STEPS * elementsOfStep : 1;
    int wholeKeys = Math.ceilDiv(keys, granule) * granule;
    int keyPanels = products.panels(keys);
    int valuePanels = products.panels(headDim);
    int stepBytes = stepBytes(products);
    long keyPanelBytes = (long) headDim / scores.elementsOfStep() * stepBytes;
    long valuePanelBytes = (long) wholeKeys / values.elementsOfStep() * stepBytes;
    long headBytes = Math.max(keyPanels * keyPanelBytes, valuePanels * valuePanelBytes);
    return new AttentionPanels(
        headDim,
        scores,
        values,
        keyPanels,
        valuePanels,
        wholeKeys,
        keyPanelBytes,
        valuePanelBytes,
        Math.clamp(PACKED_BYTES / headBytes, 1, heads));
  }

  static int stepBytes(Products products) {
    return 2 * products.set().vectorBytes();
  }

  /** Bytes of the keys that are packed at a time. */
  long groupKeyBytes() {
    return groupHeads * keyPanels * keyPanelBytes;
  }

  /** Bytes of the values that are packed at a time. */
  long groupValueBytes() {
    return groupHeads * valuePanels * valuePanelBytes;
  }
}
