package io.zoetrope.kernels.cpu.jit.code;

import static io.zoetrope.kernels.cpu.jit.asm.VectorInstruction.LOAD;
import static io.zoetrope.kernels.cpu.jit.asm.VectorInstruction.XOR;

import io.zoetrope.kernels.cpu.jit.asm.Assembler;
import io.zoetrope.kernels.cpu.jit.asm.InstructionSet;
import io.zoetrope.kernels.cpu.jit.asm.Operand;
import io.zoetrope.kernels.cpu.jit.asm.Operand.Vector;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;

/** Vector registers of a function that is being written, and constants in them. */
abstract class VectorRegisters {
  /** Instructions that move between vector and general registers know the first 16 only. */
  private static final int REGISTERS_OF_MOVES = 16;

  final Assembler assembler;
  final InstructionSet set;

  /** Constants that stay in registers, by their bits. */
  private final Map<Integer, Vector> kept;

  /** How often the code names each constant. */
  final Map<Integer, Integer> uses = new LinkedHashMap<>();

  /** The code that is being written is for one element, which fills all lanes. */
  boolean single;

  private int taken;
  private int mostTaken;

  /** Most registers that were taken since this was set. */
  private int highest;

  VectorRegisters(Assembler assembler, InstructionSet set, Map<Integer, Vector> kept) {
    this.assembler = assembler;
    this.set = set;
    this.kept = kept;
  }

  /** Returns the assembler that the function is written with. */
  public Assembler assembler() {
    return assembler;
  }

  /** Returns the instruction set that the function is written for. */
  public InstructionSet set() {
    return set;
  }

  /** Registers that have never been taken. */
  int neverTaken() {
    return set.vectorRegisters - mostTaken;
  }

  /** How many vectors of long computations are best executed together. */
  public int overlap() {
    return set.hasMasks() ? 4 : 2;
  }

  /** A vector register that nobody else uses until {@link #release}. */
  public Vector fresh() {
    int limit = single ? REGISTERS_OF_MOVES : set.vectorRegisters - kept.size();
    if (taken == limit) {
      throw new IllegalStateException("a kernel needs more than %d registers".formatted(limit));
    }
    Vector register = new Vector(taken++, set.vectorBits);
    highest = Math.max(highest, taken);
    mostTaken = Math.max(mostTaken, taken);
    return register;
  }

  /** Takes as many registers as asked for. */
  public Vector[] fresh(int count) {
    return Stream.generate(this::fresh).limit(count).toArray(Vector[]::new);
  }

  /** How many registers are taken; {@link #release} goes back to it. */
  public int taken() {
    return taken;
  }

  /** Gives back all registers that were taken since {@link #taken} returned this number. */
  public void release(int before) {
    taken = before;
  }

  /** Keeps all registers that a piece of code takes, for code that is executed together with it. */
  void withoutRelease(Runnable piece) {
    highest = taken;
    piece.run();
    taken = highest;
  }

  /** A float in all lanes; nobody may change it. */
  public Operand constant(float value) {
    return constant(Float.floatToRawIntBits(value));
  }

  /** An int in all lanes; nobody may change it. */
  public Operand constantBits(int bits) {
    return constant(bits);
  }

  /** An int in all lanes; nobody may change it. */
  Operand constant(int bits) {
    uses.merge(bits, 1, Integer::sum);
    Vector register = kept.get(bits);
    return register != null ? register : assembler.constant(bits);
  }

  /** A float in all lanes of a register that nobody may change; a fresh one if need be. */
  Vector constantRegister(float value) {
    if (constant(value) instanceof Vector register) {
      return register;
    }
    Vector register = fresh();
    fill(register, value);
    return register;
  }

  /** Writes the code that makes all lanes zero. */
  public void zero(Vector vector) {
    assembler.vector(XOR, vector, vector, vector);
  }

  /** Writes the code that gives all lanes a constant. */
  public void fill(Vector vector, float value) {
    assembler.vector(LOAD, vector, constant(value));
  }
}
