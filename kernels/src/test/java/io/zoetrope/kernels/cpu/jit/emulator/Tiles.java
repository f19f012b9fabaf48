package io.zoetrope.kernels.cpu.jit.emulator;

import io.zoetrope.kernels.cpu.jit.emulator.Instruction.Encoding;
import io.zoetrope.kernels.cpu.jit.emulator.X86Emulator.Action;
import java.util.Arrays;

/** The tiles of AMX and their instructions (Intel SDM, volume 1, chapter 18). */
final class Tiles {
  static final int PRODUCT = Instruction.MAP_2 | Instruction.PF3 | 0x5c;

  private static final int CONFIGURE = Instruction.MAP_2 | 0x49;
  private static final int ZERO = Instruction.MAP_2 | Instruction.PF2 | 0x49;
  private static final int LOAD = Instruction.MAP_2 | Instruction.PF2 | 0x4b;
  private static final int LOAD_ONCE = Instruction.MAP_2 | Instruction.P66 | 0x4b;
  private static final int STORE = Instruction.MAP_2 | Instruction.PF3 | 0x4b;

  private static final int COUNT = 8;
  private static final int MAX_ROWS = 16;
  private static final int MAX_ROW_BYTES = 64;

  /** 32-bit lanes of a row. */
  private static final int LANES = MAX_ROW_BYTES / Integer.BYTES;

  private static final int CACHE_LINE = 64;

  private boolean configured;
  private final int[] rows = new int[COUNT];
  private final int[] rowBytes = new int[COUNT];
  private final int[][] tiles = new int[COUNT][MAX_ROWS * LANES];

  /** The second operand of a product, its two halves apart, and the sums of both. */
  private final float[] even = new float[MAX_ROWS * LANES];

  private final float[] odd = new float[MAX_ROWS * LANES];
  private final float[] evenSums = new float[LANES];
  private final float[] oddSums = new float[LANES];

  static boolean isTileInstruction(Instruction in) {
    return in.encoding == Encoding.VEX
        && switch (in.opcode) {
          case CONFIGURE, ZERO, LOAD, LOAD_ONCE, STORE, PRODUCT -> true;
          default -> false;
        };
  }

  static Action action(Instruction in) {
    in.demand(in.bits == 128 && !in.wide, "L or W of VEX");
    in.demand(in.opcode == PRODUCT || in.source == 0, "vvvv of VEX is not 1111b");
    int base = in.base;
    int index = in.index;
    int scale = in.scale;
    long displacement = in.displacement;
    int tile = in.reg;
    switch (in.opcode) {
      case CONFIGURE -> {
        if (in.memory) {
          in.demand(in.reg == 0, "unknown to the emulator");
          return machine ->
              machine.tiles.configure(
                  machine.memory, machine.address(base, index, scale, displacement));
        }
        in.demand(in.reg == 0 && in.rm == 0, "unknown to the emulator");
        return machine -> machine.tiles.release();
      }
      case ZERO -> {
        in.demand(!in.memory && in.rm == 0 && tile < COUNT, "operands");
        return machine -> machine.tiles.zero(tile);
      }
      case LOAD, LOAD_ONCE, STORE -> {
        in.demand(in.memory && in.hasSib && tile < COUNT, "operands; memory takes a SIB byte");
        boolean store = in.opcode == STORE;
        return machine -> {
          long start = machine.address(base, Instruction.NO_REGISTER, 0, displacement);
          long stride = machine.registers[index] << scale;
          machine.tiles.move(machine, tile, start, stride, store);
        };
      }
      default -> {
        int a = in.rm;
        int b = in.source;
        in.demand(!in.memory && tile < COUNT && a < COUNT && b < COUNT, "operands");
        in.demand(tile != a && tile != b && a != b, "one tile twice");
        return machine -> machine.tiles.multiply(tile, a, b);
      }
    }
  }

  /** Row lengths are 16-bit numbers from byte 16 on, numbers of rows are bytes from 48 on. */
  private void configure(Memory memory, long address) {
    int[] words = new int[LANES];
    memory.read(address, words, 0, LANES);
    int palette = words[0] & 0xff;
    int startRow = words[0] >> 8 & 0xff;
    if (palette == 0) {
      release();
      return;
    }
    boolean reserved = (words[0] >>> 16 | words[1] | words[2] | words[3]) != 0;
    for (int i = 8; i < LANES; i++) {
      reserved |= (i < 12 || i >= 14) && words[i] != 0;
    }
    demand(palette == 1 && !reserved, "tile configuration with reserved bits set");
    demand(startRow == 0, "tile configuration that starts at a row is unknown to the emulator");
    int[] newRows = new int[COUNT];
    int[] newRowBytes = new int[COUNT];
    for (int i = 0; i < COUNT; i++) {
      newRowBytes[i] = words[4 + i / 2] >>> 16 * (i % 2) & 0xffff;
      newRows[i] = words[12 + i / 4] >>> 8 * (i % 4) & 0xff;
      demand(
          newRows[i] <= MAX_ROWS
              && newRowBytes[i] <= MAX_ROW_BYTES
              && (newRows[i] == 0) == (newRowBytes[i] == 0),
          "tile %d of %d rows of %d bytes".formatted(i, newRows[i], newRowBytes[i]));
    }
    release();
    System.arraycopy(newRows, 0, rows, 0, COUNT);
    System.arraycopy(newRowBytes, 0, rowBytes, 0, COUNT);
    configured = true;
  }

