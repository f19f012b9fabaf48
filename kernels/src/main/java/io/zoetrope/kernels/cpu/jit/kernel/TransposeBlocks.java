package io.zoetrope.kernels.cpu.jit.kernel;

import static io.zoetrope.kernels.cpu.jit.asm.VectorInstruction.*;

import io.zoetrope.kernels.cpu.jit.asm.Argument;
import io.zoetrope.kernels.cpu.jit.asm.ArgumentNames;
import io.zoetrope.kernels.cpu.jit.asm.Assembler;
import io.zoetrope.kernels.cpu.jit.asm.Assembler.Condition;
import io.zoetrope.kernels.cpu.jit.asm.Assembler.Label;
import io.zoetrope.kernels.cpu.jit.asm.KernelCache;
import io.zoetrope.kernels.cpu.jit.asm.Operand.Address;
import io.zoetrope.kernels.cpu.jit.asm.Operand.Vector;
import io.zoetrope.kernels.cpu.jit.asm.Register;
import io.zoetrope.kernels.cpu.jit.asm.RowsArgument;
import io.zoetrope.tensor.DType;

/**
 * Transposes a matrix in blocks of {@link #ROWS} by {@link #columns}, each in registers: {@code
 * destination[row][column] = source[column][row]}, where the rows of the source and of the
 * destination lie at any distance. Uses vectors of 256 bits on every machine: what bounds it is the
 * number of rows in memory that are read and written at a time.
 *
 * @param dtype of the elements
 * @param paired BF16 alone: a lane of 32 bits of the destination holds two elements, of a row of
 *     the source and of the one that lies {@link #PAIR_PITCH} further on; such a lane counts as a
 *     column
 */
public record TransposeBlocks(DType dtype, boolean paired) implements KernelCache.Recipe {
  private static final ArgumentNames<TransposeBlocks> NAMES = new ArgumentNames<>();

  public static final RowsArgument<TransposeBlocks> SOURCE = NAMES.rows("source");
  public static final RowsArgument<TransposeBlocks> DESTINATION = NAMES.rows("destination");

  /** Rows of the destination: whole blocks, at least one. */
  public static final Argument<TransposeBlocks> HEIGHT = NAMES.value("height");

  /** Columns of the destination: whole blocks, at least one. */
  public static final Argument<TransposeBlocks> WIDTH = NAMES.value("width");

  /** {@link #paired} alone: bytes from the lower to the upper half's source. */
  public static final Argument<TransposeBlocks> PAIR_PITCH = NAMES.value("bytes between halves");

  /** Rows of the destination in a block. */
  public static final int ROWS = 8;

  private static final int VECTOR_BYTES = 32;
  private static final int HALF_BYTES = VECTOR_BYTES / 2;

  /** Orders in which shuffles take two elements of each of two vectors. */
  private static final int FIRST_TWO = 0b01_00_01_00;

  private static final int LAST_TWO = 0b11_10_11_10;
  private static final int EVEN = 0b10_00_10_00;
  private static final int ODD = 0b11_01_11_01;

  private static final Register SOURCE_ROW = Register.RSI;
  private static final Register SOURCE_PITCH = Register.RDX;
  private static final Register DESTINATION_ROW = Register.R8;
  private static final Register DESTINATION_PITCH = Register.R9;
  private static final Register ROWS_LEFT = Register.R10;
  private static final Register COLUMNS_LEFT = Register.R11;
  private static final Register LOWER = Register.RAX;
  private static final Register UPPER = Register.RCX;
  private static final Register OUT_BLOCK = Register.RBX;
  private static final Register OUT = Register.RBP;
  private static final Register HALF_BLOCK = Register.R12;
  private static final Register ROWS_PITCH = Register.R13;
  private static final Register PAIR = Register.R14;
  private static final Register[] CHANGED = {OUT_BLOCK, OUT, HALF_BLOCK, ROWS_PITCH, PAIR};

  /** Transposes elements as they are. */
  public TransposeBlocks(DType dtype) {
    this(dtype, false);
  }

  /** Columns of the destination in a block: a vector of them. */
  public static int columns(DType dtype) {
    return VECTOR_BYTES / dtype.bytes();
  }

