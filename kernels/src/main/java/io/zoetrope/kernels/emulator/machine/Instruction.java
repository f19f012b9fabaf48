package io.zoetrope.kernels.emulator.machine;

import io.zoetrope.kernels.emulator.fault.SourceLine;
import io.zoetrope.kernels.emulator.report.InstructionClass;

/**
 * A decoded instruction.
 *
 * @param line of the PTX text
 * @param source that it was compiled from; null where the PTX does not say so
 * @param text as it is written, for messages
 * @param flow what it does to the program counter
 * @param guard register of the predicate that guards it; -1 for none
 * @param negated whether it runs where the guard is false
 * @param target index of the instruction that a branch goes to, or number of a barrier
 * @param sources registers that it reads
 * @param targets registers that it writes
 * @param action its effect on the active lanes; null for pure control flow
 * @param flops floating-point operations per active lane
 * @param tensorFlops floating-point operations per warp on tensor cores
 */
public record Instruction(
    int line,
    SourceLine source,
    String text,
    InstructionClass kind,
    Flow flow,
    int guard,
    boolean negated,
    int target,
    int[] sources,
    int[] targets,
    Action action,
    int flops,
    int tensorFlops) {
  /** What happens to the program counter. */
  public enum Flow {
    NEXT,
    BRANCH,
    EXIT,
    BARRIER
  }

  /** The effect of an instruction. */
  @FunctionalInterface
  public interface Action {
    /**
     * Runs it for the lanes in the mask, which has at least one.
     *
     * @throws RuntimeException of the kind KernelFault when a sanitizer finds something
     */
    void execute(Warp warp, int mask);
  }
}
