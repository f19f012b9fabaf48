package io.zoetrope.kernels.cpu.jit.code;

import static io.zoetrope.kernels.cpu.jit.asm.VectorInstruction.LOAD;

import io.zoetrope.kernels.cpu.jit.asm.Assembler;
import io.zoetrope.kernels.cpu.jit.asm.Assembler.Condition;
import io.zoetrope.kernels.cpu.jit.asm.Assembler.Label;
import io.zoetrope.kernels.cpu.jit.asm.InstructionSet;
import io.zoetrope.kernels.cpu.jit.asm.Operand.Address;
import io.zoetrope.kernels.cpu.jit.asm.Operand.Vector;
import io.zoetrope.kernels.cpu.jit.asm.Register;
import io.zoetrope.kernels.cpu.jit.asm.RowsArgument;
import io.zoetrope.tensor.DType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.IntConsumer;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/**
 * Loops over rows and their columns. The body of a loop over columns is generated for some vectors
 * that are executed together, for few or one, and for one element.
 */
public abstract class VectorLoops extends VectorRegisters {
  /** A register that loops change at will. */
  public static final Register SCRATCH = Register.RAX;

  /** The register that holds the element where the innermost loop stands. */
  public static final Register INDEX = Register.RCX;

  /** Mask register; parts that are executed together have one each. */
  int mask = 1;

  /** The vectors of a loop are those of {@link SplitBlocks}. */
  boolean split;

  /** What comes after the bodies of vectors that are executed together. */
  final List<Runnable> stores = new ArrayList<>();

  VectorLoops(Assembler assembler, InstructionSet set, Map<Integer, Vector> kept) {
    super(assembler, set, kept);
  }

  /**
   * Rows in memory.
   *
   * @param register holds the address of the current row
   * @param argument where the rows lie
   */
  public record Rows(Register register, RowsArgument<?> argument) {}

  /**
   * Runs code once for every row.
   *
   * @param count how many; counted down to 0
   * @param all what the code goes through, all of it in step
   */
  public void rows(Register count, List<Rows> all, Runnable body) {
    for (Rows rows : all) {
      assembler.load(rows.register(), assembler.argument(rows.argument().address()));
    }
    Label loop = assembler.label();
    Label end = assembler.label();
    assembler.place(loop);
    assembler.compare(count, 0);
    assembler.jump(Condition.LESS_OR_EQUAL, end);
    body.run();
    for (Rows rows : all) {
      assembler.load(SCRATCH, assembler.argument(rows.argument().pitch()));
      assembler.add(rows.register(), SCRATCH);
    }
    assembler.subtract(count, 1);
    assembler.jump(loop);
    assembler.place(end);
  }

  /** Starts at column 0. */
  public void columns(Register end, int unroll, IntConsumer body) {
    assembler.move(INDEX, 0);
    moreColumns(end, unroll, body);
  }

  /**
   * As {@link #columns}, for bodies whose result has a dtype, which they {@code store} last, if at
   * all. Where {@link SplitBlocks} serve, a vector with an even number holds the even elements of a
   * block, the next one the odd ones.
   *
   * @param unroll vectors at a time, an even number
   */
  public void columnsOf(DType dtype, Register end, int unroll, IntConsumer body) {
    assembler.move(INDEX, 0);
    split = SplitBlocks.serve(set, dtype);
    loop(end, unroll, body);
    fewColumns(end, unroll, body);
  }

  /** What is left of {@link #columnsOf}: one vector or one split block, then one element. */
  private void fewColumns(Register end, int unroll, IntConsumer body) {
    int fewest = split ? 2 : 1;
    if (unroll > fewest) {
      loop(end, fewest, body);
    }
    split = false;
    elements(end, 1, body);
  }

  /**
   * Goes on with split blocks, as long as there are any.
   *
   * @param body writes the code for the block whose first vector has the given number
   */
  public void blocks(Register end, IntConsumer body) {
    split = true;
    for (int blocks = 2; blocks > 0; blocks--) {
      List<Runnable> parts = parts(blocks, i -> body.accept(2 * i));
      loop(end, 2 * blocks * set.lanes(), () -> assembler.interleave(parts));
    }
    split = false;
  }

  /**
   * Goes from the column in {@link #INDEX} to {@code end}: several vectors at a time, then one
   * vector, then one element.
   *
   * @param unroll vectors at a time
   * @param body writes the code for the vector with the given number
   */
  public void moreColumns(Register end, int unroll, IntConsumer body) {
    if (unroll > 1) {
      loop(end, unroll, body);
    }
    loop(end, 1, body);
    elements(end, 1, body);
  }

  /** The second stage of a computation. */
  @FunctionalInterface
  public interface Finish {
    /** Takes what the first stage has returned for the vector with this number, and stores it. */
    void accept(int vector, Vector[] begun);
  }

