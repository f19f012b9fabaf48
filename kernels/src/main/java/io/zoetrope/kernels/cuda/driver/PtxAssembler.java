package io.zoetrope.kernels.cuda.driver;

import io.zoetrope.ops.DeviceUnavailableException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import jcuda.nvptxcompiler.JNvPTXCompiler;
import jcuda.nvptxcompiler.nvPTXCompileResult;
import jcuda.nvptxcompiler.nvPTXCompilerHandle;

/** NVIDIA's PTX assembler, which needs no GPU: what a driver would make of a module. */
public final class PtxAssembler {
  /** Registers and static shared memory of a kernel, and its machine code by opcode. */
  public record Kernel(int registers, int sharedBytes, Map<Integer, Integer> opcodes) {
    /** How often an opcode, the lowest 12 bits of an instruction, occurs. */
    public int count(int... codes) {
      return Arrays.stream(codes).map(code -> opcodes.getOrDefault(code, 0)).sum();
    }
  }

  // Opcodes of compute capability 8.0 to 9.0, as found with NVIDIA's disassembler.
  /** Matrix products on tensor cores. */
  public static final int HMMA = 0x23c;

  /** Loads of matrices from shared memory. */
  public static final int LDSM = 0x83b;

  /** Asynchronous copies from global to shared memory. */
  public static final int LDGSTS = 0xfae;

  /** Loads from local memory, such as those of spilled registers. */
  public static final int LDL = 0x983;

  /** Stores to local memory. */
  public static final int STL = 0x387;

  private static final int INSTRUCTION_BYTES = 16;
  private static final Pattern USAGE =
      Pattern.compile(
          "Compiling entry function '(\\w+)'.*?Used (\\d+) registers([^\\n]*)", Pattern.DOTALL);
  private static final Pattern SHARED = Pattern.compile("(\\d+) bytes smem");

  private static boolean isLoaded;

  private PtxAssembler() {}

  private static synchronized void load() {
    if (!isLoaded) {
      JCudaNatives.load(() -> JNvPTXCompiler.setExceptionsEnabled(false));
      isLoaded = true;
    }
  }

  /**
   * Assembles a module for an architecture such as {@code sm_80}; a spilled register is an error.
   *
   * @return its kernels by name
   * @throws DeviceUnavailableException if this system has no assembler
   * @throws IllegalStateException if the assembler refuses the module
   */
  public static Map<String, Kernel> assemble(String ptx, String architecture) {
    load();
    nvPTXCompilerHandle compiler = new nvPTXCompilerHandle();
    byte[] text = (ptx + "\0").getBytes(StandardCharsets.UTF_8);
    check(JNvPTXCompiler.nvPTXCompilerCreate(compiler, text.length, text), "");
    try {
      String[] options = {
        "--gpu-name=" + architecture, "--verbose", "--warn-on-spills", "--warning-as-error"
      };
      int status = JNvPTXCompiler.nvPTXCompilerCompile(compiler, options.length, options);
      check(status, architecture + ": " + errors(compiler));
      Map<String, Map<Integer, Integer>> opcodes = opcodes(program(compiler));
      Map<String, Kernel> kernels = new LinkedHashMap<>();
      Matcher usage = USAGE.matcher(information(compiler));
      while (usage.find()) {
        Matcher shared = SHARED.matcher(usage.group(3));
        kernels.put(
            usage.group(1),
            new Kernel(
                Integer.parseInt(usage.group(2)),
                shared.find() ? Integer.parseInt(shared.group(1)) : 0,
                opcodes.get(usage.group(1))));
      }
      return kernels;
    } finally {
      JNvPTXCompiler.nvPTXCompilerDestroy(compiler);
    }
  }

  private static void check(int status, String message) {
    if (status != nvPTXCompileResult.NVPTXCOMPILE_SUCCESS) {
      throw new IllegalStateException(nvPTXCompileResult.stringFor(status) + " " + message);
    }
  }

  private static String errors(nvPTXCompilerHandle compiler) {
    long[] size = {0};
    JNvPTXCompiler.nvPTXCompilerGetErrorLogSize(compiler, size);
    byte[] log = new byte[(int) size[0] + 1];
    JNvPTXCompiler.nvPTXCompilerGetErrorLog(compiler, log);
    return new String(log, StandardCharsets.UTF_8);
  }

  private static String information(nvPTXCompilerHandle compiler) {
    long[] size = {0};
    JNvPTXCompiler.nvPTXCompilerGetInfoLogSize(compiler, size);
    byte[] log = new byte[(int) size[0] + 1];
    JNvPTXCompiler.nvPTXCompilerGetInfoLog(compiler, log);
    return new String(log, StandardCharsets.UTF_8);
  }

  private static ByteBuffer program(nvPTXCompilerHandle compiler) {
    long[] size = {0};
    JNvPTXCompiler.nvPTXCompilerGetCompiledProgramSize(compiler, size);
    byte[] program = new byte[(int) size[0]];
    JNvPTXCompiler.nvPTXCompilerGetCompiledProgram(compiler, program);
    return ByteBuffer.wrap(program).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** Instructions by opcode of each section {@code .text.KERNEL} of an ELF file. */
  private static Map<String, Map<Integer, Integer>> opcodes(ByteBuffer elf) {
    int sections = (int) elf.getLong(40);
    int sectionSize = elf.getShort(58);
    int count = elf.getShort(60);
    int names = (int) elf.getLong(sections + elf.getShort(62) * sectionSize + 24);
    Map<String, Map<Integer, Integer>> kernels = new LinkedHashMap<>();
    for (int section = 0; section < count; section++) {
      int header = sections + section * sectionSize;
      String name = string(elf, names + elf.getInt(header));
      if (name.startsWith(".text.")) {
        Map<Integer, Integer> opcodes = new LinkedHashMap<>();
        int start = (int) elf.getLong(header + 24);
        int end = start + (int) elf.getLong(header + 32);
        for (int at = start; at < end; at += INSTRUCTION_BYTES) {
          opcodes.merge((int) elf.getLong(at) & 0xfff, 1, Integer::sum);
        }
        kernels.put(name.substring(".text.".length()), opcodes);
      }
    }
    return kernels;
  }

  private static String string(ByteBuffer elf, int at) {
    StringBuilder text = new StringBuilder();
    for (int i = at; elf.get(i) != 0; i++) {
      text.append((char) elf.get(i));
    }
    return text.toString();
  }
}
