package io.zoetrope.kernels.cpu.jit.asm;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/** Generated functions by what they were generated for; each is made when it is first wanted. */
public final class KernelCache {
  /**
   * What a function is generated for: a record, so that equal ones share the function. The recipes
   * of short operations have {@code equals} and {@code hashCode} of their own: those that a record
   * is given take 0.3 microseconds in code of the first compiler, a tenth of such an operation.
   */
  public interface Recipe {
    /** Writes the function. */
    void generate(Assembler assembler);
  }

  private static final KernelCache THIS_MACHINE = new KernelCache(ExecutableMemory::load);

  private final MachineCode.Loader loader;
  private final ConcurrentMap<Recipe, GeneratedFunction<?>> functions = new ConcurrentHashMap<>();

  /** Makes an empty cache whose functions a loader makes callable. */
  public KernelCache(MachineCode.Loader loader) {
    this.loader = loader;
  }

  /** The functions of this process: their memory is never given back. */
  public static KernelCache ofThisMachine() {
    return THIS_MACHINE;
  }

  /** Returns the function of a recipe; the first call generates it. */
  @SuppressWarnings("unchecked") // A function lies under its own recipe.
  public <R extends Recipe> GeneratedFunction<R> get(R recipe) {
    GeneratedFunction<?> known = functions.get(recipe);
    return (GeneratedFunction<R>)
        (known != null ? known : functions.computeIfAbsent(recipe, this::make));
  }

  private <R extends Recipe> GeneratedFunction<R> make(R recipe) {
    Assembler assembler = new Assembler();
    recipe.generate(assembler);
    MachineCode code = loader.load(assembler.assemble());
    return new GeneratedFunction<>(recipe, code, assembler.arguments());
  }
}
