package io.zoetrope.kernels.cpu.jit.emulator;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/** Registers, flags, tiles and memory of one thread. */
final class Machine {
  static final int RSP = 4;
  static final int RDI = 7;

  /** 32-bit lanes of a vector register. */
  static final int LANES = 16;

  /** Two more vector registers, out of reach of the code: an operand from memory, and a result. */
  static final int OPERAND = 32 * LANES;

  static final int RESULT = 33 * LANES;

  private static final long STACK_BYTES = 1 << 16;

  /** General-purpose registers, and zero behind them. */
  final long[] registers = new long[Instruction.NO_REGISTER + 1];

  /** 32-bit lanes of all vector registers, one register behind the other. */
  final int[] vectors = new int[34 * LANES];

  final long[] masks = new long[8];
  final Tiles tiles = new Tiles();
  final Memory memory = new Memory();
  final MemorySegment stack = Arena.ofAuto().allocate(STACK_BYTES, 64);
  final long[] counts = new long[Count.values().length];

  /** Where the code goes on. */
  int next;

  boolean carry;
  boolean zero;
  boolean sign;
  boolean overflow;

  /** Puts values into the registers that no sound code relies on. */
  void scramble() {
    for (int i = 0; i < Instruction.NO_REGISTER; i++) {
      registers[i] = 0xbad0_bad0_bad0_0000L + i;
    }
    Arrays.fill(vectors, 0x7fbad000);
    Arrays.fill(masks, 0x5a5a_5a5a_5a5a_5a5aL);
  }

  void push(long value) {
    registers[RSP] -= Long.BYTES;
    memory.write64(registers[RSP], value);
  }

  long pop() {
    long value = memory.read64(registers[RSP]);
    registers[RSP] += Long.BYTES;
    return value;
  }

  long address(int base, int index, int scale, long displacement) {
    return registers[base] + (registers[index] << scale) + displacement;
  }

  /** Zeros the lanes of a vector register from {@code lanes} on. */
  void clearFrom(int register, int lanes) {
    for (int i = lanes; i < LANES; i++) {
      vectors[register + i] = 0;
    }
  }
}
