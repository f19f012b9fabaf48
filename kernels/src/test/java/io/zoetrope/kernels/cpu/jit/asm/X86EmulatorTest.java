package io.zoetrope.kernels.cpu.jit.asm;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zoetrope.kernels.cpu.jit.asm.Operand.Address;
import io.zoetrope.kernels.cpu.jit.asm.Operand.Vector;
import io.zoetrope.kernels.cpu.jit.emulator.Count;
import io.zoetrope.kernels.cpu.jit.emulator.EmulatorFault;
import io.zoetrope.kernels.cpu.jit.emulator.Extension;
import io.zoetrope.kernels.cpu.jit.emulator.X86Emulator;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * What {@link EmulatedProcessorTest} can't see on most machines: AVX-512 against AVX2, products of
 * bfloat16 against plain loops, and the complaints of the emulator.
 */
class X86EmulatorTest {
  private static final int ROWS = 16;
  private static final int PAIRS = 16;
  private static final int TILE_BYTES = ROWS * PAIRS * Integer.BYTES;

  private final Random random = new Random(5);
  private final Arena arena = Arena.ofConfined();
  private final X86Emulator emulator = new X86Emulator();

  @AfterEach
  void close() {
    arena.close();
  }

  private MemorySegment ints(int... values) {
    MemorySegment segment = arena.allocate((long) values.length * Integer.BYTES, 64);
    MemorySegment.copy(values, 0, segment, ValueLayout.JAVA_INT, 0, values.length);
    return segment;
  }

  private int[] randoms(int count) {
    return random.ints(count).toArray();
  }

  /** Runs code that finds the addresses of the segments in RSI, RDX, RCX and R8. */
  private void run(Consumer<Assembler> code, MemorySegment... segments) {
    load(code).call(arguments(segments));
  }

  private X86Emulator.Function load(Consumer<Assembler> code) {
    return emulator.load(assemble(code));
  }

  private static byte[] assemble(Consumer<Assembler> code) {
    Register[] registers = {Register.RSI, Register.RDX, Register.RCX, Register.R8};
    Assembler assembler = new Assembler();
    for (int i = 0; i < registers.length; i++) {
      assembler.load(registers[i], Address.at(Register.RDI, i * Long.BYTES));
    }
    code.accept(assembler);
    assembler.leave();
    return assembler.assemble();
  }

  private MemorySegment arguments(MemorySegment... segments) {
    long[] addresses = Arrays.stream(segments).mapToLong(MemorySegment::address).toArray();
    return arena.allocateFrom(ValueLayout.JAVA_LONG, Arrays.copyOf(addresses, 4));
  }

  // ---------------------------------------------------------------- AVX-512

  /** An operation on 512 bits does what it does on both halves. */
  @Test
  void wideVectorsDoWhatTheirHalvesDo() {
    for (VectorInstruction instruction : VectorInstruction.values()) {
      VectorShape shape = VectorShape.of(instruction);
      if (shape == null
          || shape.widths().length < 3
          || shape.kind() == VectorShape.Kind.STORE
          || instruction == VectorInstruction.BROADCAST) {
        continue;
      }
      for (int round = 0; round < 20; round++) {
        MemorySegment in = ints(randoms(64));
        MemorySegment wide = ints(new int[16]);
        MemorySegment narrow = ints(new int[16]);
        boolean inMemory = round % 2 == 0;
        run(a -> apply(a, instruction, shape, 512, 0, inMemory), in, wide);
        run(a -> apply(a, instruction, shape, 256, 0, inMemory), in, narrow);
        run(a -> apply(a, instruction, shape, 256, 1, inMemory), in, narrow);
        assertEquals(-1, wide.mismatch(narrow), () -> "%s".formatted(instruction));
      }
    }
  }

