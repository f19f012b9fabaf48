package io.zoetrope.kernels.cpu.jit.asm;

import io.zoetrope.kernels.cpu.jit.emulator.Count;
import io.zoetrope.kernels.cpu.jit.emulator.Extension;
import io.zoetrope.kernels.cpu.jit.emulator.X86Emulator;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.stream.Stream;

/**
 * Something that runs kernels of an instruction set: the processor, where it has the set, or an
 * emulator that has this set and no later one.
 */
public final class Machine {
  private final InstructionSet set;

  /** Null for the processor. */
  private final X86Emulator emulator;

  private final KernelCache kernels = new KernelCache(loader());

  public Machine(InstructionSet set, boolean emulated) {
    this.set = set;
    emulator = emulated ? new X86Emulator(Extension.valueOf(set.name())) : null;
  }

  /** Every instruction set on the emulator, and on the processor those that it has. */
  public static Stream<Machine> all() {
    return Arrays.stream(InstructionSet.values())
        .flatMap(set ->
            CpuFeatures.ofThisMachine().missing(set).isEmpty()
                ? Stream.of(new Machine(set, false), new Machine(set, true))
                : Stream.of(new Machine(set, true)));
  }

  public InstructionSet set() {
    return set;
  }

  public boolean emulated() {
    return emulator != null;
  }

  public MachineCode.Loader loader() {
    return code -> {
      if (emulator == null) {
        return ExecutableMemory.load(code);
      }
      return emulator.load(code)::call;
    };
  }

  public <R extends KernelCache.Recipe> GeneratedFunction<R> function(R recipe) {
    return kernels.get(recipe);
  }

  /** Code may touch nothing but these segments from now on; only the emulator sees to it. */
  public void restrictTo(MemorySegment... segments) {
    if (emulator != null) {
      emulator.restrictTo(segments);
    }
  }

  /** How many instructions of a kind ran on the emulator. */
  public long count(Count kind) {
    return emulator.count(kind);
  }

  @Override
  public String toString() {
    return set.id + (emulated() ? " (emulated)" : "");
  }
}
