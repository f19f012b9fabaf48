package io.zoetrope.kernels.cpu.jit.op;

import io.zoetrope.kernels.cpu.jit.asm.InstructionSet;
import io.zoetrope.kernels.cpu.jit.kernel.ConvertRows;
import io.zoetrope.kernels.cpu.jit.kernel.PackPanel;
import io.zoetrope.kernels.cpu.jit.memory.NativeView;
import io.zoetrope.kernels.cpu.jit.memory.NativeWorkspace;
import io.zoetrope.kernels.cpu.jit.memory.NativeWorkspace.Piece;
import io.zoetrope.kernels.cpu.jit.memory.ProductOperands;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Tensor;
import java.lang.foreign.MemorySegment;

/** Packs keys and values once for all queries, a group of heads at a time. */
final class AttentionPacker {
  private static final int KEYS_OF_TASK = 256;

  private final Products products;
  private final AttentionPanels panels;
  private final InstructionSet set;
  private final NativeView k;
  private final NativeView v;
  private final long keyPitch;
  private final long valuePitch;
  private final int keys;
  private final int headDim;
  private final int stepBytes;
  private final int panelWidth;
  private final MemorySegment packedKeys;
  private final MemorySegment packedValues;

  /**
   * A packer with room for a group of heads, in the calling thread's workspace.
   *
   * @param k [keys, heads * head dim], as v; rows may be strided
   */
  AttentionPacker(Products products, AttentionPanels panels, Tensor k, Tensor v) {
    this.products = products;
    this.panels = panels;
    this.k = NativeView.of(k);
    this.v = NativeView.of(v);
    set = products.set();
    keyPitch = k.stride(0) * k.dtype().bytes();
    valuePitch = v.stride(0) * v.dtype().bytes();
    keys = k.intSize(0);
    headDim = panels.headDim();
    stepBytes = AttentionPanels.stepBytes(products);
    panelWidth = products.panelWidth();
    NativeWorkspace workspace = products.pool().workspace();
    packedKeys = workspace.piece(Piece.KEYS, panels.groupKeyBytes());
    packedValues = workspace.piece(Piece.VALUES, panels.groupValueBytes());
  }

  /** Packs a group of heads in the place of the one before. */
  void pack(int firstHead, int heads) {
    int blocks = Math.ceilDiv(keys, KEYS_OF_TASK);
    products
        .pool()
        .run(
            heads * blocks,
            (task, workspace) -> {
              int head = task / blocks;
              long column = (long) (firstHead + head) * headDim * k.dtype().bytes();
              packKeys(head, column, task % blocks, workspace);
              packValues(head, column, task % blocks, workspace);
            });
  }

  /**
   * Transposes a block of keys of a head of the group, panel by panel.
   *
   * @param column where the head begins in a row, in bytes
   */
  private void packKeys(int head, long column, int block, NativeWorkspace workspace) {
    int first = block * KEYS_OF_TASK;
    int end = Math.min(keys, first + KEYS_OF_TASK);
    int elementsOfStep = panels.scoreOperands().elementsOfStep();
    PackPanel.Lane lane =
        k.dtype() == DType.BF16 && panels.scoreOperands() == ProductOperands.FLOATS
            ? PackPanel.Lane.WIDENED
            : PackPanel.Lane.SAME;
    for (int key = first; key < end; key += panelWidth) {
      workspace
          .call(products.kernels().get(new PackPanel(lane)))
          .set(PackPanel.SOURCE, k.address() + key * keyPitch + column, keyPitch)
          .set(PackPanel.STEP_PITCH, (long) elementsOfStep * k.dtype().bytes())
          .set(PackPanel.PANEL, keyPanel(head, key), stepBytes)
          .set(PackPanel.COLUMNS, Math.min(panelWidth, end - key))
          .set(PackPanel.STEPS, headDim / elementsOfStep)
          .run();
    }
  }

  /** Address of the panel of a key. */
  long keyPanel(int head, int key) {
    return packedKeys.address()
        + ((long) head * panels.keyPanels() + key / panelWidth) * panels.keyPanelBytes();
  }

  private void packValues(int head, long column, int block, NativeWorkspace workspace) {
    int first = block * KEYS_OF_TASK;
    int end = Math.min(keys, first + KEYS_OF_TASK);
    for (int d = 0; d < headDim; d += panelWidth) {
      int width = Math.min(panelWidth, headDim - d);
      long from = v.address() + first * valuePitch + column + (long) d * v.dtype().bytes();
      long to = valuePanel(head, d, first);
      if (panels.valueOperands() == ProductOperands.FLOATS) {
        workspace
            .call(products.kernels().get(new ConvertRows(set, v.dtype(), DType.F32)))
            .set(ConvertRows.SOURCE, from, valuePitch)
            .set(ConvertRows.DESTINATION, to, stepBytes)
            .set(ConvertRows.ROWS, end - first)
            .set(ConvertRows.COLUMNS, width)
            .run();
      } else {
        packValuePairs(from, to, end - first, width, workspace);
      }
      if (end == keys) {
        clearValuesBehindLastKey(head, d, workspace);
      }
    }
  }

  /** Two neighbouring keys share a lane; behind the last key follow keys of zeros. */
  private void packValuePairs(long from, long to, int count, int width, NativeWorkspace workspace) {
    int pairs = count / 2;
    if (pairs > 0) {
      workspace
          .call(products.kernels().get(new PackPanel(PackPanel.Lane.PAIR)))
          .set(PackPanel.SOURCE, from, v.dtype().bytes())
          .set(PackPanel.STEP_PITCH, 2 * valuePitch)
          .set(PackPanel.HALF_PITCH, valuePitch)
          .set(PackPanel.PANEL, to, stepBytes)
          .set(PackPanel.COLUMNS, width)
          .set(PackPanel.STEPS, pairs)
          .run();
    }
    if (count % 2 == 1) {
      workspace
          .call(products.kernels().get(new PackPanel(PackPanel.Lane.ALONE)))
          .set(PackPanel.SOURCE, from + (count - 1) * valuePitch, v.dtype().bytes())
          .set(PackPanel.STEP_PITCH, 0)
          .set(PackPanel.PANEL, to + (long) pairs * stepBytes, stepBytes)
          .set(PackPanel.COLUMNS, width)
          .set(PackPanel.STEPS, 1)
          .run();
    }
  }

  /** What weights of zero are multiplied with must be finite. */
  private void clearValuesBehindLastKey(int head, int d, NativeWorkspace workspace) {
    int elementsOfStep = panels.valueOperands().elementsOfStep();
    int rest =
        (panels.wholeKeys() - Math.ceilDiv(keys, elementsOfStep) * elementsOfStep) / elementsOfStep;
    if (rest > 0) {
      long from = valuePanel(head, d, panels.wholeKeys()) - (long) rest * stepBytes;
      products.fill(workspace, from, stepBytes, rest, panelWidth, 0);
    }
  }

  /** Address of a key in the panel of a feature. */
  long valuePanel(int head, int d, int key) {
    return packedValues.address()
        + ((long) head * panels.valuePanels() + d / panelWidth) * panels.valuePanelBytes()
        + (long) key / panels.valueOperands().elementsOfStep() * stepBytes;
  }
}
