package io.zoetrope.kernels.cpu.jit.asm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.zoetrope.kernels.cpu.jit.asm.Assembler.Condition;
import io.zoetrope.kernels.cpu.jit.asm.Operand.Address;
import io.zoetrope.kernels.cpu.jit.asm.Operand.Vector;
import io.zoetrope.kernels.cpu.jit.emulator.X86Emulator;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * The emulator against the processor it runs on: the same bytes on the same operands, special
 * values among them, have to leave the same bits in registers and memory.
 */
class EmulatedProcessorTest {
  private static final Register[] SAVED = {Register.RBX, Register.RBP, Register.R12, Register.R15};
  private static final int REGISTERS = 4;
  private static final int VECTOR_BYTES = 64;
  private static final int LANES = VECTOR_BYTES / Integer.BYTES;
  private static final int ROUNDS = 40;

  /** What code runs on: registers are loaded from the start of it and stored back to it. */
  private static final int MEMORY_BYTES = 4 * REGISTERS * VECTOR_BYTES;

  private static final Address OPERAND = Address.at(Register.RSI, REGISTERS * VECTOR_BYTES + 64);

  private static final int[] SPECIALS = {
    0, 0x80000000, 0x3f800000, 0xbf800000, 0x7f800000, 0xff800000, 0x7fc00000, 0xffc12345,
    0x7f812345, 0xffa00001, 1, 0x80000001, 0x007fffff, 0x00800000, 0x80800000, 0x7f7fffff,
    0xff7fffff, 0x4f000000, 0xcf000000, 0x3f000000, 0xbf000000, 0x3fc00000, 0x33800000, 0x7ff00000,
    0x7ff00001, 0xfff80000, 0x36a00000, 0x47efffff, 0x38000000
  };

  private final Random random = new Random(11);

  private int randomLane() {
    return switch (random.nextInt(4)) {
      case 0 -> SPECIALS[random.nextInt(SPECIALS.length)];
      case 1 -> random.nextInt();
      case 2 -> Float.floatToRawIntBits((float) random.nextGaussian() * 100);
      default -> Float.floatToRawIntBits(random.nextInt(-300, 300) / 2f);
    };
  }

