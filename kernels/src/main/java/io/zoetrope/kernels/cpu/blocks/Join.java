package io.zoetrope.kernels.cpu.blocks;

/** How the result of a product joins what is there already, the base. */
public enum Join {
  /** There is no base: the result itself is stored. */
  NONE,
  /** {@code base + result}. */
  ADD,
  /** {@code base + gate * result}. */
  ADD_GATED,
  /** {@code base * result}. */
  MULTIPLY
}
