package io.zoetrope.kernels.cpu.jit;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.zoetrope.kernels.cpu.jit.Operand.Address;
import io.zoetrope.kernels.cpu.jit.Operand.Vector;
import io.zoetrope.kernels.cpu.jit.emulator.X86Emulator;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * The emulator against the processor it runs on: the same bytes on the same operands, special
 * values among them, have to leave the same bits in registers and memory.
 */
class EmulatedProcessorTest {
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

  /** Runs an instruction on both and compares. */
  private void compare(int bits, Consumer<Assembler> instruction) {
    byte[] code = code(bits, instruction);
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

  private static byte[] code(int bits, Consumer<Assembler> instruction) {
    Assembler assembler = new Assembler();
    assembler.load(Register.RSI, Assembler.argument(0));
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
    assembler.leave();
    return assembler.assemble();
  }

  @TestFactory
  List<DynamicTest> vectorInstructions() {
    List<DynamicTest> tests = new ArrayList<>();
    for (VectorInstruction instruction : VectorInstruction.values()) {
      VectorShape shape = VectorShape.of(instruction);
      if (shape == null || instruction.encoding == VectorInstruction.Encoding.EVEX) {
        continue;
      }
      for (int width : shape.widths()) {
        if (width <= 256) {
          tests.add(
              DynamicTest.dynamicTest(
                  instruction + " " + width, () -> compareForms(instruction, shape, width)));
        }
      }
    }
    return tests;
  }

  private void compareForms(VectorInstruction instruction, VectorShape shape, int width) {
    int[] immediates = shape.immediates().length == 0 ? new int[] {-1} : shape.immediates();
    for (int immediate : immediates) {
      for (int form = 0; form < 2; form++) {
        Operand operand = form == 0 ? new Vector(2, shape.operandBits(width)) : OPERAND;
        boolean possible =
            switch (shape.kind()) {
              case UNARY, BINARY, STORE -> true;
              case REGISTERS -> form == 0;
              case LOAD, MEMORY_STORE -> form == 1;
            };
        if (!possible) {
          continue;
        }
        Vector register = new Vector(1, shape.registerBits(instruction, width));
        compare(
            width,
            assembler -> {
              switch (shape.kind()) {
                case BINARY, REGISTERS -> {
                  Vector source = new Vector(3, width);
                  if (immediate < 0) {
                    assembler.vector(instruction, register, source, operand);
                  } else {
                    assembler.vector(instruction, register, source, operand, immediate);
                  }
                }
                default -> {
                  if (immediate < 0) {
                    assembler.vector(instruction, register, operand);
                  } else {
                    assembler.vector(instruction, register, operand, immediate);
                  }
                }
              }
            });
      }
    }
  }
}
