package io.zoetrope.kernels.cpu.jit.asm;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A function that was generated of a recipe, and which arguments its code reads.
 *
 * @param <R> its recipe, whose names its arguments have
 */
public final class GeneratedFunction<R extends KernelCache.Recipe> {
  private final R recipe;
  private final MachineCode code;
  private final List<Argument<?>> arguments;
  private final long reads;
  private final int recordSize;

  /**
   * A function.
   *
   * @param arguments that the code reads, each of them once
   */
  GeneratedFunction(R recipe, MachineCode code, List<Argument<?>> arguments) {
    this.recipe = recipe;
    this.code = code;
    this.arguments = arguments;
    reads = arguments.stream().mapToLong(Argument::bit).sum();
    recordSize = 1 + arguments.stream().mapToInt(Argument::position).max().orElse(-1);
  }

  /**
   * Begins a call.
   *
   * @param record native memory for the arguments, which {@link Call#run} changes
   */
  public Call<R> call(MemorySegment record) {
    return new Call<>(this, record);
  }

  MachineCode code() {
    return code;
  }

  /** The bits of all arguments that the code reads. */
  long reads() {
    return reads;
  }

  /** How many values the record has. */
  int recordSize() {
    return recordSize;
  }

  /** Why an argument can't be given to a call that has some. */
  IllegalArgumentException refusal(Argument<R> argument, long given) {
    return new IllegalArgumentException(
        (given & argument.bit()) != 0
            ? "%s was given '%s' twice".formatted(recipe, argument)
            : "%s does not read '%s'".formatted(recipe, argument));
  }

  /** Why a call can't run that has some arguments. */
  IllegalArgumentException incomplete(long given) {
    return new IllegalArgumentException(
        "%s was not given %s"
            .formatted(
                recipe,
                arguments.stream()
                    .filter(argument -> (given & argument.bit()) == 0)
                    .map("'%s'"::formatted)
                    .collect(Collectors.joining(", "))));
  }
}
