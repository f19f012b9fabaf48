package io.zoetrope.kernels.emulator;

import java.util.List;

/** A kernel of a module, decoded and ready to be launched. */
public final class PtxKernel {
  private final ParsedKernel source;
  private final ModuleMemory moduleMemory;
  private final RegisterTable registers;
  private final Instruction[] instructions;
  private final Decoder decoder;

  PtxKernel(ParsedKernel source, ModuleMemory moduleMemory) {
    this.source = source;
    this.moduleMemory = moduleMemory;
    this.registers = new RegisterTable(source.registers());
    this.decoder = new Decoder(source, registers);
    this.instructions = decoder.decode();
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

  Instruction[] instructions() {
    return instructions;
  }

  /** log2 of the narrowest access to shared memory: races are found at that grain. */
  int sharedGranuleShift() {
    return decoder.sharedGranuleShift();
  }

  /** log2 of the narrowest access to global memory. */
  int globalGranuleShift() {
    return decoder.globalGranuleShift();
  }

  /** Whether blocks must run one after the other for the same result every time. */
  boolean hasGlobalAtomics() {
    return decoder.hasAtomics();
  }
}
