package io.zoetrope.kernels.cpu.jit;

import io.zoetrope.kernels.cpu.jit.asm.InstructionSet;
import io.zoetrope.kernels.cpu.jit.asm.Machine;
import io.zoetrope.kernels.cpu.jit.emulator.Count;
import io.zoetrope.ops.Backend;
import java.util.Arrays;

/**
 * The CPU backend whose generated code runs on an emulator: any instruction set on any machine.
 * Also for the tests of other modules.
 */
public final class Emulation implements AutoCloseable {
  private final Machine machine;
  private final Backend backend;

  private Emulation(Machine machine, int threads) {
    this.machine = machine;
    backend = new GeneratedBackend(threads, machine.set(), machine.loader());
  }

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
    return new Emulation(new Machine(set, true), threads);
  }

  public Backend backend() {
    return backend;
  }

  /** How many instructions of a kind have run. */
  public long count(Count kind) {
    return machine.count(kind);
  }

  @Override
  public void close() {
    backend.close();
  }
}