  private static void apply(
      Assembler a,
      VectorInstruction instruction,
      VectorShape shape,
      int width,
      int part,
      boolean inMemory) {
    int offset = part * width / 8;
    Vector register = new Vector(3, width);
    Vector source = new Vector(9, width);
    a.vector(VectorInstruction.LOAD, register, Address.at(Register.RSI, offset));
    a.vector(VectorInstruction.LOAD, source, Address.at(Register.RSI, 64 + offset));
    Operand operand = new Vector(7, shape.operandBits(width));
    Address at = Address.at(Register.RSI, 128 + part * shape.operandBytes(width));
    if (inMemory) {
      operand = at;
    } else {
      a.vector(VectorInstruction.LOAD, (Vector) operand, at);
    }
    int immediate = shape.immediates().length == 0 ? -1 : shape.immediates()[1];
    shape.write(a, instruction, register, source, operand, immediate, 0);
    a.vector(VectorInstruction.STORE, register, Address.at(Register.RDX, offset));
  }

  @Test
  void masksAndBroadcastsPickLanes() {
    int[] left = randoms(16);
    int[] right = random.ints(16, 0, 100).toArray();
    right[3] = Float.floatToRawIntBits(Float.NaN);
    int[] floats = Arrays.stream(right).map(i -> Float.floatToRawIntBits(i)).toArray();
    MemorySegment out = ints(new int[48]);
    run(
        a -> {
          Vector x = new Vector(20, 512);
          Vector y = new Vector(5, 512);
          Vector z = new Vector(31, 512);
          a.vector(VectorInstruction.LOAD, x, Address.at(Register.RSI));
          a.vector(VectorInstruction.LOAD, y, Address.at(Register.RDX));
          a.compareToMask(2, y, a.constant(50f), 1);
          a.masked(VectorInstruction.ADD_INT, 2, z, x, Address.at(Register.RSI, 64).repeated());
          a.vector(VectorInstruction.STORE, z, Address.at(Register.RCX));
          a.blendByMask(2, z, x, y);
          a.vector(VectorInstruction.STORE, z, Address.at(Register.RCX, 64));
          a.vector(VectorInstruction.NARROW_INT, x, Address.at(Register.RCX, 128));
        },
        ints(append(left, 1000)),
        ints(floats),
        out);
    int[] expected = new int[48];
    for (int i = 0; i < 16; i++) {
      boolean set = Float.intBitsToFloat(floats[i]) < 50;
      expected[i] = set ? left[i] + 1000 : 0;
      expected[16 + i] = set ? floats[i] : left[i];
      expected[32 + i / 2] |= (left[i] & 0xffff) << 16 * (i % 2);
    }
    assertArrayEquals(expected, out.toArray(ValueLayout.JAVA_INT));
  }

  private static int[] append(int[] values, int value) {
    int[] longer = Arrays.copyOf(values, values.length + 1);
    longer[values.length] = value;
    return longer;
  }

  // ---------------------------------------------------------------- bfloat16

  private static int bits(float value) {
    return Float.floatToRawIntBits(value);
  }

  private static int pair(float low, float high) {
    return bits(high) & 0xffff0000 | bits(low) >>> 16;
  }

  private float dotProduct(float sum, int a, int b) {
    MemorySegment sums = ints(bits(sum), 0, 0, 0);
    run(
        assembler -> {
          Vector to = new Vector(0, 128);
          assembler.vector(VectorInstruction.LOAD, to, Address.at(Register.RSI));
          assembler.vector(VectorInstruction.LOAD, new Vector(1, 128), Address.at(Register.RDX));
          assembler.vector(
              VectorInstruction.DOT_PRODUCT, to, new Vector(1, 128), Address.at(Register.RCX));
          assembler.vector(VectorInstruction.STORE, to, Address.at(Register.RSI));
        },
        sums,
        ints(a, 0, 0, 0),
        ints(b, 0, 0, 0));
    return sums.get(ValueLayout.JAVA_FLOAT, 0);
  }

