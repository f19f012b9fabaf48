package io.zoetrope.kernels.cpu.jit.op;

import io.zoetrope.kernels.cpu.jit.asm.Call;
import io.zoetrope.kernels.cpu.jit.asm.KernelCache;
import io.zoetrope.kernels.cpu.jit.kernel.PackPanel;
import io.zoetrope.kernels.cpu.jit.kernel.PackPanel.Lane;
import io.zoetrope.kernels.cpu.jit.kernel.TransposeBlocks;
import io.zoetrope.kernels.cpu.jit.memory.NativeWorkspace;
import io.zoetrope.tensor.DType;

/**
 * Lanes of a panel, made from columns that lie row by row in memory. Where the steps of a column
 * are neighbours, whole blocks of lanes are transposed in registers; what is left over is moved
 * lane by lane.
 *
 * @param lane how a lane is made
 * @param from address of the first element
 * @param columnBytes from column to column
 * @param stepBytes from step to step of a column
 * @param halfPitch {@link Lane#PAIR} alone: bytes from the lower to the upper half's source
 * @param to address of the first lane
 * @param panelStep bytes from step to step of the panel
 */
record PanelLanes(
    Lane lane,
    long from,
    long columnBytes,
    long stepBytes,
    long halfPitch,
    long to,
    int panelStep) {
  /** Lanes of a block, and steps. */
  private static final int BLOCK = TransposeBlocks.ROWS;

  /** Steps at a time: as much of the panel as stays in the L1 cache. */
  private static final int STEPS = 256;

  /** Makes lanes of so many columns and steps. */
  void pack(NativeWorkspace workspace, KernelCache kernels, int columns, int steps) {
    if (!isBlockwise()) {
      packEach(workspace, kernels, columns, steps);
      return;
    }
    int wholeColumns = columns - columns % BLOCK;
    int wholeSteps = steps - steps % BLOCK;
    for (int step = 0; step < wholeSteps; step += STEPS) {
      int height = Math.min(STEPS, wholeSteps - step);
      // Eight columns at a time: rows that are a power of two apart share few sets of a cache.
      for (int column = 0; column < wholeColumns; column += BLOCK) {
        at(column, step).transpose(workspace, kernels, height);
      }
    }
    if (wholeColumns < columns) {
      at(wholeColumns, 0).packEach(workspace, kernels, columns - wholeColumns, steps);
    }
    if (wholeSteps < steps && wholeColumns > 0) {
      at(0, wholeSteps).packEach(workspace, kernels, wholeColumns, steps - wholeSteps);
    }
  }

  private boolean isBlockwise() {
    return switch (lane) {
      case SAME -> stepBytes == Integer.BYTES;
      case PAIR -> stepBytes == Short.BYTES;
      case ALONE, WIDENED -> false;
    };
  }

  private PanelLanes at(int column, int step) {
    return new PanelLanes(
        lane,
        from + column * columnBytes + step * stepBytes,
        columnBytes,
        stepBytes,
        halfPitch,
        to + (long) column * Integer.BYTES + (long) step * panelStep,
        panelStep);
  }

  private void transpose(NativeWorkspace workspace, KernelCache kernels, int steps) {
    boolean paired = lane == Lane.PAIR;
    Call<TransposeBlocks> call =
        workspace
            .call(kernels.get(new TransposeBlocks(paired ? DType.BF16 : DType.F32, paired)))
            .set(TransposeBlocks.SOURCE, from, columnBytes)
            .set(TransposeBlocks.DESTINATION, to, panelStep)
            .set(TransposeBlocks.HEIGHT, steps)
            .set(TransposeBlocks.WIDTH, BLOCK);
    if (paired) {
      call.set(TransposeBlocks.PAIR_PITCH, halfPitch);
    }
    call.run();
  }

  private void packEach(NativeWorkspace workspace, KernelCache kernels, int columns, int steps) {
    Call<PackPanel> call =
        workspace
            .call(kernels.get(new PackPanel(lane)))
            .set(PackPanel.SOURCE, from, columnBytes)
            .set(PackPanel.STEP_PITCH, stepBytes)
            .set(PackPanel.PANEL, to, panelStep)
            .set(PackPanel.COLUMNS, columns)
            .set(PackPanel.STEPS, steps);
    if (lane == Lane.PAIR) {
      call.set(PackPanel.HALF_PITCH, halfPitch);
    }
    call.run();
  }
}