  private void release() {
    configured = false;
    Arrays.fill(rows, 0);
    Arrays.fill(rowBytes, 0);
    for (int[] tile : tiles) {
      Arrays.fill(tile, 0);
    }
  }

  private void demandTile(int tile) {
    demand(configured, "the tiles are not configured");
    if (rows[tile] == 0) {
      throw new EmulatorFault("tile %d is not configured".formatted(tile));
    }
  }

  private static void demand(boolean condition, String problem) {
    if (!condition) {
      throw new EmulatorFault(problem);
    }
  }

  private void zero(int tile) {
    demandTile(tile);
    Arrays.fill(tiles[tile], 0);
  }

  private void move(Machine machine, int tile, long start, long stride, boolean store) {
    demandTile(tile);
    int bytes = rowBytes[tile];
    demand(bytes % Integer.BYTES == 0, "rows that are no multiple of 4 bytes");
    int lanes = bytes / Integer.BYTES;
    int[] values = tiles[tile];
    if (!store) {
      Arrays.fill(values, 0);
    }
    for (int row = 0; row < rows[tile]; row++) {
      long address = start + row * stride;
      if (store) {
        machine.memory.write(address, values, row * LANES, lanes);
      } else {
        machine.memory.read(address, values, row * LANES, lanes);
        if (address % CACHE_LINE + bytes > CACHE_LINE) {
          machine.counts[Count.SPLIT_TILE_ROW.ordinal()]++;
        }
      }
    }
  }

  // ---------------------------------------------------------------- products

  /** {@code to += a b} as TDPBF16PS says: even and odd products have sums of their own. */
  private void multiply(int to, int a, int b) {
    demandTile(to);
    demandTile(a);
    demandTile(b);
    int inner = rowBytes[a] / Integer.BYTES;
    if (rowBytes[to] % 4 != 0
        || rowBytes[a] % 4 != 0
        || rowBytes[b] != rowBytes[to]
        || rows[a] != rows[to]
        || rows[b] != inner) {
      throw new EmulatorFault(
          "product of %d and %d into %d: %d x %d bytes and %d x %d bytes into %d x %d bytes"
              .formatted(
                  a, b, to, rows[a], rowBytes[a], rows[b], rowBytes[b], rows[to], rowBytes[to]));
    }
    if (isTame(tiles[a]) && isTame(tiles[b])) {
      multiplyTame(tiles[to], tiles[a], tiles[b], rows[to], inner);
    } else {
      multiplyAny(tiles[to], tiles[a], tiles[b], rows[to], inner, rowBytes[to] / Integer.BYTES);
    }
  }

  /**
   * Whether all elements are zeros, or are normal and neither very small nor very large: then each
   * sum of products is a multiple of 2^-114 and below 2^107, so that none is denormal or infinite.
   */
  private static boolean isTame(int[] pairs) {
    boolean tame = true;
    for (int pair : pairs) {
      tame &= isTame(pair >>> 23 & 0xff, pair >>> 16 & 0x7fff);
      tame &= isTame(pair >>> 7 & 0xff, pair & 0x7fff);
    }
    return tame;
  }

  private static boolean isTame(int exponent, int magnitude) {
    return magnitude == 0 || exponent >= 127 - 50 && exponent <= 127 + 50;
  }

  private void multiplyTame(int[] to, int[] a, int[] b, int count, int inner) {
    for (int i = 0; i < b.length; i++) {
      even[i] = Float.intBitsToFloat(b[i] << 16);
      odd[i] = Float.intBitsToFloat(b[i] & 0xffff0000);
    }
    for (int row = 0; row < count; row++) {
      Arrays.fill(evenSums, 0);
      Arrays.fill(oddSums, 0);
      for (int k = 0; k < inner; k++) {
        int pair = a[row * LANES + k];
        accumulate(evenSums, Float.intBitsToFloat(pair << 16), even, k * LANES);
        accumulate(oddSums, Float.intBitsToFloat(pair & 0xffff0000), odd, k * LANES);
      }
      for (int column = 0; column < LANES; column++) {
        int sum = Float.floatToRawIntBits(evenSums[column] + oddSums[column]);
        int at = row * LANES + column;
        to[at] = Floats.addFlushed(to[at], sum);
      }
    }
  }

  private static void accumulate(float[] sums, float factor, float[] with, int from) {
    for (int i = 0; i < LANES; i++) {
      sums[i] = Math.fma(factor, with[from + i], sums[i]);
    }
  }

  private static void multiplyAny(int[] to, int[] a, int[] b, int count, int inner, int columns) {
    for (int row = 0; row < count; row++) {
      for (int column = 0; column < columns; column++) {
        int evenSum = 0;
        int oddSum = 0;
        for (int k = 0; k < inner; k++) {
          int left = a[row * LANES + k];
          int right = b[k * LANES + column];
          evenSum =
              Floats.fmaFlushed(Floats.bfloat16(left << 16), Floats.bfloat16(right << 16), evenSum);
          oddSum = Floats.fmaFlushed(Floats.bfloat16(left), Floats.bfloat16(right), oddSum);
        }
        int at = row * LANES + column;
        to[at] = Floats.addFlushed(to[at], Floats.addFlushed(evenSum, oddSum));
      }
    }
  }
}