  /** Runs an instruction on both and compares; it may change the saved registers. */
  private void compare(int bits, Consumer<Assembler> instruction, Register... saved) {
    byte[] code = code(bits, instruction, saved);
    MachineCode processor = ExecutableMemory.load(code);
    X86Emulator.Function emulator = new X86Emulator().load(code);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment native1 = arena.allocate(MEMORY_BYTES, VECTOR_BYTES);
      MemorySegment native2 = arena.allocate(MEMORY_BYTES, VECTOR_BYTES);
      MemorySegment arguments = arena.allocate(Long.BYTES, Long.BYTES);
      for (int round = 0; round < ROUNDS; round++) {
        for (long i = 0; i < MEMORY_BYTES; i += Integer.BYTES) {
          native1.set(ValueLayout.JAVA_INT, i, randomLane());
        }
        native2.copyFrom(native1);
        int[] before = native1.toArray(ValueLayout.JAVA_INT);
        arguments.set(ValueLayout.JAVA_LONG, 0, native1.address());
        processor.call(arguments);
        arguments.set(ValueLayout.JAVA_LONG, 0, native2.address());
        emulator.call(arguments);
        int[] expected = native1.toArray(ValueLayout.JAVA_INT);
        int[] actual = native2.toArray(ValueLayout.JAVA_INT);
        int differs = Arrays.mismatch(expected, actual);
        if (differs >= 0) {
          int lane = differs % LANES;
          StringBuilder operands = new StringBuilder();
          for (int i = lane; i < before.length; i += LANES) {
            operands.append(" %08x".formatted(before[i]));
          }
          assertEquals(
              "%08x".formatted(expected[differs]),
              "%08x".formatted(actual[differs]),
              "register %d, lane %d; operands%s".formatted(differs / LANES, lane, operands));
        }
      }
    }
  }

  private static byte[] code(int bits, Consumer<Assembler> instruction, Register... saved) {
    Assembler assembler = new Assembler();
    assembler.enter(saved);
    assembler.load(Register.RSI, Address.at(Register.RDI));
    int width = Math.max(bits, 256);
    for (int i = 0; i < REGISTERS; i++) {
      Address at = Address.at(Register.RSI, i * VECTOR_BYTES);
      assembler.vector(VectorInstruction.LOAD, new Vector(i, width), at);
    }
    instruction.accept(assembler);
    for (int i = 0; i < REGISTERS; i++) {
      Address at = Address.at(Register.RSI, i * VECTOR_BYTES);
      assembler.vector(VectorInstruction.STORE, new Vector(i, width), at);
    }
    assembler.leave(saved);
    return assembler.assemble();
  }

  @TestFactory
  List<DynamicTest> vectorInstructions() {
    List<DynamicTest> tests = new ArrayList<>();
    for (VectorInstruction instruction : VectorInstruction.values()) {
      VectorShape shape = VectorShape.of(instruction);
      if (shape == null) {
        continue;
      }
      for (int width : shape.widths()) {
        InstructionSet needed = neededBy(instruction, width);
        tests.add(
            DynamicTest.dynamicTest(
                instruction + " " + width,
                () -> {
                  assumeUsable(needed);
                  compareForms(instruction, shape, width);
                }));
      }
    }
    return tests;
  }

  private static InstructionSet neededBy(VectorInstruction instruction, int width) {
    return switch (instruction) {
      case DOT_PRODUCT, NARROW_FLOAT -> InstructionSet.AVX512_BF16;
      default ->
          width == 512 || instruction.encoding == VectorInstruction.Encoding.EVEX
              ? InstructionSet.AVX512
              : InstructionSet.AVX2;
    };
  }

  private static void assumeUsable(InstructionSet set) {
    Optional<String> missing = CpuFeatures.ofThisMachine().missing(set);
    assumeTrue(missing.isEmpty(), () -> missing.orElseThrow());
  }

  private void compareForms(VectorInstruction instruction, VectorShape shape, int width) {
    int[] immediates = shape.immediates().length == 0 ? new int[] {-1} : shape.immediates();
    for (int immediate : immediates) {
      for (int form = 0; form < 2; form++) {
        Operand operand = form == 0 ? new Vector(2, shape.operandBits(width)) : OPERAND;
        if (form == 0 ? shape.takesRegister() : shape.takesMemory()) {
          Vector register = new Vector(1, shape.registerBits(instruction, width));
          Vector source = new Vector(3, width);
          compare(
              width,
              assembler ->
                  shape.write(assembler, instruction, register, source, operand, immediate, 0));
        }
      }
    }
  }

  // ---------------------------------------------------------------- instructions without a shape

  @Test
  void vectorShifts() {
    assumeUsable(InstructionSet.AVX2);
    for (int bits : new int[] {0, 1, 16, 23, 31, 32, 255}) {
      for (int width : new int[] {128, 256}) {
        Vector to = new Vector(1, width);
        compare(width, assembler -> assembler.shiftLeft(to, new Vector(2, width), bits));
        compare(width, assembler -> assembler.shiftRight(to, to, bits));
      }
    }
  }

  @Test
  void blends() {
    assumeUsable(InstructionSet.AVX2);
    for (int width : new int[] {128, 256}) {
      Vector[] v = vectors(width);
      compare(width, assembler -> assembler.blend(v[0], v[1], v[2], v[3]));
      compare(width, assembler -> assembler.blend(v[0], v[1], OPERAND, v[0]));
    }
  }

  @Test
  void masks() {
    assumeUsable(InstructionSet.AVX512);
    Vector[] v = vectors(512);
    for (int predicate = 0; predicate < 32; predicate++) {
      int of = predicate;
      compare(
          512,
          assembler -> {
            assembler.compareToMask(3, v[0], v[1], of);
            assembler.blendByMask(3, v[0], v[1], v[2]);
            assembler.blendByMask(3, v[1], v[2], OPERAND);
            assembler.masked(VectorInstruction.ADD, 3, v[2], v[2], v[3]);
          });
    }
  }

  @Test
  void constants() {
    assumeUsable(InstructionSet.AVX2);
    Vector[] v = vectors(256);
    compare(
        256,
        assembler -> {
          assembler.vector(VectorInstruction.ADD, v[0], v[1], assembler.constant(1.5f));
          assembler.vector(VectorInstruction.ROUND, v[1], assembler.constant(2.5f), 0);
          assembler.address(Register.RAX, assembler.constant(7));
          assembler.vector(VectorInstruction.LOAD, v[2], Address.at(Register.RAX));
        });
  }

  private static Vector[] vectors(int width) {
    return IntStream.range(0, REGISTERS)
        .mapToObj(number -> new Vector(number, width))
        .toArray(Vector[]::new);
  }

  /** Tiles of four rows of four lanes. */
  @Test
  void tiles() {
    assumeUsable(InstructionSet.AMX);
    Integer[] configuration = new Integer[LANES];
    Arrays.fill(configuration, 0);
    configuration[0] = 1;
    configuration[4] = 0x0010_0010;
    configuration[5] = 0x0010;
    configuration[12] = 0x040404;
    compare(
        256,
        assembler -> {
          assembler.address(Register.RAX, assembler.constant(List.of(configuration)));
          assembler.loadTileConfiguration(Address.at(Register.RAX));
          assembler.move(Register.RAX, 16);
          assembler.loadTile(0, Register.RSI, Register.RAX, MEMORY_BYTES / 2);
          assembler.loadTile(1, Register.RSI, Register.RAX, 0);
          assembler.loadTile(2, Register.RSI, Register.RAX, VECTOR_BYTES);
          assembler.multiplyTiles(0, 1, 2);
          assembler.storeTile(0, Register.RSI, Register.RAX, MEMORY_BYTES / 2);
          assembler.zeroTile(0);
          assembler.multiplyTiles(0, 1, 2);
          assembler.storeTile(0, Register.RSI, Register.RAX, MEMORY_BYTES / 2 + VECTOR_BYTES);
          assembler.releaseTiles();
        });
  }

  /** Random straight code and a loop on general-purpose registers. */
  @Test
  void generalInstructions() {
    assumeUsable(InstructionSet.AVX2);
    for (int i = 0; i < 50; i++) {
      long seed = random.nextLong();
      compare(256, assembler -> generalCode(assembler, new Random(seed)), SAVED);
    }
  }

  private static void generalCode(Assembler assembler, Random random) {
    Register[] used = {
      Register.RAX, Register.RBX, Register.RBP, Register.R8, Register.R12, Register.R15
    };
    for (int i = 0; i < used.length; i++) {
      assembler.load(used[i], Address.at(Register.RSI, i * Long.BYTES));
    }
    Register counter = Register.RCX;
    assembler.move(counter, random.nextInt(1, 5));
    Assembler.Label loop = assembler.here();
    for (int i = 0; i < 30; i++) {
      Register to = used[random.nextInt(used.length)];
      Register from = used[random.nextInt(used.length)];
      int offset = random.nextInt(MEMORY_BYTES / 2 - VECTOR_BYTES);
      Address at = Address.at(Register.RSI, MEMORY_BYTES / 2 + offset);
      int value = random.nextBoolean() ? random.nextInt() : random.nextInt(-128, 128);
      int bits = random.nextInt(1, 64);
      switch (random.nextInt(20)) {
        case 0 -> assembler.move(to, from);
        case 1 -> assembler.move(to, value);
        case 2 -> assembler.move(to, random.nextLong());
        case 3 -> assembler.load(to, at);
        case 4 -> assembler.load32(to, at);
        case 5 -> assembler.load16(to, at);
        case 6 -> assembler.store(at, from);
        case 7 -> assembler.store32(at, from);
        case 8 -> assembler.store16(at, from);
        case 9 -> assembler.address(to, Address.at(from, to, 1 << random.nextInt(4), value));
        case 10 -> assembler.add(to, from);
        case 11 -> assembler.add(to, value);
        case 12 -> assembler.subtract(to, from);
        case 13 -> assembler.subtract(to, value);
        case 14 -> assembler.and(to, value);
        case 15 -> assembler.or(to, from);
        case 16 -> assembler.multiply(to, from);
        case 17 -> assembler.shiftLeft(to, bits);
        case 18 -> assembler.shiftRight(to, bits);
        default -> {
          Assembler.Label skip = assembler.label();
          if (random.nextBoolean()) {
            assembler.compare(to, from);
          } else {
            assembler.compare(to, value);
          }
          Condition[] conditions = Condition.values();
          assembler.jump(conditions[random.nextInt(conditions.length)], skip);
          assembler.prefetch(at);
          assembler.add(to, 3);
          assembler.place(skip);
        }
      }
    }
    assembler.subtract(counter, 1);
    assembler.jump(Condition.NOT_EQUAL, loop);
    for (int i = 0; i < used.length; i++) {
      assembler.store(Address.at(Register.RSI, MEMORY_BYTES / 2 + i * Long.BYTES), used[i]);
    }
    assembler.moveToVector(new Vector(1, 128), Register.RAX);
    assembler.moveFromVector(Register.R8, new Vector(2, 128));
    assembler.store(Address.at(Register.RSI, MEMORY_BYTES / 2 - Long.BYTES), Register.R8);
  }
}
