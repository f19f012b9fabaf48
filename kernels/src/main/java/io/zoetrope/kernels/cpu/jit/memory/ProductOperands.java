package io.zoetrope.kernels.cpu.jit.memory;

import io.zoetrope.kernels.cpu.jit.asm.InstructionSet;

/**
 * What a product multiplies. A panel of B is a list of lanes of 32 bits, depth step by depth step;
 * one step of A is 32 bits too.
 */
public enum ProductOperands {
  /** Floats by floats; a step is one element of the depth. */
  FLOATS(1),
  /**
   * Floats by bfloat16; a step is one element of the depth. A lane of B holds two columns, a vector
   * apart, so that a shift and a mask make floats of them.
   */
  FLOATS_BY_HALVES(1),
  /** bfloat16 by bfloat16; a step is two neighbouring elements of the depth. */
  HALVES(2);

  private final int elementsOfStep;

  ProductOperands(int elementsOfStep) {
    this.elementsOfStep = elementsOfStep;
  }

  /** Elements of the depth that a step takes. */
  public int elementsOfStep() {
    return elementsOfStep;
  }

  /** Bytes of one step of a panel. */
  public int panelStepBytes(InstructionSet set) {
    int bytes = 2 * set.vectorBytes();
    return this == FLOATS_BY_HALVES ? bytes / 2 : bytes;
  }

  /** Bytes of an element of A. */
  public int elementBytes() {
    return Integer.BYTES / elementsOfStep;
  }
}