  @Test
  void dotProductsRoundTwiceAndTakeTinyNumbersForZero() {
    assertEquals(5f + 2 * 7 + 3 * 11, dotProduct(5f, pair(2, 3), pair(7, 11)));
    // The upper halves come first: 1 is lost beside 2^25.
    assertEquals(0f, dotProduct(-0x1p25f, pair(0x1p12f, 1), pair(0x1p13f, 1)));
    assertEquals(1f, dotProduct(-0x1p25f, pair(1, 0x1p12f), pair(1, 0x1p13f)));
    assertEquals(0f, dotProduct(0x1p-127f, pair(0x1p-127f, 0), pair(0x1p100f, 0)));
    assertEquals(0f, dotProduct(0f, pair(0x1p-70f, 0), pair(0x1p-60f, 0)));
    assertEquals(0x1p-126f, dotProduct(0f, pair(0x1p-66f, 0), pair(0x1p-60f, 0)));
    assertTrue(Float.isNaN(dotProduct(0f, pair(Float.POSITIVE_INFINITY, 0), pair(0, 0))));
  }

  @Test
  void narrowingRoundsToEven() {
    int[] floats = new int[16];
    int[] expected = new int[8];
    float[] values = {1f, 0x1.01p0f, 0x1.03p0f, 0x1.010002p0f, 0x1p-127f, -0f, Float.MAX_VALUE};
    int[] results = {0x3f80, 0x3f80, 0x3f82, 0x3f81, 0, 0x8000, 0x7f80};
    for (int i = 0; i < values.length; i++) {
      floats[i] = bits(values[i]);
      expected[i / 2] |= results[i] << 16 * (i % 2);
    }
    floats[7] = 0xff800001;
    expected[3] |= 0xffc0 << 16;
    MemorySegment out = ints(new int[8]);
    run(
        a -> {
          Vector to = new Vector(1, 256);
          a.vector(VectorInstruction.NARROW_FLOAT, to, Address.at(Register.RSI));
          a.vector(VectorInstruction.STORE, to, Address.at(Register.RDX));
        },
        ints(floats),
        out);
    assertArrayEquals(expected, out.toArray(ValueLayout.JAVA_INT));
  }

  // ---------------------------------------------------------------- tiles

  /** A configuration in which tile 0 = tile 1 x tile 2. */
  private MemorySegment configuration(int rows, int columns, int inner) {
    MemorySegment bytes = arena.allocate(64, 64);
    bytes.set(ValueLayout.JAVA_BYTE, 0, (byte) 1);
    int[][] shapes = {{rows, columns}, {rows, inner}, {inner, columns}};
    for (int i = 0; i < shapes.length; i++) {
      bytes.set(ValueLayout.JAVA_BYTE, 48 + i, (byte) shapes[i][0]);
      bytes.set(ValueLayout.JAVA_SHORT, 16 + 2 * i, (short) (4 * shapes[i][1]));
    }
    return bytes;
  }

  private static void product(Assembler a) {
    a.loadTileConfiguration(Address.at(Register.RSI));
    a.move(Register.RAX, PAIRS * Integer.BYTES);
    a.loadTile(0, Register.RDX, Register.RAX, 0);
    a.loadTile(1, Register.RCX, Register.RAX, 0);
    a.loadTile(2, Register.R8, Register.RAX, 0);
    a.multiplyTiles(0, 1, 2);
    a.storeTile(0, Register.RDX, Register.RAX, 0);
    a.releaseTiles();
  }

