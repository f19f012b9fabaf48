package io.zoetrope.kernels.cpu.jit.asm;

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
  }

  /**
   * Begins a call.
   *
   * @param record of the arguments, whose last call has been run
   */
  public Call<R> call(ArgumentRecord record) {
    return new Call<>(this, record);
  }

  MachineCode code() {
    return code;
  }

  /** The bits of all arguments that the code reads. */
  long reads() {
    return reads;
  }

  /** Why an argument can't be given to a call that has some. */
  IllegalArgumentException refusal(Argument<R> argument, long given) {
    return new IllegalArgumentException(
        (given & argument.bit()) != 0
            ? "%s was given '%s' twice".formatted(recipe, argument)
            : "%s does not read '%s'".formatted(recipe, argument));
  }

  /** Why a call can't run whose record another one has taken. */
  IllegalStateException interruption() {
    return new IllegalStateException(
        "%s: another call has begun before this one was run".formatted(recipe));
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
