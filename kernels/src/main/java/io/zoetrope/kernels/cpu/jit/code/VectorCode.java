package io.zoetrope.kernels.cpu.jit.code;

import static io.zoetrope.kernels.cpu.jit.asm.VectorInstruction.*;

import io.zoetrope.kernels.cpu.jit.asm.Assembler;
import io.zoetrope.kernels.cpu.jit.asm.InstructionSet;
import io.zoetrope.kernels.cpu.jit.asm.Operand;
import io.zoetrope.kernels.cpu.jit.asm.Operand.Address;
import io.zoetrope.kernels.cpu.jit.asm.Operand.Vector;
import io.zoetrope.kernels.cpu.jit.asm.Register;
import io.zoetrope.kernels.cpu.jit.asm.VectorInstruction;
import io.zoetrope.tensor.DType;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Code over rows of F32 or BF16 elements, written once for all widths of vectors. The body of
 * {@link #columns} is generated for whole vectors and again for one element, which then fills all
 * lanes, so that whatever is computed from it is the same in every lane.
 *
 * <p>Takes RAX as scratch and RCX as the index of the current column. RDI has to keep the address
 * of the arguments.
 */
public final class VectorCode extends VectorLoops {
  private static final int HIGH_HALVES = 0xffff0000;

  /** Predicates of comparisons; quiet ones. */
  public enum Comparison {
    EQUAL(0x00),
    /** Neither is NaN. */
    ORDERED(0x07),
    GREATER(0x1e);

    private final int predicate;

    Comparison(int predicate) {
      this.predicate = predicate;
    }
  }

  private final SplitBlocks blocks;

  /** The even half of a split block, until the odd one is stored with it. */
  private Vector even;

  private VectorCode(Assembler assembler, InstructionSet set, Map<Integer, Vector> kept) {
    super(assembler, set, kept);
    blocks = new SplitBlocks(this);
  }

  /**
   * Writes a function. It is written twice: the first time shows which constants it uses and how
   * many registers it leaves, the second time those used most often are kept there, since loading
   * them anew would take as long as computing with them.
   */
  public static void write(Assembler assembler, InstructionSet set, Consumer<VectorCode> function) {
    VectorCode trial = new VectorCode(new Assembler(), set, Map.of());
    function.accept(trial);
    Map<Integer, Vector> kept = new LinkedHashMap<>();
    trial.uses.entrySet().stream()
        .sorted(Map.Entry.<Integer, Integer>comparingByValue().reversed())
        .limit(trial.neverTaken())
        .forEach(use -> {
          int register = set.vectorRegisters - 1 - kept.size();
          kept.put(use.getKey(), new Vector(register, set.vectorBits));
        });
    kept.forEach((bits, register) -> assembler.vector(LOAD, register, assembler.constant(bits)));
    function.accept(new VectorCode(assembler, set, kept));
  }

  // ---------------------------------------------------------------- elements

  /** Loads the elements of a row that the vector with this number holds, as floats. */
  public void load(DType dtype, Vector to, Register row, int vector) {
    Address from = at(row, dtype, vector);
    if (split) {
      blocks.load(dtype, to, from, vector % 2 == 1);
    } else {
      load(dtype, to, from);
    }
  }

  /** Loads as {@link #load} does, from a vector that {@code ArrangeVector} has brought to order. */
  public void loadArranged(Vector to, Register row, int vector) {
    load(DType.F32, to, arranged(row, vector));
  }

  /** Stores a vector as F32, in the order that {@link #loadArranged} takes it. */
  public void storeArranged(Register row, int vector, Vector value) {
    store(DType.F32, arranged(row, vector), value);
  }

  private Address arranged(Register row, int vector) {
    Address block = at(row, DType.F32, vector);
    return split && vector % 2 == 1 ? block.plus(set.vectorBytes()) : block;
  }

  /** Stores the vector with this number to its place in a row; may change the vector. */
  public void store(DType dtype, Register row, int vector, Vector value) {
    Address to = at(row, dtype, vector);
    if (!split) {
      store(dtype, to, value);
    } else if (vector % 2 == 0) {
      even = value;
    } else {
      Vector first = even;
      // One more register, which must not be one of the parts that follow.
      int free = taken();
      fresh();
      stores.add(() -> {
        release(free);
        blocks.store(to, first, value);
      });
    }
  }

  /** Loads elements as floats. */
  public void load(DType dtype, Vector to, Address from) {
    if (dtype == DType.F32) {
      assembler.vector(single ? BROADCAST : LOAD, to, from);
    } else if (dtype == DType.F16 && single) {
      broadcastHalf(to, from);
    } else if (dtype == DType.F16) {
      assembler.vector(HALF_TO_FLOAT, to, from);
    } else if (single) {
      assembler.load16(SCRATCH, from);
      assembler.shiftLeft(SCRATCH, Short.SIZE);
      broadcast(to, SCRATCH);
    } else {
      assembler.vector(WIDEN_SHORT, to, from);
      assembler.shiftLeft(to, to, Short.SIZE);
    }
  }

  /**
   * Stores floats as elements, rounded to nearest even; NaN stays NaN, if arithmetic or {@link
   * #quiet} has made it.
   */
  public void store(DType dtype, Address to, Vector value) {
    int before = taken();
    if (dtype == DType.F32) {
      if (single) {
        assembler.vector(STORE_ONE, value.as(128), to);
      } else {
        assembler.vector(STORE, value, to);
      }
    } else {
      Vector bits = roundedBits(value);
      assembler.shiftRight(bits, bits, Short.SIZE);
      if (single) {
        assembler.moveFromVector(SCRATCH, bits.as(128));
        assembler.store16(to, SCRATCH);
      } else if (set.hasMasks()) {
        assembler.vector(NARROW_INT, bits, to);
      } else {
        assembler.vector(PACK_INT, bits, bits, bits);
        assembler.vector(PERMUTE_LONG, bits, bits, 0b1000);
        assembler.vector(STORE, bits.as(128), to);
      }
    }
    release(before);
  }

  /**
   * As {@link #store}, for factors of products: the units that multiply bfloat16 take subnormal
   * numbers for 0, and so does the instruction that narrows to it.
   */
  public void storeFactors(DType dtype, Address to, Vector value) {
    if (dtype == DType.F32 || single || !set.multipliesHalves()) {
      store(dtype, to, value);
    } else {
      int before = taken();
      Vector halves = fresh().as(set.vectorBits / 2);
      assembler.vector(NARROW_FLOAT, halves, value);
      assembler.vector(STORE, halves, to);
      release(before);
    }
  }

  /** Copies elements as they are. */
  public void copy(DType dtype, Address to, Address from) {
    int before = taken();
    Vector value = fresh().as(set.vectorBits * dtype.bytes() / Float.BYTES);
    if (!single) {
      assembler.vector(LOAD, value, from);
      assembler.vector(STORE, value, to);
    } else if (dtype == DType.F32) {
      assembler.load32(SCRATCH, from);
      assembler.store32(to, SCRATCH);
    } else {
      assembler.load16(SCRATCH, from);
      assembler.store16(to, SCRATCH);
    }
    release(before);
  }

  /** Rounds a float to what an element can hold; nothing to do for F32. */
  public void round(DType dtype, Vector value) {
    if (dtype == DType.BF16) {
      int before = taken();
      assembler.vector(AND, value, roundedBits(value), constant(HIGH_HALVES));
      release(before);
    }
  }

  /** Rounds as {@link #round} does, by {@link SplitBlocks#roundBetween} where that serves. */
  public void roundBetween(DType dtype, Vector value) {
    if (split) {
      blocks.roundBetween(value);
    } else {
      round(dtype, value);
    }
  }

  /**
   * Floats rounded to bfloat16 in the upper halves; what is below has to be cut off. NaN is left as
   * it is, since it would be carried into a number. Instructions made for this would take subnormal
   * numbers for 0.
   */
  private Vector roundedBits(Vector value) {
    Vector bits = fresh();
    assembler.shiftRight(bits, value, Short.SIZE);
    assembler.vector(AND, bits, bits, constant(1));
    Operand half = constant(0x7fff);
    if (set.hasMasks()) {
      assembler.compareToMask(mask, value, value, Comparison.ORDERED.predicate);
      assembler.masked(ADD_INT, mask, bits, bits, half);
    } else {
      int before = taken();
      Vector numbers = fresh();
      assembler.vector(COMPARE, numbers, value, value, Comparison.ORDERED.predicate);
      assembler.vector(ADD_INT, bits, bits, half);
      assembler.vector(AND, bits, bits, numbers);
      release(before);
    }
    assembler.vector(ADD_INT, bits, bits, value);
    return bits;
  }

  /** Makes NaN that comes from memory such as arithmetic leaves it, which narrowing asks for. */
  public void quiet(Vector value) {
    assembler.vector(MULTIPLY, value, value, constant(1f));
  }

  /** Fills all lanes with the float at an address. */
  public void broadcast(Vector to, Address from) {
    assembler.vector(BROADCAST, to, from);
  }

  /** Fills all lanes with the F16 number at an address. */
  public void broadcastHalf(Vector to, Address from) {
    assembler.load16(SCRATCH, from);
    assembler.moveToVector(to.as(128), SCRATCH);
    assembler.vector(HALF_TO_FLOAT, to.as(128), to.as(128));
    broadcast(to);
  }

  /** Fills all lanes with the lower 32 bits of a register. */
  void broadcast(Vector to, Register from) {
    assembler.moveToVector(to.as(128), from);
    broadcast(to);
  }

  /** Fills all lanes with the first one. */
  public void broadcast(Vector vector) {
    assembler.vector(BROADCAST, vector, vector.as(128));
  }

  // ---------------------------------------------------------------- across lanes

  /** {@code sum += value}, where a single element counts once. */
  public void accumulate(Vector sum, Vector value) {
    int before = taken();
    assembler.vector(ADD, sum, sum, counted(value));
    release(before);
  }

  /** {@code sum += a * b}, where a single element counts once. */
  public void accumulateProduct(Vector sum, Vector a, Vector b) {
    int before = taken();
    assembler.vector(FMA_231, sum, counted(a), b);
    release(before);
  }

  private Vector counted(Vector value) {
    if (!single) {
      return value;
    }
    Vector first = fresh();
    Operand mask = assembler.constant(firstLane());
    assembler.vector(AND, first, value, mask);
    return first;
  }

  private static List<Integer> firstLane() {
    Integer[] lanes = Collections.nCopies(16, 0).toArray(Integer[]::new);
    lanes[0] = -1;
    return List.of(lanes);
  }

  /** Puts {@code instruction} (a sum or a maximum) over all lanes of some vectors in all lanes. */
  public void reduce(VectorInstruction instruction, Vector... vectors) {
    Vector all = vectors[0];
    for (int step = vectors.length / 2; step > 0; step /= 2) {
      for (int i = 0; i < step; i++) {
        assembler.vector(instruction, vectors[i], vectors[i], vectors[i + step]);
      }
    }
    int before = taken();
    Vector other = fresh();
    if (all.bits() == 512) {
      assembler.vector(EXTRACT_256, all, other.as(256), 1);
      assembler.vector(instruction, all.as(256), all.as(256), other.as(256));
    }
    Vector low = all.as(128);
    assembler.vector(EXTRACT_128, all.as(256), other.as(128), 1);
    assembler.vector(instruction, low, low, other.as(128));
    assembler.vector(MOVE_HIGH_TO_LOW, other.as(128), low, low);
    assembler.vector(instruction, low, low, other.as(128));
    assembler.vector(SHUFFLE, other.as(128), low, low, 1);
    assembler.vector(instruction, low, low, other.as(128));
    broadcast(all);
    release(before);
  }

  /** {@code value = a (comparison) b ? then : value}. */
  public void select(Comparison comparison, Vector a, Operand b, Vector value, Operand then) {
    if (set.hasMasks()) {
      assembler.compareToMask(mask, a, b, comparison.predicate);
      assembler.blendByMask(mask, value, value, then);
    } else {
      int before = taken();
      Vector mask = fresh();
      assembler.vector(COMPARE, mask, a, b, comparison.predicate);
      assembler.blend(value, value, then, mask);
      release(before);
    }
  }
}
