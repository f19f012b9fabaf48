package io.zoetrope.kernels.cpu.jit.asm;

import io.zoetrope.kernels.cpu.jit.asm.Operand.Address;
import io.zoetrope.kernels.cpu.jit.asm.Operand.Constant;
import io.zoetrope.kernels.cpu.jit.asm.Operand.Vector;
import io.zoetrope.kernels.cpu.jit.asm.VectorInstruction.Encoding;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Writes x86-64 machine code: the instructions that the kernels need, no more (Intel 64 and IA-32
 * Architectures Software Developer's Manual, volume 2). A kernel is a function of the System V ABI
 * with one parameter, the address of a record of arguments, in RDI.
 */
public final class Assembler {
  private static final int CONSTANT_ALIGNMENT = 64;

  /** Which operation of a group opcode; the numbers are those of the field {@code /digit}. */
  private static final int SHIFT_LEFT_DIGIT = 6;

  private static final int SHIFT_RIGHT_DIGIT = 2;

  /** A place in the code; jumps to it may come before it. */
  public static final class Label {
    private int position = -1;
  }

  /**
   * Four bytes that hold the distance to a label.
   *
   * @param behind bytes of the instruction that follow; the distance counts from its end
   */
  private record Use(int position, Label label, int behind) {}

  /** Conditions of jumps; the comparisons are signed. */
  public enum Condition {
    EQUAL(0x4),
    NOT_EQUAL(0x5),
    LESS(0xc),
    GREATER_OR_EQUAL(0xd),
    LESS_OR_EQUAL(0xe),
    GREATER(0xf);

    private final int code;

    Condition(int code) {
      this.code = code;
    }
  }

  private final CodeBuffer code = new CodeBuffer();
  private final List<Use> uses = new ArrayList<>();
  private final List<Integer> vectorInstructions = new ArrayList<>();
  private final Map<List<Integer>, Label> constants = new LinkedHashMap<>();
  private final List<Argument<?>> arguments = new ArrayList<>();

  // ---------------------------------------------------------------- general-purpose registers

  /** Writes {@code mov}: copies a register. */
  public void move(Register to, Register from) {
    rex(true, from.number(), 0, to.number());
    code.put8(0x89);
    direct(from.number(), to.number());
  }

  /** Writes {@code mov} of a constant, in the shortest form that holds it. */
  public void move(Register to, long value) {
    if (value == (int) value) {
      rex(true, 0, 0, to.number());
      code.put8(0xc7);
      direct(0, to.number());
      code.put32((int) value);
    } else {
      rex(true, 0, 0, to.number());
      code.put8(0xb8 + (to.number() & 7));
      code.put64(value);
    }
  }

  /** Loads 64 bits. */
  public void load(Register to, Address from) {
    withMemory(true, 0x8b, to.number(), from);
  }

  /** Loads 32 bits; the upper half becomes zero. */
  public void load32(Register to, Address from) {
    withMemory(false, 0x8b, to.number(), from);
  }

  /** Loads 16 bits; the rest becomes zero. */
  public void load16(Register to, Address from) {
    rex(false, to.number(), indexOf(from), from.base().number());
    code.put8(0x0f);
    code.put8(0xb7);
    memory(to.number(), from, 1);
  }

  /** Writes {@code mov} of 64 bits to memory. */
  public void store(Address to, Register from) {
    withMemory(true, 0x89, from.number(), to);
  }

  /** Writes {@code mov} of the lower 32 bits of a register to memory. */
  public void store32(Address to, Register from) {
    withMemory(false, 0x89, from.number(), to);
  }

  /** Writes {@code mov} of the lower 16 bits of a register to memory. */
  public void store16(Address to, Register from) {
    code.put8(0x66);
    withMemory(false, 0x89, from.number(), to);
  }

  /** {@code to = address}, without a look at memory. */
  public void address(Register to, Address of) {
    withMemory(true, 0x8d, to.number(), of);
  }

  /** Writes {@code add} of 64-bit registers. */
  public void add(Register to, Register from) {
    rex(true, from.number(), 0, to.number());
    code.put8(0x01);
    direct(from.number(), to.number());
  }

  /** Writes {@code add} of a constant. */
  public void add(Register to, int value) {
    withImmediate(0, to, value);
  }

  /** Writes {@code sub} of 64-bit registers. */
  public void subtract(Register to, Register from) {
    rex(true, from.number(), 0, to.number());
    code.put8(0x29);
    direct(from.number(), to.number());
  }

  /** Writes {@code sub} of a constant. */
  public void subtract(Register to, int value) {
    withImmediate(5, to, value);
  }

  void and(Register to, int value) {
    withImmediate(4, to, value);
  }

  /** All 64 bits. */
  public void or(Register to, Register from) {
    rex(true, from.number(), 0, to.number());
    code.put8(0x09);
    direct(from.number(), to.number());
  }

  /** Writes {@code cmp}: sets the flags to those of {@code a - b}. */
  public void compare(Register a, Register b) {
    rex(true, b.number(), 0, a.number());
    code.put8(0x39);
    direct(b.number(), a.number());
  }

  /** Writes {@code cmp} with a constant. */
  public void compare(Register a, int value) {
    withImmediate(7, a, value);
  }

  /** Writes {@code imul} of 64-bit registers. */
  public void multiply(Register to, Register from) {
    rex(true, to.number(), 0, from.number());
    code.put8(0x0f);
    code.put8(0xaf);
    direct(to.number(), from.number());
  }

  /** Writes {@code shl} by a constant. */
  public void shiftLeft(Register to, int bits) {
    shift(4, to, bits);
  }

  /** Zeros come in. */
  void shiftRight(Register to, int bits) {
    shift(5, to, bits);
  }

  private void shift(int digit, Register to, int bits) {
    rex(true, 0, 0, to.number());
    code.put8(0xc1);
    direct(digit, to.number());
    code.put8(bits);
  }

  /** Writes {@code push}: saves a register on the stack. */
  public void push(Register register) {
    rex(false, 0, 0, register.number());
    code.put8(0x50 + (register.number() & 7));
  }

  /** Writes {@code pop}: takes a register back from the stack. */
  public void pop(Register register) {
    rex(false, 0, 0, register.number());
    code.put8(0x58 + (register.number() & 7));
  }

  /** Asks for the cache line of an address, to all levels. */
  void prefetch(Address at) {
    rex(false, 0, indexOf(at), at.base().number());
    code.put8(0x0f);
    code.put8(0x18);
    memory(1, at, 1);
  }

  void ret() {
    code.put8(0xc3);
  }

  private void withImmediate(int digit, Register to, int value) {
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

  private void withMemory(boolean wide, int opcode, int reg, Address at) {
    rex(wide, reg, indexOf(at), at.base().number());
    code.put8(opcode);
    memory(reg, at, 1);
  }

  // ---------------------------------------------------------------- jumps

  /** Makes a label that has no place yet. */
  public Label label() {
    return new Label();
  }

  /** A label here. */
  public Label here() {
    Label label = new Label();
    place(label);
    return label;
  }

  /** Gives a label its place: here. */
  public void place(Label label) {
    if (label.position >= 0) {
      throw new IllegalStateException("label placed twice, at %d".formatted(label.position));
    }
    label.position = code.size();
  }

  /** Writes {@code jmp}. */
  public void jump(Label to) {
    code.put8(0xe9);
    use(to);
  }

  /** Writes a jump that is taken when the flags meet the condition. */
  public void jump(Condition condition, Label to) {
    code.put8(0x0f);
    code.put8(0x80 + condition.code);
    use(to);
  }

  private void use(Label label) {
    uses.add(new Use(code.size(), label, 0));
    code.put32(0);
  }

  // ---------------------------------------------------------------- vectors

  /** {@code to = instruction(operand)}; stores and narrowings go from {@code to} to the operand. */
  public void vector(VectorInstruction instruction, Vector to, Operand operand) {
    encode(instruction, to.bits(), to.number(), 0, operand, 0, false);
  }

  /** {@code to = instruction(from, operand)}. */
  public void vector(VectorInstruction instruction, Vector to, Vector from, Operand operand) {
    encode(instruction, to.bits(), to.number(), from.number(), operand, 0, false);
  }

  /** {@code to = instruction(from, operand)} in the lanes of a mask register; zero elsewhere. */
  public void masked(
      VectorInstruction instruction, int mask, Vector to, Vector from, Operand operand) {
    encode(instruction, to.bits(), to.number(), from.number(), operand, mask, true);
  }

  /** Picks lanes of {@code set} where the mask is set, of {@code clear} elsewhere (AVX-512). */
  public void blendByMask(int mask, Vector to, Vector clear, Operand set) {
    encode(
        VectorInstruction.BLEND_BY_MASK, to.bits(), to.number(), clear.number(), set, mask, false);
  }

  /** {@code to = instruction(operand, immediate)}. */
  public void vector(VectorInstruction instruction, Vector to, Operand operand, int immediate) {
    vector(instruction, to, operand);
    immediate(immediate);
  }

  /** {@code to = instruction(from, operand, immediate)}. */
  public void vector(
      VectorInstruction instruction, Vector to, Vector from, Operand operand, int immediate) {
    vector(instruction, to, from, operand);
    immediate(immediate);
  }

  /** Lanes of {@code set} where the sign of {@code by} is set, of {@code clear} elsewhere (AVX). */
  public void blend(Vector to, Vector clear, Operand set, Vector by) {
    vector(VectorInstruction.BLEND, to, clear, set, by.number() << 4);
  }

  /** Compares into a mask register (AVX-512). */
  public void compareToMask(int mask, Vector a, Operand b, int predicate) {
    encode(VectorInstruction.COMPARE_TO_MASK, 512, mask, a.number(), b, 0, false);
    immediate(predicate);
  }

  /** Writes {@code vpslld}: shifts each 32 bits of a vector to the left. */
  public void shiftLeft(Vector to, Vector from, int bits) {
    shift(VectorInstruction.SHIFT_LEFT, SHIFT_LEFT_DIGIT, to, from, bits);
  }

  /** Zeros come in. */
  public void shiftRight(Vector to, Vector from, int bits) {
    shift(VectorInstruction.SHIFT_RIGHT, SHIFT_RIGHT_DIGIT, to, from, bits);
  }

  private void shift(VectorInstruction instruction, int digit, Vector to, Vector from, int bits) {
    encode(instruction, to.bits(), digit, to.number(), from, 0, false);
    code.put8(bits);
  }

  /** Moves 32 bits to the lowest lane; the others become zero. */
  public void moveToVector(Vector to, Register from) {
    vex(VectorInstruction.Prefix.P66, 1, false, 0, to.number(), 0, 0, from.number());
    code.put8(0x6e);
    direct(to.number(), from.number());
  }

  /** Moves the lowest 32 bits. */
  public void moveFromVector(Register to, Vector from) {
    vex(VectorInstruction.Prefix.P66, 1, false, 0, from.number(), 0, 0, to.number());
    code.put8(0x7e);
    direct(from.number(), to.number());
  }

  /** Ends the use of wide registers, so that code without AVX after it is not slowed down. */
  void zeroUpper() {
    vex(VectorInstruction.Prefix.NONE, 1, false, 0, 0, 0, 0, 0);
    code.put8(0x77);
  }

  private void encode(
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
  private void immediate(int value) {
    if (!uses.isEmpty() && uses.getLast().position() + Integer.BYTES == code.size()) {
      Use use = uses.removeLast();
      uses.add(new Use(use.position(), use.label(), 1));
    }
    code.put8(value);
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
  public void interleave(List<Runnable> pieces) {
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

  // ---------------------------------------------------------------- tiles (AMX)

  /** Sets the shapes of all tiles from 64 bytes in memory. */
  public void loadTileConfiguration(Address from) {
    vex(VectorInstruction.Prefix.NONE, 2, false, 0, 0, 0, indexOf(from), from.base().number());
    code.put8(0x49);
    memory(0, from, 1);
  }

  /** Writes {@code tilerelease}: gives the tile registers back. */
  public void releaseTiles() {
    vex(VectorInstruction.Prefix.NONE, 2, false, 0, 0, 0, 0, 0);
    code.put8(0x49);
    code.put8(0xc0);
  }

  /** Writes {@code tilezero}. */
  public void zeroTile(int tile) {
    vex(VectorInstruction.Prefix.F2, 2, false, 0, tile, 0, 0, 0);
    code.put8(0x49);
    direct(tile, 0);
  }

  /** Loads rows that lie {@code stride} bytes apart, from {@code base + displacement} on. */
  public void loadTile(int tile, Register base, Register stride, int displacement) {
    tileMemory(VectorInstruction.Prefix.F2, tile, Address.at(base, stride, 1, displacement));
  }

  /** Stores rows {@code stride} bytes apart. */
  public void storeTile(int tile, Register base, Register stride, int displacement) {
    tileMemory(VectorInstruction.Prefix.F3, tile, Address.at(base, stride, 1, displacement));
  }

  private void tileMemory(VectorInstruction.Prefix prefix, int tile, Address at) {
    vex(prefix, 2, false, 0, tile, 0, indexOf(at), at.base().number());
    code.put8(0x4b);
    memory(tile, at, 1);
  }

  /** {@code to += a b}: a holds rows of pairs of bfloat16, b rows of pairs of columns. */
  public void multiplyTiles(int to, int a, int b) {
    vex(VectorInstruction.Prefix.F3, 2, false, 0, to, b, 0, a);
    code.put8(0x5c);
    direct(to, a);
  }

  // ---------------------------------------------------------------- functions

  /** Where an argument lies, while RDI still holds the address of the record. */
  public Address argument(Argument<?> argument) {
    if (!arguments.contains(argument)) {
      arguments.add(argument);
    }
    return Address.at(Register.RDI, argument.position() * Long.BYTES);
  }

  /** The arguments that the code written so far refers to. */
  List<Argument<?>> arguments() {
    return List.copyOf(arguments);
  }

  /** Begins a function that changes registers that belong to the caller. */
  public void enter(Register... changed) {
    for (Register register : changed) {
      push(register);
    }
  }

  /** Ends a function that began with {@link #enter} of the same registers. */
  public void leave(Register... changed) {
    zeroUpper();
    for (int i = changed.length - 1; i >= 0; i--) {
      pop(changed[i]);
    }
    ret();
  }

  // ---------------------------------------------------------------- constants and the result

  /** A float that fills a vector of 512 bits behind the code. */
  public Constant constant(float value) {
    return constant(Float.floatToRawIntBits(value));
  }

  /** An int that fills a vector of 512 bits behind the code. */
  public Constant constant(int bits) {
    return constant(Collections.nCopies(CONSTANT_ALIGNMENT / Integer.BYTES, bits));
  }

  /** 64 bytes behind the code, as ints. */
  public Constant constant(List<Integer> ints) {
    return new Constant(constants.computeIfAbsent(List.copyOf(ints), _ -> new Label()));
  }

  /** {@code to} = address of a constant. */
  public void address(Register to, Constant constant) {
    rex(true, to.number(), 0, 0);
    code.put8(0x8d);
    code.put8((to.number() & 7) << 3 | 5);
    use(constant.label());
  }

  /** The finished code, constants behind it; its start has to lie on a multiple of 64 bytes. */
  byte[] assemble() {
    for (var entry : constants.entrySet()) {
      while (code.size() % CONSTANT_ALIGNMENT != 0) {
        code.put8(0xcc);
      }
      place(entry.getValue());
      entry.getKey().forEach(code::put32);
    }
    for (Use use : uses) {
      int target = use.label().position;
      if (target < 0) {
        throw new IllegalStateException("a label was used and never placed");
      }
      int end = use.position() + Integer.BYTES + use.behind();
      code.patch32(use.position(), target - end);
    }
    return code.toArray();
  }

  // ---------------------------------------------------------------- encoding

  private static int indexOf(Address at) {
    return at.index() == null ? 0 : at.index().number();
  }

  private void rex(boolean wide, int reg, int index, int base) {
    int bits = (wide ? 8 : 0) | (reg >> 3 & 1) << 2 | (index >> 3 & 1) << 1 | base >> 3 & 1;
    if (bits != 0) {
      code.put8(0x40 | bits);
    }
  }

  private void vex(
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

  private void direct(int reg, int rm) {
    code.put8(0xc0 | (reg & 7) << 3 | rm & 7);
  }

  /**
   * ModRM, SIB and displacement.
   *
   * @param unit what a displacement of 8 bits counts in
   */
  private void memory(int reg, Address at, int unit) {
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
