package io.zoetrope.kernels.cpu.jit;

import static io.zoetrope.kernels.cpu.jit.VectorInstruction.*;

import io.zoetrope.kernels.cpu.jit.Assembler.Condition;
import io.zoetrope.kernels.cpu.jit.Assembler.Label;
import io.zoetrope.kernels.cpu.jit.Operand.Address;
import io.zoetrope.kernels.cpu.jit.Operand.Vector;
import io.zoetrope.tensor.DType;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Code over rows of F32 or BF16 elements, written once for all widths of vectors. The body of
 * {@link #columns} is generated for whole vectors and again for one element, which then fills all
 * lanes, so that whatever is computed from it is the same in every lane.
 *
 * <p>Takes RAX as scratch and RCX as the index of the current column. RDI has to keep the address
 * of the arguments.
 */
final class VectorCode {
  static final Register SCRATCH = Register.RAX;
  static final Register INDEX = Register.RCX;

  /** Instructions that move between vector and general registers know the first 16 only. */
  private static final int REGISTERS_OF_MOVES = 16;

  private static final int HIGH_HALVES = 0xffff0000;

  /** Predicates of comparisons; quiet ones. */
  enum Comparison {
    EQUAL(0x00),
    /** Neither is NaN. */
    ORDERED(0x07),
    GREATER(0x1e);

    private final int predicate;

    Comparison(int predicate) {
      this.predicate = predicate;
    }
  }

  private final Assembler assembler;
  private final InstructionSet set;

  /** Constants that stay in registers, by their bits. */
  private final Map<Integer, Vector> kept;

  /** How often the code names each constant. */
  private final Map<Integer, Integer> uses = new LinkedHashMap<>();

  private int taken;
  private int mostTaken;

  /** Most registers that were taken since this was set. */
  private int highest;

  /** Mask register; parts that are executed together have one each. */
  private int mask = 1;

  private boolean single;

  /** The vectors of a loop are those of split blocks. */
  private boolean split;

  private final SplitBlocks blocks;

  /** The even half of a split block, until the odd one is stored with it. */
  private Vector even;

  /** What comes after the bodies of a split loop. */
  private final List<Runnable> stores = new ArrayList<>();

  private VectorCode(Assembler assembler, InstructionSet set, Map<Integer, Vector> kept) {
    this.assembler = assembler;
    this.set = set;
    this.kept = kept;
    blocks = new SplitBlocks(this);
  }

  /**
   * Writes a function. It is written twice: the first time shows which constants it uses and how
   * many registers it leaves, the second time those used most often are kept there, since loading
   * them anew would take as long as computing with them.
   */
  static void write(Assembler assembler, InstructionSet set, Consumer<VectorCode> function) {
    VectorCode trial = new VectorCode(new Assembler(), set, Map.of());
    function.accept(trial);
    Map<Integer, Vector> kept = new LinkedHashMap<>();
    trial.uses.entrySet().stream()
        .sorted(Map.Entry.<Integer, Integer>comparingByValue().reversed())
        .limit(set.vectorRegisters - trial.mostTaken)
        .forEach(use -> {
          int register = set.vectorRegisters - 1 - kept.size();
          kept.put(use.getKey(), new Vector(register, set.vectorBits));
        });
    kept.forEach((bits, register) -> assembler.vector(LOAD, register, assembler.constant(bits)));
    function.accept(new VectorCode(assembler, set, kept));
  }

  Assembler assembler() {
    return assembler;
  }

  InstructionSet set() {
    return set;
  }

  // ---------------------------------------------------------------- registers and constants

  /** How many vectors of long computations are best executed together. */
  int overlap() {
    return set.hasMasks() ? 4 : 2;
  }

  /** A vector register that nobody else uses until {@link #release}. */
  Vector fresh() {
    int limit = single ? REGISTERS_OF_MOVES : set.vectorRegisters - kept.size();
    if (taken == limit) {
      throw new IllegalStateException("a kernel needs more than %d registers".formatted(limit));
    }
    Vector register = new Vector(taken++, set.vectorBits);
    highest = Math.max(highest, taken);
    mostTaken = Math.max(mostTaken, taken);
    return register;
  }

  /** As many registers as asked for. */
  Vector[] fresh(int count) {
    return Stream.generate(this::fresh).limit(count).toArray(Vector[]::new);
  }

  /** How many registers are taken; {@link #release} goes back to it. */
  int taken() {
    return taken;
  }

  void release(int before) {
    taken = before;
  }

  /** A float in all lanes; nobody may change it. */
  Operand constant(float value) {
    return constant(Float.floatToRawIntBits(value));
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

  // ---------------------------------------------------------------- loops

  /**
   * Rows in memory: their address is one argument, the bytes from row to row are the next.
   *
   * @param register holds the address of the current row
   */
  record Rows(Register register, int argument) {}

  /**
   * Runs code once for every row.
   *
   * @param count how many; counted down to 0
   * @param all what the code goes through, all of it in step
   */
  void rows(Register count, List<Rows> all, Runnable body) {
    for (Rows rows : all) {
      assembler.load(rows.register(), Assembler.argument(rows.argument()));
    }
    Label loop = assembler.label();
    Label end = assembler.label();
    assembler.place(loop);
    assembler.compare(count, 0);
    assembler.jump(Condition.LESS_OR_EQUAL, end);
    body.run();
    for (Rows rows : all) {
      assembler.load(SCRATCH, Assembler.argument(rows.argument() + 1));
      assembler.add(rows.register(), SCRATCH);
    }
    assembler.subtract(count, 1);
    assembler.jump(loop);
    assembler.place(end);
  }

  /** Starts at column 0. */
  void columns(Register end, int unroll, IntConsumer body) {
    assembler.move(INDEX, 0);
    moreColumns(end, unroll, body);
  }

  /**
   * As {@link #columns}, for bodies whose result has a dtype, which they {@link #store} last, if at
   * all. Where {@link SplitBlocks} serve, a vector with an even number holds the even elements of a
   * block, the next one the odd ones.
   *
   * @param unroll vectors at a time, an even number
   */
  void columnsOf(DType dtype, Register end, int unroll, IntConsumer body) {
    if (!SplitBlocks.serve(set, dtype)) {
      columns(end, unroll, body);
      return;
    }
    assembler.move(INDEX, 0);
    splitLoop(end, unroll, body);
    if (unroll > 2) {
      splitLoop(end, 2, body);
    }
    elements(end, 1, body);
  }

  /**
   * Goes on with split blocks, as long as there are any.
   *
   * @param body writes the code for the block whose first vector has the given number
   */
  void blocks(Register end, IntConsumer body) {
    split = true;
    for (int blocks = 2; blocks > 0; blocks--) {
      List<Runnable> parts =
          IntStream.range(0, blocks).<Runnable>mapToObj(i -> () -> part(2 * i, body)).toList();
      loop(end, 2 * blocks * set.lanes(), () -> assembler.interleave(parts));
    }
    split = false;
  }

  private void splitLoop(Register end, int vectors, IntConsumer body) {
    split = true;
    loop(end, vectors, vectors * set.lanes(), body);
    split = false;
  }

  /**
   * Goes from the column in {@link #INDEX} to {@code end}: several vectors at a time, then one
   * vector, then one element.
   *
   * @param unroll vectors at a time
   * @param body writes the code for the vector with the given number
   */
  void moreColumns(Register end, int unroll, IntConsumer body) {
    if (unroll > 1) {
      loop(end, unroll, unroll * set.lanes(), body);
    }
    loop(end, 1, set.lanes(), body);
    elements(end, 1, body);
  }

  /** Goes on with whole vectors alone, as long as there are any. */
  void vectors(Register end, IntConsumer body) {
    loop(end, 1, set.lanes(), body);
  }

  /** Goes on with single elements, of which the body takes some at a time. */
  void elements(Register end, int step, IntConsumer body) {
    single = true;
    loop(end, 1, step, body);
    single = false;
  }

  private void loop(Register end, int vectors, int elements, IntConsumer body) {
    loop(
        end,
        elements,
        vectors == 1
            ? () -> body.accept(0)
            : () ->
                assembler.interleave(
                    IntStream.range(0, vectors)
                        .<Runnable>mapToObj(i -> () -> part(i, body))
                        .toList()));
  }

  private void loop(Register end, int elements, Runnable body) {
    Label test = assembler.label();
    Label loop = assembler.label();
    assembler.jump(test);
    assembler.place(loop);
    int before = taken;
    body.run();
    assembler.interleave(stores);
    stores.clear();
    taken = before;
    assembler.add(INDEX, elements);
    assembler.place(test);
    assembler.address(SCRATCH, Address.at(INDEX, elements));
    assembler.compare(SCRATCH, end);
    assembler.jump(Condition.LESS_OR_EQUAL, loop);
  }

  private void part(int vector, IntConsumer body) {
    mask = 1 + vector;
    highest = taken;
    body.accept(vector);
    // The next part is executed together with this one.
    taken = highest;
    mask = 1;
  }

  /** The current element of a row, or the vector with this number from there on. */
  Address at(Register row, DType dtype, int vector) {
    int bytes = dtype.bytes();
    int first = split ? vector & ~1 : vector;
    return Address.at(row, INDEX, bytes, first * set.lanes() * bytes);
  }

  // ---------------------------------------------------------------- elements

  /** Loads the elements of a row that the vector with this number holds, as floats. */
  void load(DType dtype, Vector to, Register row, int vector) {
    Address from = at(row, dtype, vector);
    if (split) {
      blocks.load(dtype, to, from, vector % 2 == 1);
    } else {
      load(dtype, to, from);
    }
  }

  /** As {@link #load}, of a vector that {@link ArrangeVector} has brought to this order. */
  void loadArranged(Vector to, Register row, int vector) {
    load(DType.F32, to, arranged(row, vector));
  }

  void storeArranged(Register row, int vector, Vector value) {
    store(DType.F32, arranged(row, vector), value);
  }

  private Address arranged(Register row, int vector) {
    Address block = at(row, DType.F32, vector);
    return split && vector % 2 == 1 ? block.plus(set.vectorBytes()) : block;
  }

  /** Stores the vector with this number to its place in a row; may change the vector. */
  void store(DType dtype, Register row, int vector, Vector value) {
    Address to = at(row, dtype, vector);
    if (!split) {
      store(dtype, to, value);
    } else if (vector % 2 == 0) {
      even = value;
    } else {
      Vector first = even;
      // One more register, which must not be one of the parts that follow.
      int free = taken;
      fresh();
      stores.add(() -> {
        taken = free;
        blocks.store(to, first, value);
      });
    }
  }

  /** Loads elements as floats. */
  void load(DType dtype, Vector to, Address from) {
    if (dtype == DType.F32) {
      assembler.vector(single ? BROADCAST : LOAD, to, from);
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
  void store(DType dtype, Address to, Vector value) {
    int before = taken;
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
    taken = before;
  }

  /**
   * As {@link #store}, for factors of products: the units that multiply bfloat16 take subnormal
   * numbers for 0, and so does the instruction that narrows to it.
   */
  void storeFactors(DType dtype, Address to, Vector value) {
    if (dtype == DType.F32 || single || !set.multipliesHalves()) {
      store(dtype, to, value);
    } else {
      int before = taken;
      Vector halves = fresh().as(set.vectorBits / 2);
      assembler.vector(NARROW_FLOAT, halves, value);
      assembler.vector(STORE, halves, to);
      taken = before;
    }
  }

  /** Copies elements as they are. */
  void copy(DType dtype, Address to, Address from) {
    int before = taken;
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
    taken = before;
  }

  /** Rounds a float to what an element can hold; nothing to do for F32. */
  void round(DType dtype, Vector value) {
    if (dtype == DType.BF16) {
      int before = taken;
      assembler.vector(AND, value, roundedBits(value), constant(HIGH_HALVES));
      taken = before;
    }
  }

  /** As {@link #round}, see {@link SplitBlocks#roundBetween}. */
  void roundBetween(DType dtype, Vector value) {
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
      int before = taken;
      Vector numbers = fresh();
      assembler.vector(COMPARE, numbers, value, value, Comparison.ORDERED.predicate);
      assembler.vector(ADD_INT, bits, bits, half);
      assembler.vector(AND, bits, bits, numbers);
      taken = before;
    }
    assembler.vector(ADD_INT, bits, bits, value);
    return bits;
  }

  /** Makes NaN that comes from memory such as arithmetic leaves it, which narrowing asks for. */
  void quiet(Vector value) {
    assembler.vector(MULTIPLY, value, value, constant(1f));
  }

  /** Fills all lanes with the float at an address. */
  void broadcast(Vector to, Address from) {
    assembler.vector(BROADCAST, to, from);
  }

  /** Fills all lanes with the lower 32 bits of a register. */
  void broadcast(Vector to, Register from) {
    assembler.moveToVector(to.as(128), from);
    broadcast(to);
  }

  /** Fills all lanes with the first one. */
  void broadcast(Vector vector) {
    assembler.vector(BROADCAST, vector, vector.as(128));
  }

  void zero(Vector vector) {
    assembler.vector(XOR, vector, vector, vector);
  }

  void fill(Vector vector, float value) {
    assembler.vector(LOAD, vector, constant(value));
  }

  // ---------------------------------------------------------------- across lanes

  /** {@code sum += value}, where a single element counts once. */
  void accumulate(Vector sum, Vector value) {
    int before = taken;
    assembler.vector(ADD, sum, sum, counted(value));
    taken = before;
  }

  /** {@code sum += a * b}, where a single element counts once. */
  void accumulateProduct(Vector sum, Vector a, Vector b) {
    int before = taken;
    assembler.vector(FMA_231, sum, counted(a), b);
    taken = before;
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
  void reduce(VectorInstruction instruction, Vector... vectors) {
    Vector all = vectors[0];
    for (int step = vectors.length / 2; step > 0; step /= 2) {
      for (int i = 0; i < step; i++) {
        assembler.vector(instruction, vectors[i], vectors[i], vectors[i + step]);
      }
    }
    int before = taken;
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
    taken = before;
  }

  /** {@code value = a (comparison) b ? then : value}. */
  void select(Comparison comparison, Vector a, Operand b, Vector value, Operand then) {
    if (set.hasMasks()) {
      assembler.compareToMask(mask, a, b, comparison.predicate);
      assembler.blendByMask(mask, value, value, then);
    } else {
      int before = taken;
      Vector mask = fresh();
      assembler.vector(COMPARE, mask, a, b, comparison.predicate);
      assembler.blend(value, value, then, mask);
      taken = before;
    }
  }
}
