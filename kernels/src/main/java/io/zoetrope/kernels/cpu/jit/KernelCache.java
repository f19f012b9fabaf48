package io.zoetrope.kernels.cpu.jit;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/** Generated functions by what they were generated for; each is made when it is first wanted. */
final class KernelCache {
  /** What a function is generated for: a record, so that equal ones share the function. */
  interface Recipe {
    /** Writes the function. */
    void generate(Assembler assembler);
  }

  private static final KernelCache THIS_MACHINE = new KernelCache(ExecutableMemory::load);

  private final MachineCode.Loader loader;
  private final ConcurrentMap<Recipe, MachineCode> functions = new ConcurrentHashMap<>();

  KernelCache(MachineCode.Loader loader) {
    this.loader = loader;
  }

  /** The functions of this process: their memory is never given back. */
  static KernelCache ofThisMachine() {
    return THIS_MACHINE;
  }

  MachineCode get(Recipe recipe) {
    MachineCode known = functions.get(recipe);
    return known != null ? known : functions.computeIfAbsent(recipe, this::make);
  }

  private MachineCode make(Recipe recipe) {
    Assembler assembler = new Assembler();
    recipe.generate(assembler);
    return loader.load(assembler.assemble());
  }
}