  @Test
  void tileProductsOfAllShapes() {
    for (int[] shape : new int[][] {{16, 16, 16}, {1, 1, 1}, {3, 16, 5}, {16, 7, 2}, {5, 9, 16}}) {
      int rows = shape[0];
      int columns = shape[1];
      int inner = shape[2];
      float[][] a = integers(ROWS, 2 * PAIRS);
      float[][] b = integers(2 * PAIRS, PAIRS);
      int[] left = new int[ROWS * PAIRS];
      int[] right = new int[ROWS * PAIRS];
      int[] sums = new int[ROWS * PAIRS];
      int[] expected = new int[ROWS * PAIRS];
      for (int row = 0; row < ROWS; row++) {
        for (int column = 0; column < PAIRS; column++) {
          left[row * PAIRS + column] = pair(a[row][2 * column], a[row][2 * column + 1]);
          right[row * PAIRS + column] = pair(b[2 * row][column], b[2 * row + 1][column]);
          float sum = random.nextInt(-1000, 1000);
          sums[row * PAIRS + column] = bits(sum);
          if (row < rows && column < columns) {
            for (int k = 0; k < 2 * inner; k++) {
              sum += a[row][k] * b[k][column];
            }
          }
          expected[row * PAIRS + column] = bits(sum);
        }
      }
      MemorySegment out = ints(sums);
      run(
          X86EmulatorTest::product,
          configuration(rows, columns, inner),
          out,
          ints(left),
          ints(right));
      assertArrayEquals(expected, out.toArray(ValueLayout.JAVA_INT), Arrays.toString(shape));
    }
    assertEquals(5, emulator.count(Count.TILE_PRODUCT));
    assertEquals(0, emulator.count(Count.SPLIT_TILE_ROW));
  }

  /** Integers whose products and sums are exact. */
  private float[][] integers(int rows, int columns) {
    float[][] values = new float[rows][columns];
    for (float[] row : values) {
      for (int i = 0; i < columns; i++) {
        row[i] = random.nextInt(-100, 101);
      }
    }
    return values;
  }

  /** Exceptional elements lead to slower code, which has to give what the faster one gives. */
  @Test
  void bothWaysToMultiplyTilesAgree() {
    for (int round = 0; round < 50; round++) {
      int[] left = new int[ROWS * PAIRS];
      int[] right = new int[ROWS * PAIRS];
      for (int i = 0; i < left.length; i++) {
        left[i] = pair((float) random.nextGaussian(), (float) random.nextGaussian());
        right[i] = pair((float) random.nextGaussian(), (float) random.nextGaussian());
      }
      for (int row = 0; row < ROWS; row++) {
        left[row * PAIRS + 15] = 0;
      }
      MemorySegment config = configuration(16, 16, 16);
      MemorySegment plain = ints(new int[ROWS * PAIRS]);
      MemorySegment exceptional = ints(new int[ROWS * PAIRS]);
      run(X86EmulatorTest::product, config, plain, ints(left), ints(right));
      right[15 * PAIRS + 3] = pair(0x1p-120f, 0x1p120f);
      run(X86EmulatorTest::product, config, exceptional, ints(left), ints(right));
      assertEquals(-1, plain.mismatch(exceptional));
    }
  }

  @Test
  void tilesTakeTinyNumbersForZero() {
    int[] left = new int[ROWS * PAIRS];
    int[] right = new int[ROWS * PAIRS];
    int[] sums = new int[ROWS * PAIRS];
    left[0] = pair(0x1p-70f, 0x1p-127f);
    right[0] = pair(0x1p-60f, 0x1p120f);
    sums[0] = bits(-0x1p-127f);
    sums[1] = bits(-1f);
    MemorySegment out = ints(sums);
    run(X86EmulatorTest::product, configuration(1, 2, 1), out, ints(left), ints(right));
    assertEquals(0, out.get(ValueLayout.JAVA_INT, 0));
    assertEquals(-1f, out.get(ValueLayout.JAVA_FLOAT, 4));
  }

  // ---------------------------------------------------------------- complaints

  private void assertFault(String message, Runnable action) {
    EmulatorFault fault = assertThrows(EmulatorFault.class, action::run);
    assertTrue(fault.getMessage().contains(message), fault.getMessage());
  }

