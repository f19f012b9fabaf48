package io.zoetrope.kernels.emulator.machine;

import io.zoetrope.kernels.emulator.memory.ModuleMemory;
import io.zoetrope.kernels.emulator.parser.KernelParameter;
import io.zoetrope.kernels.emulator.parser.ParsedKernel;
import java.util.List;

/** A kernel of a module, decoded and ready to be launched. */
public final class PtxKernel {
  private final ParsedKernel source;
  private final ModuleMemory moduleMemory;
  private final RegisterTable registers;
  private final Instruction[] instructions;
  private final int sharedGranuleShift;
  private final int globalGranuleShift;
  private final boolean globalAtomics;

  /**
   * Makes a kernel of what a decoder found.
   *
   * @param moduleMemory variables of the module that the kernel belongs to
   * @param registers declared ones, special ones and constants
   * @param sharedGranuleShift log2 of the narrowest access to shared memory in bytes
   * @param globalGranuleShift log2 of the narrowest access to global memory in bytes
   * @param globalAtomics whether it has atomics, on whatever memory
   */
  public PtxKernel(
      ParsedKernel source,
      ModuleMemory moduleMemory,
      RegisterTable registers,
      Instruction[] instructions,
      int sharedGranuleShift,
      int globalGranuleShift,
      boolean globalAtomics) {
    this.source = source;
    this.moduleMemory = moduleMemory;
    this.registers = registers;
    this.instructions = instructions;
    this.sharedGranuleShift = sharedGranuleShift;
    this.globalGranuleShift = globalGranuleShift;
    this.globalAtomics = globalAtomics;
  }

  /** Name of the entry. */
  public String name() {
    return source.name();
  }

  /** Parameters in the order of their declaration. */
  public List<KernelParameter> parameters() {
    return source.parameters();
  }

  /** Size of the parameter buffer that a launch wants. */
  public int parameterBytes() {
    return source.parameterBytes();
  }

  /** Statically declared shared memory in bytes, padded to where the dynamic one starts. */
  public int staticSharedBytes() {
    return source.sharedBytes();
  }

  /** Local memory of one thread in bytes. */
  public int localBytes() {
    return source.localBytes();
  }

  /** Most threads of a block, as the kernel was compiled for ({@code __launch_bounds__}). */
  public int maximumThreads() {
    return source.maximumThreads();
  }

  ModuleMemory moduleMemory() {
    return moduleMemory;
  }

  RegisterTable registers() {
    return registers;
  }

  /** Returns the decoded instructions, in the order of the text; the last one is an exit. */
  public Instruction[] instructions() {
    return instructions;
  }

  /** log2 of the narrowest access to shared memory: races are found at that grain. */
  int sharedGranuleShift() {
    return sharedGranuleShift;
  }

  /** log2 of the narrowest access to global memory. */
  int globalGranuleShift() {
    return globalGranuleShift;
  }

  /** Whether blocks must run one after the other for the same result every time. */
  public boolean hasGlobalAtomics() {
    return globalAtomics;
  }
}
