package io.zoetrope.kernels.cpu.jit;

import io.zoetrope.kernels.cpu.jit.emulator.X86Emulator;
import java.util.Arrays;
import java.util.stream.Stream;

/**
 * Something that runs kernels of an instruction set: the processor, where it has the set, and the
 * emulator.
 */
record Machine(InstructionSet set, boolean emulated) {
  /** Every instruction set on the emulator, and on the processor those that it has. */
  static Stream<Machine> all() {
    return Arrays.stream(InstructionSet.values())
        .flatMap(set ->
            CpuFeatures.ofThisMachine().missing(set).isEmpty()
                ? Stream.of(new Machine(set, false), new Machine(set, true))
                : Stream.of(new Machine(set, true)));
  }

  MachineCode.Loader loader() {
    if (!emulated) {
      return ExecutableMemory::load;
    }
    X86Emulator emulator = new X86Emulator();
    return code -> emulator.load(code)::call;
  }

  MachineCode code(KernelCache.Recipe recipe) {
    Assembler assembler = new Assembler();
    recipe.generate(assembler);
    return loader().load(assembler.assemble());
  }

  @Override
  public String toString() {
    return set.id + (emulated ? " (emulated)" : "");
  }
}