  @Test
  void namesTheInstructionThatLeavesTheAllowedMemory() {
    MemorySegment data = ints(new int[16]);
    emulator.restrictTo(data);
    Vector vector = new Vector(1, 256);
    run(a -> a.vector(VectorInstruction.STORE, vector, Address.at(Register.RSI, 32)), data);
    assertFault(
        "instruction at 0xf (c5 fc 11 4e 24): writes 32 bytes at 0x%x, outside"
            .formatted(data.address() + 36),
        () ->
            run(
                a -> a.vector(VectorInstruction.STORE, vector, Address.at(Register.RSI, 36)),
                data));
    assertFault(
        "reads 32 bytes at 0x%x, outside".formatted(data.address() - 4),
        () ->
            run(a -> a.vector(VectorInstruction.LOAD, vector, Address.at(Register.RSI, -4)), data));
    emulator.restrictTo(data.asReadOnly());
    assertFault(
        "to be read only", () -> run(a -> a.store(Address.at(Register.RSI), Register.RAX), data));
  }

  @Test
  void complainsOfTilesThatReachTooFar() {
    MemorySegment config = configuration(16, 16, 16);
    MemorySegment data = ints(new int[ROWS * PAIRS]);
    MemorySegment shorter = data.asSlice(0, TILE_BYTES - 4);
    emulator.restrictTo(config, shorter);
    assertFault("reads 64 bytes", () -> run(X86EmulatorTest::product, config, shorter, data, data));
    emulator.restrictTo(config, data);
    run(X86EmulatorTest::product, config, data, data, data);
  }

  @Test
  void complainsOfTilesThatDoNotFit() {
    MemorySegment data = ints(new int[ROWS * PAIRS]);
    MemorySegment config = configuration(16, 16, 8);
    config.set(ValueLayout.JAVA_BYTE, 48 + 2, (byte) 9);
    assertFault(
        "product of 1 and 2 into 0", () -> run(X86EmulatorTest::product, config, data, data, data));
    assertFault("tile 5 is not configured", () -> run(a -> a.zeroTile(5)));
    run(Assembler::releaseTiles);
    assertFault("the tiles are not configured", () -> run(a -> a.zeroTile(0)));
  }

  @Test
  void complainsOfInstructionsThatTheProcessorLacks() {
    Vector v = new Vector(1, 512);
    byte[] wide = assemble(a -> a.vector(VectorInstruction.ADD, v, v, v));
    byte[] dots = assemble(a -> a.vector(VectorInstruction.DOT_PRODUCT, v, v, v));
    byte[] tiles = assemble(Assembler::releaseTiles);
    assertFault("needs AVX512;", () -> new X86Emulator(Extension.AVX2).load(wide));
    assertFault("needs AVX512_BF16;", () -> new X86Emulator(Extension.AVX512).load(dots));
    assertFault("needs AMX;", () -> new X86Emulator(Extension.AVX512_BF16).load(tiles));
    new X86Emulator(Extension.AVX512).load(wide);
    new X86Emulator(Extension.AVX512_BF16).load(dots);
  }

  @Test
  void complainsOfCodeThatNoProcessorOrCallerBears() {
    assertFault("(0f 0b", () -> emulator.load(HexFormat.of().parseHex("0f0bc3")));
    assertFault("ends within it", () -> emulator.load(HexFormat.of().parseHex("48")));
    assertFault("goes on at 0x3", () -> emulator.load(HexFormat.of().parseHex("4889c0")));
    // mov rbx, 7; ret: the assembler refuses to write it.
    byte[] careless = HexFormat.of().parseHex("48c7c307000000c3");
    assertFault("register 3, which belongs", () -> emulator.load(careless).call(arguments()));
    assertFault("returns to", () -> run(a -> a.push(Register.RAX)));
  }

  @Test
  void countsWhatRan() {
    run(a -> {
      Vector v = new Vector(0, 256);
      a.move(Register.RAX, 10);
      Assembler.Label loop = a.here();
      a.vector(VectorInstruction.FMA_231, v, v, v);
      a.subtract(Register.RAX, 1);
      a.jump(Assembler.Condition.NOT_EQUAL, loop);
      a.vector(VectorInstruction.DOT_PRODUCT, v, v, v);
    });
    assertEquals(10, emulator.count(Count.FMA));
    assertEquals(1, emulator.count(Count.DOT_PRODUCT));
    assertEquals(0, emulator.count(Count.TILE_PRODUCT));
  }
}
