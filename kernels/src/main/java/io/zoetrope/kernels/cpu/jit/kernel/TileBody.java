package io.zoetrope.kernels.cpu.jit.kernel;

import static io.zoetrope.kernels.cpu.jit.asm.Register.R10;
import static io.zoetrope.kernels.cpu.jit.asm.Register.R12;
import static io.zoetrope.kernels.cpu.jit.asm.Register.R8;
import static io.zoetrope.kernels.cpu.jit.asm.Register.R9;
import static io.zoetrope.kernels.cpu.jit.asm.Register.RAX;
import static io.zoetrope.kernels.cpu.jit.asm.Register.RBX;
import static io.zoetrope.kernels.cpu.jit.asm.Register.RCX;
import static io.zoetrope.kernels.cpu.jit.asm.Register.RDX;

import io.zoetrope.kernels.cpu.jit.asm.Assembler;
import io.zoetrope.kernels.cpu.jit.asm.Assembler.Condition;
import io.zoetrope.kernels.cpu.jit.asm.Assembler.Label;
import io.zoetrope.kernels.cpu.jit.asm.Operand.Address;
import io.zoetrope.kernels.cpu.jit.asm.Register;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * Two by two tiles of the matrix unit (AMX): 32 rows by 32 columns of sums, 64 bytes of each row of
 * A and 16 steps of B at a time.
 */
final class TileBody implements BlockProduct.Body {
  /** The registers of the caller that {@link #begin} changes. */
  static final Register[] CHANGED = {R12};

  private static final int TILE_ROWS = 16;
  private static final int TILE_BYTES = 64;
  private static final int CONFIGURATION_BYTES = 64;
  private static final int PALETTE = 1;
  private static final int BYTES_OF_ROW_POSITION = 16;
  private static final int ROWS_POSITION = 48;

  /** Tiles 0 to 3 hold sums, row by row. */
  private static final int A_TILES = 4;

  private static final int B_TILES = 6;

  private final Assembler code;
  private final int rows;
  private final boolean accumulate;

  /** Tiles above each other: the second one only if there are rows for it. */
  private final int high;

  TileBody(Assembler code, int rows, boolean accumulate) {
    this.code = code;
    this.rows = rows;
    this.accumulate = accumulate;
    high = Math.ceilDiv(rows, TILE_ROWS);
  }

  @Override
  public void begin() {
    code.address(RAX, code.constant(configuration()));
    code.loadTileConfiguration(Address.at(RAX));
    code.move(R12, 2 * TILE_BYTES);
  }

  private List<Integer> configuration() {
    ByteBuffer bytes = ByteBuffer.allocate(CONFIGURATION_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.put(0, (byte) PALETTE);
    for (int tile = 0; tile < B_TILES + 2; tile++) {
      int tileRows = TILE_ROWS;
      if (tile < A_TILES) {
        tileRows = rowsOf(tile / 2);
      } else if (tile < B_TILES) {
        tileRows = rowsOf(tile - A_TILES);
      }
      if (tileRows > 0) {
        bytes.putShort(BYTES_OF_ROW_POSITION + Short.BYTES * tile, (short) TILE_BYTES);
        bytes.put(ROWS_POSITION + tile, (byte) tileRows);
      }
    }
    List<Integer> ints = new ArrayList<>();
    while (bytes.hasRemaining()) {
      ints.add(bytes.getInt());
    }
    return ints;
  }

  private int rowsOf(int upper) {
    return Math.clamp(rows - upper * TILE_ROWS, 0, TILE_ROWS);
  }

  @Override
  public void clear() {
    for (int tile = 0; tile < 2 * high; tile++) {
      code.zeroTile(tile);
    }
    if (accumulate) {
      eachSum((tile, base, displacement) -> code.loadTile(tile, base, R10, displacement));
    }
  }

  /** Something done with a tile of sums and its place in C. */
  @FunctionalInterface
  private interface SumVisitor {
    void visit(int tile, Register base, int displacement);
  }

  private void eachSum(SumVisitor visitor) {
    lowerRows(RBX, R9, R10);
    for (int upper = 0; upper < high; upper++) {
      for (int half = 0; half < 2; half++) {
        visitor.visit(2 * upper + half, upper == 0 ? R9 : RBX, half * TILE_BYTES);
      }
    }
  }

  /** {@code to} = the row where the second tile begins. */
  private void lowerRows(Register to, Register first, Register pitch) {
    if (high > 1) {
      code.move(to, pitch);
      code.shiftLeft(to, Integer.numberOfTrailingZeros(TILE_ROWS));
      code.add(to, first);
    }
  }

  @Override
  public void accumulateSteps() {
    lowerRows(RBX, RAX, RDX);
    code.load(RCX, code.argument(BlockProduct.STEPS));
    Label next = code.here();
    for (int half = 0; half < 2; half++) {
      code.loadTile(B_TILES + half, R8, R12, half * TILE_BYTES);
    }
    for (int upper = 0; upper < high; upper++) {
      Register base = upper == 0 ? RAX : RBX;
      code.loadTile(A_TILES + upper, base, RDX, 0);
      for (int half = 0; half < 2; half++) {
        code.multiplyTiles(2 * upper + half, A_TILES + upper, B_TILES + half);
      }
      code.add(base, TILE_BYTES);
    }
    code.add(R8, 2 * TILE_BYTES * TILE_ROWS);
    code.subtract(RCX, BlockProduct.TILE_STEPS);
    code.jump(Condition.GREATER, next);
  }

  @Override
  public void store() {
    eachSum((tile, base, displacement) -> code.storeTile(tile, base, R10, displacement));
  }

  @Override
  public void end() {
    code.releaseTiles();
  }
}
