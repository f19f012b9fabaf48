package io.zoetrope.kernels.cpu.jit.asm;

/** General-purpose registers of x86-64, in the order of their numbers. */
public enum Register {
  RAX,
  RCX,
  RDX,
  RBX,
  RSP,
  RBP,
  RSI,
  RDI,
  R8,
  R9,
  R10,
  R11,
  R12,
  R13,
  R14,
  R15;

  int number() {
    return ordinal();
  }

  /** Whether a function of the System V ABI has to leave the register as it was. */
  boolean belongsToCaller() {
    return this == RBX || this == RBP || compareTo(R12) >= 0;
  }
}
