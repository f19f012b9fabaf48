package io.zoetrope.kernels.cpu.jit.asm;

import io.zoetrope.kernels.cpu.jit.asm.Assembler.Label;
import io.zoetrope.kernels.cpu.jit.asm.Operand.Address;
import io.zoetrope.kernels.cpu.jit.asm.Operand.Constant;
import io.zoetrope.kernels.cpu.jit.asm.Operand.Vector;
import io.zoetrope.kernels.cpu.jit.asm.VectorInstruction.Encoding;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * The bytes of instructions: prefixes, operands and distances to labels (Intel 64 and IA-32
 * Architectures Software Developer's Manual, volume 2, chapter 2), and the order of what can be
 * executed in any.
 */
abstract class InstructionEncoder {
  /**
   * Four bytes that hold the distance to a label.
   *
   * @param behind bytes of the instruction that follow; the distance counts from its end
   */
  private record Use(int position, Label label, int behind) {}

  final CodeBuffer code = new CodeBuffer();
  private final List<Use> uses = new ArrayList<>();

  /** Where the vector instructions begin that were written since this was cleared. */
  private final List<Integer> vectorInstructions = new ArrayList<>();

  // ---------------------------------------------------------------- labels

  /** Writes the distance to a label, whose place need not be known yet. */
  final void use(Label label) {
    uses.add(new Use(code.size(), label, 0));
    code.put32(0);
  }

  /**
   * Fills in the distances to all labels.
   *
   * @throws IllegalStateException if one of them has no place
   */
  final void link() {
    for (Use use : uses) {
      int target = use.label().position;
      if (target < 0) {
        throw new IllegalStateException("a label was used and never placed");
      }
      int end = use.position() + Integer.BYTES + use.behind();
      code.patch32(use.position(), target - end);
    }
  }

  // ---------------------------------------------------------------- general-purpose registers

  final void shift(int digit, Register to, int bits) {
    rex(true, 0, 0, to.number());
    code.put8(0xc1);
    direct(digit, to.number());
    code.put8(bits);
  }

  final void withImmediate(int digit, Register to, int value) {
    rex(true, 0, 0, to.number());
    boolean small = value == (byte) value;
    code.put8(small ? 0x83 : 0x81);
    direct(digit, to.number());
    if (small) {
      code.put8(value);
    } else {
      code.put32(value);
    }
  }

  final void withMemory(boolean wide, int opcode, int reg, Address at) {
    rex(wide, reg, indexOf(at), at.base().number());
    code.put8(opcode);
    memory(reg, at, 1);
  }

  // ---------------------------------------------------------------- vectors and tiles

  final void encode(
      VectorInstruction instruction,
      int bits,
      int reg,
      int source,
      Operand operand,
      int mask,
      boolean zeroing) {
    vectorInstructions.add(code.size());
    boolean extended = isExtended(instruction, bits, reg, source, operand, mask);
    int operandBits =
        operand instanceof Vector vector
            ? vector.bits()
            : instruction.operandBytes(bits / Byte.SIZE, false) * Byte.SIZE;
    int length = Math.max(bits, operandBits) / 256;
    int base = 0;
    int index = 0;
    boolean broadcast = false;
    switch (operand) {
      case Vector vector -> {
        base = vector.number();
        // EVEX takes the fifth bit of a register operand where an index would have its fourth.
        index = (vector.number() >> 4) << 3;
      }
      case Address at -> {
        base = at.base().number();
        index = indexOf(at);
        broadcast = at.broadcast();
      }
      case Constant _ -> {}
    }
    if (extended) {
      evex(instruction, length, reg, source, index, base, broadcast, mask, zeroing);
    } else {
      boolean wide = instruction.wide && instruction.map != 1;
      vex(instruction.prefix, instruction.map, wide, length, reg, source, index, base);
    }
    code.put8(instruction.opcode);
    switch (operand) {
      case Vector vector -> direct(reg, vector.number());
      case Address at ->
          memory(reg, at, extended ? instruction.operandBytes(bits / Byte.SIZE, broadcast) : 1);
      case Constant constant -> {
        code.put8((reg & 7) << 3 | 5);
        use(constant.label());
      }
    }
  }

  /** Whether an instruction takes EVEX, which is longer, because it has to. */
  private static boolean isExtended(
      VectorInstruction instruction, int bits, int reg, int source, Operand operand, int mask) {
    boolean needed =
        instruction.encoding == Encoding.EVEX
            || bits == 512
            || reg > 15
            || source > 15
            || mask != 0
            || switch (operand) {
              case Vector vector -> vector.number() > 15 || vector.bits() == 512;
              case Address at -> at.broadcast();
              case Constant _ -> false;
            };
    if (needed && instruction.encoding == Encoding.VEX) {
      throw new IllegalArgumentException(
          "%s has no encoding with 512 bits, registers from 16 on, masks or broadcasts"
              .formatted(instruction));
    }
    return needed;
  }

  /** The byte at the end of an instruction. */
  final void immediate(int value) {
    if (!uses.isEmpty() && uses.getLast().position() + Integer.BYTES == code.size()) {
      Use use = uses.removeLast();
      uses.add(new Use(use.position(), use.label(), 1));
    }
    code.put8(value);
  }

  final void shift(VectorInstruction instruction, int digit, Vector to, Vector from, int bits) {
    encode(instruction, to.bits(), digit, to.number(), from, 0, false);
    code.put8(bits);
  }

  final void tileMemory(VectorInstruction.Prefix prefix, int tile, Address at) {
    vex(prefix, 2, false, 0, tile, 0, indexOf(at), at.base().number());
    code.put8(0x4b);
    memory(tile, at, 1);
  }

  // ---------------------------------------------------------------- order of instructions

  /** An instruction that can be moved; the uses of labels count from its start. */
  private record Instruction(byte[] bytes, List<Use> uses) {}

  /**
   * Writes pieces of straight code that do not depend on each other, one instruction of each in
   * turn: a processor looks ahead no further than some tens of instructions that wait for others.
   *
   * @param pieces vector instructions on different registers
   */
  public final void interleave(List<Runnable> pieces) {
    List<Deque<Instruction>> instructions = new ArrayList<>();
    for (Runnable piece : pieces) {
      instructions.add(takeOut(piece));
    }
    while (instructions.stream().anyMatch(piece -> !piece.isEmpty())) {
      for (Deque<Instruction> piece : instructions) {
        if (!piece.isEmpty()) {
          append(piece.removeFirst());
        }
      }
    }
  }

  private Deque<Instruction> takeOut(Runnable piece) {
    int begin = code.size();
    int firstUse = uses.size();
    vectorInstructions.clear();
    piece.run();
    List<Use> moved = new ArrayList<>(uses.subList(firstUse, uses.size()));
    Deque<Instruction> instructions = new ArrayDeque<>();
    for (int i = 0; i < vectorInstructions.size(); i++) {
      int start = vectorInstructions.get(i);
      int end = i + 1 < vectorInstructions.size() ? vectorInstructions.get(i + 1) : code.size();
      List<Use> inside =
          moved.stream()
              .filter(use -> use.position() >= start && use.position() < end)
              .map(use -> new Use(use.position() - start, use.label(), use.behind()))
              .toList();
      instructions.add(new Instruction(code.copy(start, end), inside));
    }
    uses.subList(firstUse, uses.size()).clear();
    code.truncate(begin);
    return instructions;
  }

  private void append(Instruction instruction) {
    int start = code.size();
    code.put(instruction.bytes());
    for (Use use : instruction.uses()) {
      uses.add(new Use(start + use.position(), use.label(), use.behind()));
    }
  }

  // ---------------------------------------------------------------- prefixes and operands

  static int indexOf(Address at) {
    return at.index() == null ? 0 : at.index().number();
  }

  final void rex(boolean wide, int reg, int index, int base) {
    int bits = (wide ? 8 : 0) | (reg >> 3 & 1) << 2 | (index >> 3 & 1) << 1 | base >> 3 & 1;
    if (bits != 0) {
      code.put8(0x40 | bits);
    }
  }

  final void vex(
      VectorInstruction.Prefix prefix,
      int map,
      boolean wide,
      int length,
      int reg,
      int source,
      int index,
      int base) {
    if ((reg | source | index | base) > 15) {
      throw new IllegalArgumentException("an instruction that knows the first 16 registers only");
    }
    int end = (~source & 15) << 3 | length << 2 | prefix.ordinal();
    int highReg = ~reg >> 3 & 1;
    if (map == 1 && !wide && index < 8 && base < 8) {
      code.put8(0xc5);
      code.put8(highReg << 7 | end);
    } else {
      code.put8(0xc4);
      code.put8(highReg << 7 | (~index >> 3 & 1) << 6 | (~base >> 3 & 1) << 5 | map);
      code.put8((wide ? 0x80 : 0) | end);
    }
  }

  private void evex(
      VectorInstruction instruction,
      int length,
      int reg,
      int source,
      int index,
      int base,
      boolean broadcast,
      int mask,
      boolean zeroing) {
    code.put8(0x62);
    code.put8(
        (~reg >> 3 & 1) << 7
            | (~index >> 3 & 1) << 6
            | (~base >> 3 & 1) << 5
            | (~reg >> 4 & 1) << 4
            | instruction.map);
    code.put8(
        (instruction.wide ? 0x80 : 0) | (~source & 15) << 3 | 4 | instruction.prefix.ordinal());
    code.put8(
        (zeroing ? 0x80 : 0)
            | length << 5
            | (broadcast ? 0x10 : 0)
            | (~source >> 4 & 1) << 3
            | mask);
  }

  final void direct(int reg, int rm) {
    code.put8(0xc0 | (reg & 7) << 3 | rm & 7);
  }

  /**
   * ModRM, SIB and displacement.
   *
   * @param unit what a displacement of 8 bits counts in
   */
  final void memory(int reg, Address at, int unit) {
    int base = at.base().number() & 7;
    boolean indexed = at.index() != null || base == Register.RSP.number();
    int displacement = at.displacement();
    boolean small = displacement % unit == 0 && displacement / unit == (byte) (displacement / unit);
    // Base RBP or R13 without displacement would mean something else.
    int mode = displacement == 0 && base != Register.RBP.number() ? 0 : small ? 1 : 2;
    code.put8(mode << 6 | (reg & 7) << 3 | (indexed ? 4 : base));
    if (indexed) {
      int index = at.index() == null ? 4 : at.index().number() & 7;
      code.put8(Integer.numberOfTrailingZeros(at.scale()) << 6 | index << 3 | base);
    }
    if (mode == 1) {
      code.put8(displacement / unit);
    } else if (mode == 2) {
      code.put32(displacement);
    }
  }
}