  /**
   * As {@link #columnsOf} for a long computation in two stages: the end of one group of vectors is
   * executed together with the beginning of the next, so that no instruction waits long for others.
   *
   * @param vectors of a group, an even number
   * @param begin returns the registers that hold what the end needs; takes no mask register
   */
  public void stagedColumnsOf(
      DType dtype, Register end, int vectors, IntFunction<Vector[]> begin, Finish finish) {
    assembler.move(INDEX, 0);
    split = SplitBlocks.serve(set, dtype);
    int before = taken();
    int elements = vectors * set.lanes();
    Label rest = assembler.label();
    Label last = assembler.label();
    jumpUnless(elements, end, rest);
    Vector[][] begun = new Vector[vectors][];
    for (int i = 0; i < vectors; i++) {
      begun[i] = begin.apply(i);
    }
    int free = taken();
    Label loop = assembler.here();
    jumpUnless(2 * elements, end, last);
    Vector[][] next = new Vector[vectors][];
    List<Runnable> parts = new ArrayList<>(parts(vectors, i -> finish.accept(i, begun[i])));
    parts.addAll(parts(vectors, i -> next[i] = begin.apply(vectors + i)));
    assembler.interleave(parts);
    writeStores();
    for (int i = 0; i < vectors; i++) {
      for (int j = 0; j < begun[i].length; j++) {
        assembler.vector(LOAD, begun[i][j], next[i][j]);
      }
    }
    release(free);
    assembler.add(INDEX, elements);
    assembler.jump(loop);
    assembler.place(last);
    assembler.interleave(parts(vectors, i -> finish.accept(i, begun[i])));
    writeStores();
    release(before);
    assembler.add(INDEX, elements);
    assembler.place(rest);
    fewColumns(end, vectors, i -> finish.accept(i, begin.apply(i)));
  }

  private void jumpUnless(int elements, Register end, Label to) {
    assembler.address(SCRATCH, Address.at(INDEX, elements));
    assembler.compare(SCRATCH, end);
    assembler.jump(Condition.GREATER, to);
  }

  private List<Runnable> parts(int count, IntConsumer body) {
    return IntStream.range(0, count).<Runnable>mapToObj(i -> () -> part(i, body)).toList();
  }

  private void writeStores() {
    assembler.interleave(stores);
    stores.clear();
  }

  /**
   * Starts at column 0 and goes through whole vectors alone, some at a time: there are no others.
   *
   * @param together vectors at a time
   * @param body writes the code for the vector with the given number
   */
  public void wholeColumns(Register end, int together, IntConsumer body) {
    assembler.move(INDEX, 0);
    if (together > 1) {
      loop(end, together, body);
    }
    loop(end, 1, body);
  }

  /**
   * Goes through the first vectors of a row, without a loop.
   *
   * @param count how many there are
   * @param together vectors at a time
   * @param body writes the code for the vector with the given number
   */
  public void firstVectors(int count, int together, IntConsumer body) {
    assembler.move(INDEX, 0);
    for (int first = 0; first < count; first += together) {
      int before = taken();
      int start = first;
      assembler.interleave(parts(Math.min(together, count - first), i -> body.accept(start + i)));
      writeStores();
      release(before);
    }
  }

  /** Goes on with whole vectors alone, as long as there are any. */
  public void vectors(Register end, IntConsumer body) {
    loop(end, 1, body);
  }

  /** Goes on with single elements, of which the body takes some at a time. */
  public void elements(Register end, int step, IntConsumer body) {
    single = true;
    loop(end, step, () -> body.accept(0));
    single = false;
  }

  private void loop(Register end, int vectors, IntConsumer body) {
    loop(
        end,
        vectors * set.lanes(),
        vectors == 1 ? () -> body.accept(0) : () -> assembler.interleave(parts(vectors, body)));
  }

  private void loop(Register end, int elements, Runnable body) {
    Label test = assembler.label();
    Label loop = assembler.label();
    assembler.jump(test);
    assembler.place(loop);
    int before = taken();
    body.run();
    writeStores();
    release(before);
    assembler.add(INDEX, elements);
    assembler.place(test);
    assembler.address(SCRATCH, Address.at(INDEX, elements));
    assembler.compare(SCRATCH, end);
    assembler.jump(Condition.LESS_OR_EQUAL, loop);
  }

  private void part(int vector, IntConsumer body) {
    mask = 1 + vector;
    withoutRelease(() -> body.accept(vector));
    mask = 1;
  }

  /** The current element of a row, or the vector with this number from there on. */
  public Address at(Register row, DType dtype, int vector) {
    int bytes = dtype.bytes();
    int first = split ? vector & ~1 : vector;
    return Address.at(row, INDEX, bytes, first * set.lanes() * bytes);
  }
}