  @Override
  public void generate(Assembler assembler) {
    int columns = paired ? VECTOR_BYTES / Integer.BYTES : columns(dtype);
    assembler.enter(CHANGED);
    assembler.load(SOURCE_ROW, assembler.argument(SOURCE.address()));
    assembler.load(SOURCE_PITCH, assembler.argument(SOURCE.pitch()));
    assembler.load(DESTINATION_ROW, assembler.argument(DESTINATION.address()));
    assembler.load(DESTINATION_PITCH, assembler.argument(DESTINATION.pitch()));
    assembler.load(ROWS_LEFT, assembler.argument(HEIGHT));
    if (paired) {
      assembler.load(PAIR, assembler.argument(PAIR_PITCH));
    }
    assembler.move(HALF_BLOCK, columns / 2);
    assembler.multiply(HALF_BLOCK, SOURCE_PITCH);
    assembler.move(ROWS_PITCH, DESTINATION_PITCH);
    assembler.shiftLeft(ROWS_PITCH, Integer.numberOfTrailingZeros(ROWS));
    Label nextRows = assembler.here();
    assembler.load(COLUMNS_LEFT, assembler.argument(WIDTH));
    assembler.move(LOWER, SOURCE_ROW);
    assembler.move(OUT_BLOCK, DESTINATION_ROW);
    Label nextColumns = assembler.here();
    assembler.address(UPPER, Address.at(LOWER, HALF_BLOCK, 1, 0));
    Vector[] block = dtype == DType.F32 ? floats(assembler) : halves(assembler);
    transpose(assembler, block[0], block[1], block[2], block[3]);
    transpose(assembler, block[4], block[5], block[6], block[7]);
    assembler.move(OUT, OUT_BLOCK);
    for (Vector row : block) {
      assembler.vector(STORE, row, Address.at(OUT));
      assembler.add(OUT, DESTINATION_PITCH);
    }
    // The upper half has been read up to where the next block begins.
    assembler.move(LOWER, UPPER);
    assembler.add(OUT_BLOCK, VECTOR_BYTES);
    assembler.subtract(COLUMNS_LEFT, columns);
    assembler.jump(Condition.GREATER, nextColumns);
    assembler.add(SOURCE_ROW, ROWS * dtype.bytes());
    assembler.add(DESTINATION_ROW, ROWS_PITCH);
    assembler.subtract(ROWS_LEFT, ROWS);
    assembler.jump(Condition.GREATER, nextRows);
    assembler.leave(CHANGED);
  }

  private static Vector register(int number) {
    return new Vector(number, VECTOR_BYTES * Byte.SIZE);
  }

  /** Loads half a row of the lower columns and of the upper ones into the halves of a vector. */
  private static void load(Assembler assembler, Vector to, int displacement) {
    assembler.vector(LOAD, to.as(128), Address.at(LOWER, displacement));
    assembler.vector(INSERT_128, to, to, Address.at(UPPER, displacement), 1);
  }

  private static void moveOn(Assembler assembler) {
    assembler.add(LOWER, SOURCE_PITCH);
    assembler.add(UPPER, SOURCE_PITCH);
  }

  /** A vector holds half a block's row of one column and of the one half a block further on. */
  private static Vector[] floats(Assembler assembler) {
    Vector[] vectors = new Vector[ROWS];
    for (int i = 0; i < 4; i++) {
      vectors[i] = register(i);
      vectors[4 + i] = register(4 + i);
      load(assembler, vectors[i], 0);
      load(assembler, vectors[4 + i], HALF_BYTES);
      moveOn(assembler);
    }
    return vectors;
  }

  /** Transposes four vectors, in each 128 bits for itself, element by element of 32 bits. */
  private static void transpose(Assembler assembler, Vector a, Vector b, Vector c, Vector d) {
    Vector firstOfAb = register(12);
    Vector lastOfAb = register(13);
    Vector firstOfCd = register(14);
    Vector lastOfCd = register(15);
    assembler.vector(SHUFFLE, firstOfAb, a, b, FIRST_TWO);
    assembler.vector(SHUFFLE, lastOfAb, a, b, LAST_TWO);
    assembler.vector(SHUFFLE, firstOfCd, c, d, FIRST_TWO);
    assembler.vector(SHUFFLE, lastOfCd, c, d, LAST_TWO);
    assembler.vector(SHUFFLE, a, firstOfAb, firstOfCd, EVEN);
    assembler.vector(SHUFFLE, b, firstOfAb, firstOfCd, ODD);
    assembler.vector(SHUFFLE, c, lastOfAb, lastOfCd, EVEN);
    assembler.vector(SHUFFLE, d, lastOfAb, lastOfCd, ODD);
  }

  /** Pairs of columns take the place of floats: neighbours, or those some distance apart. */
  private Vector[] halves(Assembler assembler) {
    Vector[] pairs = new Vector[ROWS];
    Vector free = register(ROWS);
    for (int i = 0; i < ROWS; i += 2) {
      Vector first = register(i);
      Vector second = register(i + 1);
      load(assembler, first, 0);
      if (paired) {
        assembler.vector(LOAD, second.as(128), Address.at(LOWER, PAIR, 1, 0));
        assembler.vector(INSERT_128, second, second, Address.at(UPPER, PAIR, 1, 0), 1);
      } else {
        moveOn(assembler);
        load(assembler, second, 0);
      }
      moveOn(assembler);
      assembler.vector(UNPACK_LOW_SHORT, free, first, second);
      assembler.vector(UNPACK_HIGH_SHORT, second, first, second);
      pairs[i / 2] = free;
      pairs[4 + i / 2] = second;
      free = first;
    }
    return pairs;
  }
}
