package io.zoetrope.kernels.cpu.jit.code;

import static io.zoetrope.kernels.cpu.jit.asm.VectorInstruction.*;

import io.zoetrope.kernels.cpu.jit.asm.Assembler;
import io.zoetrope.kernels.cpu.jit.asm.InstructionSet;
import io.zoetrope.kernels.cpu.jit.asm.Operand.Address;
import io.zoetrope.kernels.cpu.jit.asm.Operand.Vector;
import io.zoetrope.tensor.DType;

/**
 * Blocks of two vectors of floats, of which the first holds the even elements and the second the
 * odd ones. BF16 comes to this order by a shift and a mask and goes back by a shift and a blend:
 * where narrowing takes several instructions, this needs half of them, and none that moves elements
 * between lanes.
 */
public final class SplitBlocks {
  private static final int HIGH_HALVES = 0xffff0000;
  private static final int ONES = 0x00010001;
  private static final int HALF_UNITS = 0x80008000;
  private static final int BELOW_HALF_UNIT = 0x7fff;

  /** Orders of a shuffle of two vectors, and of longs thereafter. */
  private static final int EVEN_LANES = 0b10_00_10_00;

  private static final int ODD_LANES = 0b11_01_11_01;
  private static final int MIDDLE_SWAPPED = 0b11_01_10_00;
  private static final int ODD_SHORTS = 0b10101010;

  private final Assembler assembler;
  private final VectorCode code;

  SplitBlocks(VectorCode code) {
    assembler = code.assembler();
    this.code = code;
  }

  /** Whether rows whose result has a dtype are best computed in such blocks. */
  public static boolean serve(InstructionSet set, DType dtype) {
    return dtype == DType.BF16 && !set.hasMasks();
  }

  /** Loads one vector of a block that lies in memory in its usual order. */
  void load(DType dtype, Vector to, Address block, boolean odd) {
    assembler.vector(LOAD, to, block);
    if (dtype == DType.F32) {
      Address rest = block.plus(to.bytes());
      assembler.vector(SHUFFLE, to, to, rest, odd ? ODD_LANES : EVEN_LANES);
      assembler.vector(PERMUTE_LONG, to, to, MIDDLE_SWAPPED);
    } else if (odd) {
      assembler.vector(AND, to, to, code.constant(HIGH_HALVES));
    } else {
      assembler.shiftLeft(to, to, Short.SIZE);
    }
  }

  /**
   * Stores a block as BF16, rounded to nearest even; changes both vectors. The upper 16 bits of the
   * floats grow by 1 if the lower ones are more than half a unit, or half a unit and the upper ones
   * odd. NaN that would grow beyond the largest number of its sign stays as it is.
   */
  void store(Address to, Vector even, Vector odd) {
    Vector upper = code.fresh();
    assembler.shiftRight(upper, even, Short.SIZE);
    assembler.vector(BLEND_SHORT, upper, upper, odd, ODD_SHORTS);
    Vector lower = odd;
    assembler.shiftLeft(lower, odd, Short.SIZE);
    assembler.vector(BLEND_SHORT, lower, even, lower, ODD_SHORTS);
    Vector growth = even;
    assembler.vector(AND, growth, upper, code.constant(ONES));
    assembler.vector(ADD_SHORT, growth, growth, lower);
    assembler.vector(SUBTRACT_SHORT, growth, growth, code.constant(HALF_UNITS));
    assembler.vector(MIN_SHORT, growth, growth, code.constant(ONES));
    Vector grown = growth;
    assembler.vector(ADD_SHORT, grown, upper, growth);
    assembler.vector(MAX_SHORT, upper, upper, grown);
    assembler.vector(STORE, upper, to);
  }

  /**
   * Rounds floats to nearest even as BF16, for results that are rounded again later. NaN stays NaN
   * if its lower 16 bits are clear, as those of a processor's own and of BF16 are.
   */
  void roundBetween(Vector value) {
    int before = code.taken();
    Vector odd = code.fresh();
    assembler.shiftRight(odd, value, Short.SIZE);
    assembler.vector(AND, odd, odd, code.constant(1));
    assembler.vector(ADD_INT, value, value, code.constant(BELOW_HALF_UNIT));
    assembler.vector(ADD_INT, value, value, odd);
    assembler.vector(AND, value, value, code.constant(HIGH_HALVES));
    code.release(before);
  }
}
