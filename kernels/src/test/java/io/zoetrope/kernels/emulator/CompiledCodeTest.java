package io.zoetrope.kernels.emulator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zoetrope.kernels.emulator.machine.EmulatorOptions;
import io.zoetrope.kernels.emulator.memory.DeviceMemory;
import io.zoetrope.kernels.emulator.report.Grid;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What nvcc makes of {@code functions.cu}, run on the emulator. */
class CompiledCodeTest {
  private static PtxModule module;

  @BeforeAll
  static void load() throws IOException {
    try (InputStream in = CompiledCodeTest.class.getResourceAsStream("functions.ptx")) {
      module = PtxModule.parse(new String(in.readAllBytes(), StandardCharsets.UTF_8));
    }
  }

  private static float[] run(String kernel, float[] inputs, int outputs, int blocks) {
    DeviceMemory memory = new DeviceMemory(1 << 20);
    long in = memory.allocate(4L * inputs.length);
    long out = memory.allocate(4L * outputs);
    memory.write(in, MemorySegment.ofArray(inputs));
    ByteBuffer parameters = ByteBuffer.allocate(20).order(ByteOrder.LITTLE_ENDIAN);
    parameters.putLong(out).putLong(in).putInt(inputs.length).flip();
    new Emulator(memory, EmulatorOptions.STRICT)
        .launch(module.kernel(kernel), Grid.of(blocks, 256), 0, MemorySegment.ofBuffer(parameters));
    float[] results = new float[outputs];
    memory.read(out, MemorySegment.ofArray(results));
    return results;
  }

  /** The error bounds are those of the CUDA C++ Programming Guide, "Mathematical Functions". */
  private static void check(
      String kernel, DoubleUnaryOperator expected, double from, double to, int ulps) {
    float[] inputs = new float[1000];
    for (int i = 0; i < inputs.length; i++) {
      inputs[i] = (float) (from + (to - from) * i / inputs.length);
    }
    float[] results = run(kernel, inputs, inputs.length, 4);
    for (int i = 0; i < inputs.length; i++) {
      double wanted = expected.applyAsDouble(inputs[i]);
      double error = Math.abs(results[i] - wanted) / Math.ulp((float) wanted);
      assertTrue(
          error <= ulps + 0.5,
          "%s(%s) = %s, off by %s ulp".formatted(kernel, inputs[i], results[i], error));
    }
  }

  @Test
  void functionsOfTheMathLibrary() {
    check("sine", Math::sin, -20, 20, 2);
    check("sine", Math::sin, 1e5, 3e9, 2);
    check("exponential", Math::exp, -80, 80, 2);
    check("logarithm", x -> Math.log(Math.abs(x)), -50, -0.01, 1);
    check("power", x -> Math.pow(Math.abs(x), 1.3f), -9, 1000, 4);
    check("hyperbolic_tangent", Math::tanh, -5, 5, 2);
    check("cube_root", Math::cbrt, -30, 29.99, 1);
    check("remainder_of_pi", x -> x % 3.1415927f, -1000, 1e7, 0);
    check("double_exponential", Math::exp, -80, 80, 1);
  }

  @Test
  void sumOfABlock() {
    float[] inputs = new float[700];
    int[] sums = new int[3];
    for (int i = 0; i < inputs.length; i++) {
      inputs[i] = i * 37 % 101;
      sums[i / 256] += i * 37 % 101;
    }
    float[] results = run("block_sum", inputs, 3, 3);
    for (int block = 0; block < 3; block++) {
      assertEquals(sums[block], results[block]);
    }
  }
}
