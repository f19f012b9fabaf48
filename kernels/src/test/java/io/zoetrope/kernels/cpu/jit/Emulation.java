package io.zoetrope.kernels.cpu.jit;

import io.zoetrope.kernels.cpu.jit.emulator.Extension;
import io.zoetrope.kernels.cpu.jit.emulator.X86Emulator;
import io.zoetrope.ops.Backend;
import java.util.Arrays;

/**
 * The CPU backend whose generated code runs on an emulator: any instruction set on any machine.
 *
 * @param emulator what runs the code; it has the instructions of the set and no later ones
 */
public record Emulation(Backend backend, X86Emulator emulator) implements AutoCloseable {
  /**
   * Opens the backend.
   *
   * @param threads number of compute threads
   * @param id one of {@link GeneratedBackend#instructionSets}
   */
  public static Emulation open(int threads, String id) {
    InstructionSet set =
        Arrays.stream(InstructionSet.values())
            .filter(candidate -> candidate.id.equals(id))
            .findFirst()
            .orElseThrow(() -> new IllegalArgumentException("no instruction set is named " + id));
    X86Emulator emulator = new X86Emulator(Extension.valueOf(set.name()));
    Backend backend = new GeneratedBackend(threads, set, code -> emulator.load(code)::call);
    return new Emulation(backend, emulator);
  }

  @Override
  public void close() {
    backend.close();
  }
}
