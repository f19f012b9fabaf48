package io.zoetrope.kernels.cpu.jit.kernel;

import static io.zoetrope.kernels.cpu.jit.asm.VectorInstruction.*;

import io.zoetrope.kernels.cpu.jit.asm.Assembler;
import io.zoetrope.kernels.cpu.jit.asm.Assembler.Condition;
import io.zoetrope.kernels.cpu.jit.asm.Assembler.Label;
import io.zoetrope.kernels.cpu.jit.asm.Operand.Address;
import io.zoetrope.kernels.cpu.jit.asm.Operand.Vector;
import io.zoetrope.kernels.cpu.jit.asm.Register;
import io.zoetrope.kernels.cpu.jit.asm.RowsArgument;
import io.zoetrope.kernels.cpu.jit.code.SplitBlocks;
import io.zoetrope.kernels.cpu.jit.code.VectorCode;
import io.zoetrope.kernels.cpu.jit.code.VectorLoops.Rows;
import io.zoetrope.tensor.DType;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Writes the rotation of the pairs (2i, 2i+1) of every head of a row, with what is done to the
 * elements before. Head after head takes the same cosines and sines.
 */
final class Rotation {
  /** Registers for cosines, sines, the end of the head, and the heads that are left. */
  static final Register[] REGISTERS = {Register.RBX, Register.RBP, Register.R12, Register.R13};

  private static final Register COS = REGISTERS[0];
  private static final Register SIN = REGISTERS[1];
  private static final Register END = REGISTERS[2];
  private static final Register HEADS = REGISTERS[3];

  /** Both of a pair from the even one, and from the odd one. */
  private static final int EVEN = 0b10100000;

  private static final int SWAPPED = 0b10110001;

  /** What is done to elements before they are rotated. */
  @FunctionalInterface
  interface Before {
    /**
     * Changes a vector, or one element.
     *
     * @param element 1 for the element after that of {@link VectorCode#at}
     */
    void change(Vector value, int vector, int element);
  }

  private final Assembler assembler;
  private final VectorCode code;
  private final DType dtype;
  private final Before before;

  Rotation(VectorCode code, DType dtype, Before before) {
    assembler = code.assembler();
    this.code = code;
    this.dtype = dtype;
    this.before = before;
  }

  /** Rows of cosines and sines, F32, one for each pair of a head. */
  static List<Rows> rows(RowsArgument<?> cosines, RowsArgument<?> sines) {
    return List.of(new Rows(COS, cosines), new Rows(SIN, sines));
  }

  /** Rotates a row; {@code out} may be {@code x}. */
  void row(Register x, Register out, Address heads, Address headDim) {
    Label loop = assembler.label();
    assembler.push(COS);
    assembler.push(SIN);
    assembler.load(HEADS, heads);
    assembler.move(END, 0);
    assembler.move(VectorCode.INDEX, 0);
    assembler.place(loop);
    assembler.load(VectorCode.SCRATCH, headDim);
    assembler.add(END, VectorCode.SCRATCH);
    if (SplitBlocks.serve(code.set(), dtype)) {
      code.blocks(END, first -> block(x, out, first));
    } else {
      code.vectors(END, vector -> vector(x, out, vector));
    }
    code.elements(END, 2, _ -> pair(x, out));
    // The index goes on through the row, the cosines start again.
    assembler.load(VectorCode.SCRATCH, headDim);
    assembler.shiftLeft(VectorCode.SCRATCH, 1);
    assembler.subtract(COS, VectorCode.SCRATCH);
    assembler.subtract(SIN, VectorCode.SCRATCH);
    assembler.subtract(HEADS, 1);
    assembler.compare(HEADS, 0);
    assembler.jump(Condition.GREATER, loop);
    assembler.pop(SIN);
    assembler.pop(COS);
  }

  private void vector(Register x, Register out, int vector) {
    Vector value = code.fresh();
    Vector other = code.fresh();
    Vector factor = code.fresh();
    code.load(dtype, value, code.at(x, dtype, vector));
    before.change(value, vector, 0);
    assembler.vector(SHUFFLE, other, value, value, SWAPPED);
    loadTwice(factor, SIN);
    assembler.vector(XOR, factor, factor, assembler.constant(evenSigns()));
    assembler.vector(MULTIPLY, other, other, factor);
    loadTwice(factor, COS);
    assembler.vector(FMA_231, other, value, factor);
    code.store(dtype, code.at(out, dtype, vector), other);
  }

  /**
   * A split block has all first elements of its pairs in one vector, all second ones in another.
   */
  private void block(Register x, Register out, int first) {
    Vector even = code.fresh();
    Vector odd = code.fresh();
    int free = code.taken();
    code.load(dtype, even, x, first);
    before.change(even, first, 0);
    code.load(dtype, odd, x, first + 1);
    before.change(odd, first + 1, 0);
    code.release(free);
    Vector evenTurned = code.fresh();
    Vector oddTurned = code.fresh();
    Vector factor = code.fresh();
    int pairs = first / 2 * factor.bits() / Byte.SIZE;
    assembler.vector(LOAD, factor, ofPair(SIN).plus(pairs));
    assembler.vector(MULTIPLY, evenTurned, odd, factor);
    assembler.vector(MULTIPLY, oddTurned, even, factor);
    assembler.vector(LOAD, factor, ofPair(COS).plus(pairs));
    assembler.vector(FMS_231, evenTurned, even, factor);
    assembler.vector(FMA_231, oddTurned, odd, factor);
    code.store(dtype, out, first, evenTurned);
    code.store(dtype, out, first + 1, oddTurned);
  }

  /** One float for each pair, in both lanes of the pair. */
  private void loadTwice(Vector to, Register row) {
    assembler.vector(WIDEN_INT, to, ofPair(row));
    assembler.vector(SHUFFLE, to, to, to, EVEN);
  }

  private static Address ofPair(Register row) {
    return Address.at(row, VectorCode.INDEX, Float.BYTES / 2, 0);
  }

  private static List<Integer> evenSigns() {
    return IntStream.range(0, 16).mapToObj(i -> i % 2 == 0 ? 0x80000000 : 0).toList();
  }

  private void pair(Register x, Register out) {
    Vector even = code.fresh();
    Vector odd = code.fresh();
    Vector cos = code.fresh();
    Vector sin = code.fresh();
    Vector turned = code.fresh();
    Address second = code.at(x, dtype, 0).plus(dtype.bytes());
    code.load(dtype, even, code.at(x, dtype, 0));
    code.load(dtype, odd, second);
    before.change(even, 0, 0);
    before.change(odd, 0, 1);
    code.broadcast(cos, ofPair(COS));
    code.broadcast(sin, ofPair(SIN));
    assembler.vector(MULTIPLY, turned, odd, sin);
    assembler.vector(FMS_231, turned, even, cos);
    code.store(dtype, code.at(out, dtype, 0), turned);
    assembler.vector(MULTIPLY, turned, even, sin);
    assembler.vector(FMA_231, turned, odd, cos);
    code.store(dtype, code.at(out, dtype, 0).plus(dtype.bytes()), turned);
  }
}
