package io.zoetrope.kernels.cpu.jit.memory;

import java.lang.foreign.MemorySegment;

/**
 * A weight as the right matrix of a product, in panels of two vectors of columns. A panel lists its
 * steps tap after tap; columns beyond the last one are zero.
 *
 * @param columns of the matrix
 * @param steps of the depth, of all taps together
 * @param panelBytes from panel to panel
 */
public record PackedWeight(
    MemorySegment panels, ProductOperands operands, int columns, int steps, long panelBytes) {
  /** Panels of the same form in other memory, which may have room for some of them alone. */
  public PackedWeight in(MemorySegment memory) {
    return new PackedWeight(memory, operands, columns, steps, panelBytes);
  }

  /** A panel. */
  public MemorySegment panel(int panel) {
    return panels.asSlice(panel * panelBytes, panelBytes);
  }

  /** Address of a step of a panel. */
  public long at(int panel, int step) {
    return panels.address() + panel * panelBytes + step * (panelBytes / steps);
  }
}
