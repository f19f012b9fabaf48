package io.zoetrope.kernels.cpu.jit.emulator;

import java.util.HexFormat;

/** An instruction taken apart into the fields of its encoding. */
final class Instruction {
  enum Encoding {
    LEGACY,
    VEX,
    EVEX
  }

  /** Stands for no register in addresses; {@link Machine} keeps zero there. */
  static final int NO_REGISTER = 16;

  /** Opcode maps: the numbers that VEX and EVEX give them. */
  static final int MAP_1 = 1 << 12;

  static final int MAP_2 = 2 << 12;
  static final int MAP_3 = 3 << 12;

  /** Mandatory prefixes. */
  static final int P66 = 1 << 8;

  static final int PF3 = 2 << 8;
  static final int PF2 = 3 << 8;

  Encoding encoding = Encoding.LEGACY;
  int start;
  int end;
  String bytes;

  /** Opcode, with its map and mandatory prefix above it. */
  int opcode;

  boolean wide;

  /** Prefix 66 of a legacy instruction. */
  boolean halfword;

  /** Length of the vectors. */
  int bits = 128;

  int reg;
  int source;

  /** Register operand, if the operand is one. */
  int rm;

  boolean memory;
  boolean hasSib;
  int base = NO_REGISTER;
  int index = NO_REGISTER;
  int scale;
  long displacement;

  /** The displacement has 8 bits, which EVEX counts in units of the operand's size. */
  boolean shortDisplacement;

  int mask;
  boolean zeroing;
  boolean broadcast;
  long immediate;

  /** 32-bit lanes of a vector. */
  int lanes() {
    return bits / Integer.SIZE;
  }

  boolean evex() {
    return encoding == Encoding.EVEX;
  }

  /** The displacement in bytes, when the memory operand takes {@code size} bytes. */
  long displacement(int size) {
    return evex() && shortDisplacement ? displacement * size : displacement;
  }

  EmulatorFault fault(String problem) {
    return new EmulatorFault("instruction at 0x%x (%s): %s".formatted(start, bytes, problem));
  }

  void demand(boolean condition, String problem) {
    if (!condition) {
      throw fault(problem);
    }
  }

  static String hex(byte[] code, int start, int end) {
    return HexFormat.ofDelimiter(" ").formatHex(code, start, Math.min(end, code.length));
  }
}
