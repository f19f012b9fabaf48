package io.zoetrope.kernels.cpu.jit.emulator;

/** Groups of instructions that processors have or lack; each includes those before it. */
public enum Extension {
  /** AVX, AVX2 and FMA. */
  AVX2,
  /** AVX512 F, BW, DQ and VL. */
  AVX512,
  AVX512_BF16,
  /** AMX-TILE and AMX-BF16. */
  AMX
}
