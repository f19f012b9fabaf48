package io.zoetrope.kernels.cpu.jit.asm;

import io.zoetrope.kernels.cpu.jit.asm.Operand.Address;
import io.zoetrope.kernels.cpu.jit.asm.Operand.Constant;
import io.zoetrope.kernels.cpu.jit.asm.Operand.Vector;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Writes x86-64 machine code: the instructions that the kernels need, no more (Intel 64 and IA-32
 * Architectures Software Developer's Manual, volume 2). A kernel is a function of the System V ABI
 * with one parameter, the address of a record of arguments, in RDI.
 */
public final class Assembler extends InstructionEncoder {
  private static final int CONSTANT_ALIGNMENT = 64;

  /** Which operation of a group opcode; the numbers are those of the field {@code /digit}. */
  private static final int SHIFT_LEFT_DIGIT = 6;

  private static final int SHIFT_RIGHT_DIGIT = 2;

  /** A place in the code; jumps to it may come before it. */
  public static final class Label {
    int position = -1;
  }

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

  private final Map<List<Integer>, Label> constants = new LinkedHashMap<>();
  private final List<Argument<?>> arguments = new ArrayList<>();

  /** Registers of the caller that the code writes to. */
  private final Set<Register> changed = EnumSet.noneOf(Register.class);

  // ---------------------------------------------------------------- general-purpose registers

  /** Writes {@code mov}: copies a register. */
  public void move(Register to, Register from) {
    written(to);
    rex(true, from.number(), 0, to.number());
    code.put8(0x89);
    direct(from.number(), to.number());
  }

  /** Writes {@code mov} of a constant, in the shortest form that holds it. */
  public void move(Register to, long value) {
    written(to);
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
    written(to);
    withMemory(true, 0x8b, to.number(), from);
  }

  /** Loads 32 bits; the upper half becomes zero. */
  public void load32(Register to, Address from) {
    written(to);
    withMemory(false, 0x8b, to.number(), from);
  }

  /** Loads 16 bits; the rest becomes zero. */
  public void load16(Register to, Address from) {
    written(to);
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
    written(to);
    withMemory(true, 0x8d, to.number(), of);
  }

  /** Writes {@code add} of 64-bit registers. */
  public void add(Register to, Register from) {
    written(to);
    rex(true, from.number(), 0, to.number());
    code.put8(0x01);
    direct(from.number(), to.number());
  }

  /** Writes {@code add} of a constant. */
  public void add(Register to, int value) {
    written(to);
    withImmediate(0, to, value);
  }

  /** Writes {@code sub} of 64-bit registers. */
  public void subtract(Register to, Register from) {
    written(to);
    rex(true, from.number(), 0, to.number());
    code.put8(0x29);
    direct(from.number(), to.number());
  }

  /** Writes {@code sub} of a constant. */
  public void subtract(Register to, int value) {
    written(to);
    withImmediate(5, to, value);
  }

  void and(Register to, int value) {
    written(to);
    withImmediate(4, to, value);
  }

  /** Writes {@code or} of 64-bit registers. */
  public void or(Register to, Register from) {
    written(to);
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
    written(to);
    rex(true, to.number(), 0, from.number());
    code.put8(0x0f);
    code.put8(0xaf);
    direct(to.number(), from.number());
  }

  /** Writes {@code shl} by a constant. */
  public void shiftLeft(Register to, int bits) {
    written(to);
    shift(4, to, bits);
  }

  /** Writes {@code shr} by a constant: zeros come in. */
  void shiftRight(Register to, int bits) {
    written(to);
    shift(5, to, bits);
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

  // ---------------------------------------------------------------- jumps

  /** Makes a label that has no place yet. */
  public Label label() {
    return new Label();
  }

  /** Makes a label and gives it its place: here. */
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

  /** Writes {@code vpsrld}: shifts each 32 bits of a vector to the right; zeros come in. */
  public void shiftRight(Vector to, Vector from, int bits) {
    shift(VectorInstruction.SHIFT_RIGHT, SHIFT_RIGHT_DIGIT, to, from, bits);
  }

  /** Moves 32 bits to the lowest lane; the others become zero. */
  public void moveToVector(Vector to, Register from) {
    vex(VectorInstruction.Prefix.P66, 1, false, 0, to.number(), 0, 0, from.number());
    code.put8(0x6e);
    direct(to.number(), from.number());
  }

  /** Moves the lowest 32 bits. */
  public void moveFromVector(Register to, Vector from) {
    written(to);
    vex(VectorInstruction.Prefix.P66, 1, false, 0, from.number(), 0, 0, to.number());
    code.put8(0x7e);
    direct(from.number(), to.number());
  }

  /** Ends the use of wide registers, so that code without AVX after it is not slowed down. */
  void zeroUpper() {
    vex(VectorInstruction.Prefix.NONE, 1, false, 0, 0, 0, 0, 0);
    code.put8(0x77);
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
    return Address.at(Register.RDI, argument.offset());
  }

  /** The arguments that the code written so far refers to. */
  List<Argument<?>> arguments() {
    return List.copyOf(arguments);
  }

  private void written(Register register) {
    if (register.belongsToCaller()) {
      changed.add(register);
    }
  }

  /** Begins a function that changes registers that belong to the caller. */
  public void enter(Register... saved) {
    for (Register register : saved) {
      push(register);
    }
  }

  /**
   * Ends a function that began with {@link #enter} of the same registers.
   *
   * @throws IllegalStateException if it changes another one of the caller's, who would go wrong
   *     later and elsewhere: compiled Java code counts on R12
   */
  public void leave(Register... saved) {
    changed.removeAll(List.of(saved));
    if (!changed.isEmpty()) {
      throw new IllegalStateException(
          "%s belong to the caller: enter and leave the function with them".formatted(changed));
    }
    zeroUpper();
    for (int i = saved.length - 1; i >= 0; i--) {
      pop(saved[i]);
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
    written(to);
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
    link();
    return code.toArray();
  }
}
