package io.zoetrope.kernels.emulator;

import io.zoetrope.kernels.emulator.machine.EmulatorOptions;
import io.zoetrope.kernels.emulator.machine.PtxKernel;
import io.zoetrope.kernels.emulator.memory.DeviceMemory;
import io.zoetrope.kernels.emulator.report.Grid;
import io.zoetrope.kernels.emulator.report.LaunchReport;
import java.lang.foreign.MemorySegment;

/**
 * Runs a few PTX instructions, written by hand, as the body of a kernel.
 *
 * <p>Every thread has its number in the grid in {@code %n}, and the address of the element of its
 * number in the buffers: {@code %in} and {@code %out}, with elements of 8 bytes. Registers: {@code
 * %r}, {@code %f} (32 bits), {@code %h} (16), {@code %d}, {@code %g} (64), {@code %p} (predicates),
 * 32 of each.
 */
public final class Snippet {
  private static final int ELEMENT = 8;

  private final String text;
  private Grid grid = Grid.of(1, 32);
  private int dynamicSharedBytes;
  private EmulatorOptions options = EmulatorOptions.STRICT;
  private LaunchReport report;

  /** A kernel of these instructions. */
  public Snippet(String... instructions) {
    this("", String.join("\n", instructions));
  }

  private Snippet(String declarations, String body) {
    this.text = text(declarations, body);
  }

  /** The same with declarations of shared or local memory. */
  public static Snippet with(String declarations, String... instructions) {
    return new Snippet(declarations, String.join("\n", instructions));
  }

  private static String text(String declarations, String body) {
    return """
    .version 8.0
    .target sm_80
    .address_size 64
    .visible .entry snippet(.param .u64 in_buffer, .param .u64 out_buffer)
    {
    .reg .pred %p<32>;
    .reg .b16 %h<32>;
    .reg .b32 %r<64>;
    .reg .f32 %f<32>;
    .reg .b64 %d<32>;
    .reg .b64 %g<32>;
    .reg .b32 %n, %block, %size;
    .reg .b64 %in, %out, %base, %scaled;
    """
        + declarations
        + """

        mov.u32 %n, %tid.x;
        mov.u32 %block, %ctaid.x;
        mov.u32 %size, %ntid.x;
        mad.lo.s32 %n, %block, %size, %n;
        mul.wide.u32 %scaled, %n, 8;
        ld.param.u64 %base, [in_buffer];
        add.s64 %in, %base, %scaled;
        ld.param.u64 %base, [out_buffer];
        add.s64 %out, %base, %scaled;
        """
        + body
        + "\nret;\n}\n";
  }

  /** The number of the text's line that has this instruction. */
  public int lineOf(String instruction) {
    String[] lines = text.split("\n");
    for (int i = 0; i < lines.length; i++) {
      if (lines[i].contains(instruction)) {
        return i + 1;
      }
    }
    throw new IllegalArgumentException("no line has " + instruction);
  }

  public String text() {
    return text;
  }

  public Snippet grid(int blocks, int threads) {
    grid = Grid.of(blocks, threads);
    return this;
  }

  Snippet dynamicShared(int bytes) {
    dynamicSharedBytes = bytes;
    return this;
  }

  public Snippet options(EmulatorOptions newOptions) {
    options = newOptions;
    return this;
  }

  /** Runs with the inputs, one per thread; gives what each thread stored at {@code %out}. */
  public long[] run(long... inputs) {
    int threads = (int) (grid.blocks().volume() * grid.threads().volume());
    DeviceMemory memory = new DeviceMemory(1 << 24);
    long in = memory.allocate(Math.max(1, inputs.length) * (long) ELEMENT);
    long out = memory.allocate(threads * (long) ELEMENT);
    memory.write(in, MemorySegment.ofArray(inputs));
    memory.memset(out, 0, 1, threads * (long) ELEMENT);
    return run(memory, in, out, threads);
  }

  private long[] run(DeviceMemory memory, long in, long out, int threads) {
    PtxKernel kernel = PtxModule.parse(text).kernel("snippet");
    MemorySegment parameters = Arguments.of(in, out);
    report = new Emulator(memory, options).launch(kernel, grid, dynamicSharedBytes, parameters);
    long[] outputs = new long[threads];
    memory.read(out, MemorySegment.ofArray(outputs));
    return outputs;
  }

  /** Counts of the last run. */
  public LaunchReport report() {
    return report;
  }
}
