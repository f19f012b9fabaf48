package io.zoetrope.kernels.cpu.jit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** Something that runs kernels of an instruction set: the processor, where it has the set. */
record Machine(InstructionSet set, MachineCode.Loader loader) {
  /** All that tests can run on here. */
  static Stream<Machine> all() {
    List<String> flags = processorFlags();
    return Stream.of(InstructionSet.AVX2, InstructionSet.AVX512)
        .filter(set -> flags.containsAll(Arrays.asList(set.flags())))
        .map(set -> new Machine(set, ExecutableMemory::load));
  }

  private static List<String> processorFlags() {
    try (Stream<String> lines = Files.lines(Path.of("/proc/cpuinfo"))) {
      return lines
          .filter(line -> line.startsWith("flags"))
          .findFirst()
          .map(line -> List.of(line.split("\\s+")))
          .orElse(List.of());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  MachineCode code(KernelCache.Recipe recipe) {
    Assembler assembler = new Assembler();
    recipe.generate(assembler);
    return loader.load(assembler.assemble());
  }

  @Override
  public String toString() {
    return set.id;
  }
}
