package io.zoetrope.kernels.cpu.jit.kernel;

import static io.zoetrope.kernels.cpu.jit.asm.Register.R10;
import static io.zoetrope.kernels.cpu.jit.asm.Register.R11;
import static io.zoetrope.kernels.cpu.jit.asm.Register.R12;
import static io.zoetrope.kernels.cpu.jit.asm.Register.R13;
import static io.zoetrope.kernels.cpu.jit.asm.Register.R14;
import static io.zoetrope.kernels.cpu.jit.asm.Register.R15;
import static io.zoetrope.kernels.cpu.jit.asm.Register.R8;
import static io.zoetrope.kernels.cpu.jit.asm.Register.R9;
import static io.zoetrope.kernels.cpu.jit.asm.Register.RAX;
import static io.zoetrope.kernels.cpu.jit.asm.Register.RBP;
import static io.zoetrope.kernels.cpu.jit.asm.Register.RBX;
import static io.zoetrope.kernels.cpu.jit.asm.Register.RCX;
import static io.zoetrope.kernels.cpu.jit.asm.Register.RDX;
import static io.zoetrope.kernels.cpu.jit.asm.Register.RSI;

import io.zoetrope.kernels.cpu.jit.asm.Argument;
import io.zoetrope.kernels.cpu.jit.asm.ArgumentNames;
import io.zoetrope.kernels.cpu.jit.asm.Assembler;
import io.zoetrope.kernels.cpu.jit.asm.Assembler.Condition;
import io.zoetrope.kernels.cpu.jit.asm.Assembler.Label;
import io.zoetrope.kernels.cpu.jit.asm.KernelCache;
import io.zoetrope.kernels.cpu.jit.asm.Operand.Address;
import io.zoetrope.kernels.cpu.jit.asm.Register;
import io.zoetrope.kernels.cpu.jit.asm.RowsArgument;

/**
 * Packs columns of B into a panel: what lies column by column becomes lanes of 32 bits, step by
 * step. Steps are taken in blocks, so that the part of the panel that is being written stays in the
 * L1 cache.
 *
 * @param lane how a lane is made
 */
public record PackPanel(Lane lane) implements KernelCache.Recipe {
  private static final ArgumentNames<PackPanel> NAMES = new ArgumentNames<>();

  /** The first element, and the bytes from column to column. */
  public static final RowsArgument<PackPanel> SOURCE = NAMES.rows("source");

  /** Bytes from step to step of the source. */
  public static final Argument<PackPanel> STEP_PITCH = NAMES.value("bytes between steps");

  /** The first lane, and the bytes from step to step. */
  public static final RowsArgument<PackPanel> PANEL = NAMES.rows("panel");

  /** Columns; at least 1. */
  public static final Argument<PackPanel> COLUMNS = NAMES.value("columns");

  /** Steps; at least 1. */
  public static final Argument<PackPanel> STEPS = NAMES.value("steps");

  /** {@link Lane#PAIR} alone: bytes from the lower to the upper half's source. */
  public static final Argument<PackPanel> HALF_PITCH = NAMES.value("bytes between halves");

  private static final int BLOCK_STEPS = 256;
  private static final Register[] CHANGED = {RBX, RBP, R12, R13, R14, R15};

  /** How a lane of 32 bits is made. */
  public enum Lane {
    /** 32 bits as they are: a float, or two neighbouring bfloat16. */
    SAME,
    /** A bfloat16 widened to a float. */
    WIDENED,
    /** Two bfloat16 some distance apart, the first one in the lower half. */
    PAIR,
    /** A bfloat16 in the lower half, zero in the upper one. */
    ALONE
  }

  @Override
  public void generate(Assembler code) {
    code.enter(CHANGED);
    code.load(RSI, code.argument(SOURCE.address()));
    code.load(RDX, code.argument(SOURCE.pitch()));
    code.load(RCX, code.argument(STEP_PITCH));
    code.load(R8, code.argument(PANEL.address()));
    code.load(R9, code.argument(PANEL.pitch()));
    code.load(R10, code.argument(STEPS));
    if (lane == Lane.PAIR) {
      code.load(R15, code.argument(HALF_PITCH));
    }

    Label nextBlock = code.here();
    Label whole = code.label();
    code.move(R11, BLOCK_STEPS);
    code.compare(R10, BLOCK_STEPS);
    code.jump(Condition.GREATER_OR_EQUAL, whole);
    code.move(R11, R10);
    code.place(whole);

    code.move(R12, RSI);
    code.move(R13, R8);
    code.load(R14, code.argument(COLUMNS));
    Label nextColumn = code.here();
    code.move(RAX, R12);
    code.push(R13);
    code.push(R11);
    Label nextStep = code.here();
    lane(code);
    code.add(RAX, RCX);
    code.add(R13, R9);
    code.subtract(R11, 1);
    code.jump(Condition.NOT_EQUAL, nextStep);
    code.pop(R11);
    code.pop(R13);
    code.add(R12, RDX);
    code.add(R13, Integer.BYTES);
    code.subtract(R14, 1);
    code.jump(Condition.NOT_EQUAL, nextColumn);

    code.move(RAX, R11);
    code.multiply(RAX, RCX);
    code.add(RSI, RAX);
    code.move(RAX, R11);
    code.multiply(RAX, R9);
    code.add(R8, RAX);
    code.subtract(R10, R11);
    code.jump(Condition.NOT_EQUAL, nextBlock);
    code.leave(CHANGED);
  }

  /** Writes a lane from where RAX points to where R13 points; changes RBX and RBP. */
  private void lane(Assembler code) {
    switch (lane) {
      case SAME -> code.load32(RBX, Address.at(RAX));
      case ALONE -> code.load16(RBX, Address.at(RAX));
      case WIDENED -> {
        code.load16(RBX, Address.at(RAX));
        code.shiftLeft(RBX, Short.SIZE);
      }
      case PAIR -> {
        code.load16(RBX, Address.at(RAX, R15, 1, 0));
        code.shiftLeft(RBX, Short.SIZE);
        code.load16(RBP, Address.at(RAX));
        code.or(RBX, RBP);
      }
    }
    code.store32(Address.at(R13), RBX);
  }
}
