package io.zoetrope.kernels.cpu.jit.emulator;

/** What the emulator counts, so that a test can tell which path of a kernel ran. */
public enum Count {
  /** Everything that none of the others counts. */
  OTHER,
  /** Fused multiply-adds of vectors and of scalars. */
  FMA,
  /** Dot products of pairs of bfloat16. */
  DOT_PRODUCT,
  /** Products of tiles. */
  TILE_PRODUCT,
  /** Rows of loaded tiles that lie across cache lines. */
  SPLIT_TILE_ROW
}
