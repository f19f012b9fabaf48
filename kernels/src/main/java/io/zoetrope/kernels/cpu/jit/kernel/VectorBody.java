package io.zoetrope.kernels.cpu.jit.kernel;

import static io.zoetrope.kernels.cpu.jit.asm.Register.R10;
import static io.zoetrope.kernels.cpu.jit.asm.Register.R11;
import static io.zoetrope.kernels.cpu.jit.asm.Register.R12;
import static io.zoetrope.kernels.cpu.jit.asm.Register.R13;
import static io.zoetrope.kernels.cpu.jit.asm.Register.R8;
import static io.zoetrope.kernels.cpu.jit.asm.Register.R9;
import static io.zoetrope.kernels.cpu.jit.asm.Register.RAX;
import static io.zoetrope.kernels.cpu.jit.asm.Register.RBX;
import static io.zoetrope.kernels.cpu.jit.asm.Register.RCX;
import static io.zoetrope.kernels.cpu.jit.asm.Register.RDX;
import static io.zoetrope.kernels.cpu.jit.asm.VectorInstruction.ADD;
import static io.zoetrope.kernels.cpu.jit.asm.VectorInstruction.AND;
import static io.zoetrope.kernels.cpu.jit.asm.VectorInstruction.BROADCAST;
import static io.zoetrope.kernels.cpu.jit.asm.VectorInstruction.DOT_PRODUCT;
import static io.zoetrope.kernels.cpu.jit.asm.VectorInstruction.FMA_231;
import static io.zoetrope.kernels.cpu.jit.asm.VectorInstruction.LOAD;
import static io.zoetrope.kernels.cpu.jit.asm.VectorInstruction.STORE;
import static io.zoetrope.kernels.cpu.jit.asm.VectorInstruction.XOR;

import io.zoetrope.kernels.cpu.jit.asm.Assembler;
import io.zoetrope.kernels.cpu.jit.asm.Assembler.Condition;
import io.zoetrope.kernels.cpu.jit.asm.Assembler.Label;
import io.zoetrope.kernels.cpu.jit.asm.InstructionSet;
import io.zoetrope.kernels.cpu.jit.asm.Operand.Address;
import io.zoetrope.kernels.cpu.jit.asm.Operand.Vector;
import io.zoetrope.kernels.cpu.jit.asm.Register;
import io.zoetrope.kernels.cpu.jit.asm.VectorInstruction;
import io.zoetrope.kernels.cpu.jit.memory.ProductOperands;

/**
 * A tile of {@code rows} by two vectors, all sums in registers: each step multiplies an element of
 * each row of A, repeated to a vector, with two vectors of B.
 */
final class VectorBody implements BlockProduct.Body {
  private static final int UNROLLED_STEPS = 4;
  private static final int HIGH_HALF = 0xffff0000;

  /** Rows that one base register reaches, as base, base + pitch and base + 2 pitch. */
  private static final int ROWS_OF_BASE = 3;

  private static final Register[] ROW_BASES = {RAX, RBX, R12, R13};

  private final Assembler code;
  private final InstructionSet set;
  private final ProductOperands operands;
  private final int rows;
  private final boolean accumulate;
  private final int stepBytes;

  VectorBody(
      Assembler code, InstructionSet set, ProductOperands operands, int rows, boolean accumulate) {
    this.code = code;
    this.set = set;
    this.operands = operands;
    this.rows = rows;
    this.accumulate = accumulate;
    stepBytes = operands.panelStepBytes(set);
  }

  private Vector register(int number) {
    return new Vector(number, set.vectorBits);
  }

  private Vector sum(int row, int half) {
    return register(2 * row + half);
  }

  /** The last registers: two vectors of B, one of A, one that keeps high halves. */
  private Vector ofB(int half) {
    return register(set.vectorRegisters - 4 + half);
  }

  private Vector ofA() {
    return register(set.vectorRegisters - 2);
  }

  private Vector highHalves() {
    return register(set.vectorRegisters - 1);
  }

  @Override
  public void begin() {
    if (operands == ProductOperands.FLOATS_BY_HALVES) {
      code.vector(LOAD, highHalves(), code.constant(HIGH_HALF));
    }
  }

  @Override
  public void clear() {
    for (int row = 0; row < rows; row++) {
      for (int half = 0; half < 2; half++) {
        code.vector(XOR, sum(row, half), sum(row, half), sum(row, half));
      }
    }
  }

  @Override
  public void accumulateSteps() {
    int bases = Math.ceilDiv(rows, ROWS_OF_BASE);
    if (bases > 1) {
      code.address(R11, Address.at(RDX, RDX, 2, 0));
    }
    for (int i = 1; i < bases; i++) {
      code.address(ROW_BASES[i], Address.at(ROW_BASES[i - 1], R11, 1, 0));
    }
    code.load(RCX, code.argument(BlockProduct.STEPS));
    Label rest = code.label();
    Label done = code.label();
    code.subtract(RCX, UNROLLED_STEPS);
    code.jump(Condition.LESS, rest);
    Label unrolled = code.here();
    for (int step = 0; step < UNROLLED_STEPS; step++) {
      step(step);
    }
    moveOn(bases, UNROLLED_STEPS);
    code.subtract(RCX, UNROLLED_STEPS);
    code.jump(Condition.GREATER_OR_EQUAL, unrolled);

    code.place(rest);
    code.add(RCX, UNROLLED_STEPS);
    code.jump(Condition.EQUAL, done);
    Label single = code.here();
    step(0);
    moveOn(bases, 1);
    code.subtract(RCX, 1);
    code.jump(Condition.NOT_EQUAL, single);
    code.place(done);
  }

  private void moveOn(int bases, int steps) {
    for (int i = 0; i < bases; i++) {
      code.add(ROW_BASES[i], steps * Integer.BYTES);
    }
    code.add(R8, steps * stepBytes);
  }

  private void step(int index) {
    Address b = Address.at(R8, index * stepBytes);
    if (operands == ProductOperands.FLOATS_BY_HALVES) {
      code.vector(LOAD, ofB(1), b);
      code.shiftLeft(ofB(0), ofB(1), Short.SIZE);
      code.vector(AND, ofB(1), ofB(1), highHalves());
    } else {
      code.vector(LOAD, ofB(0), b);
      code.vector(LOAD, ofB(1), b.plus(set.vectorBytes()));
    }
    VectorInstruction product = operands == ProductOperands.HALVES ? DOT_PRODUCT : FMA_231;
    for (int row = 0; row < rows; row++) {
      Register base = ROW_BASES[row / ROWS_OF_BASE];
      int displacement = index * Integer.BYTES;
      Address a =
          switch (row % ROWS_OF_BASE) {
            case 0 -> Address.at(base, displacement);
            case 1 -> Address.at(base, RDX, 1, displacement);
            default -> Address.at(base, RDX, 2, displacement);
          };
      code.vector(BROADCAST, ofA(), a);
      code.vector(product, sum(row, 0), ofA(), ofB(0));
      code.vector(product, sum(row, 1), ofA(), ofB(1));
    }
  }

  @Override
  public void store() {
    code.move(RAX, R9);
    for (int row = 0; row < rows; row++) {
      for (int half = 0; half < 2; half++) {
        Address at = Address.at(RAX, half * set.vectorBytes());
        if (accumulate) {
          code.vector(ADD, sum(row, half), sum(row, half), at);
        }
        code.vector(STORE, sum(row, half), at);
      }
      code.add(RAX, R10);
    }
  }

  @Override
  public void end() {}
}
