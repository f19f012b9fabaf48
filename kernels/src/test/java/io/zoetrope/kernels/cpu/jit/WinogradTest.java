package io.zoetrope.kernels.cpu.jit;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.zoetrope.kernels.cpu.jit.asm.CpuFeatures;
import io.zoetrope.kernels.cpu.jit.asm.Machine;

/** On this machine. */
class WinogradTest extends WinogradContract {
  @Override
  Machine machine() {
    var best = CpuFeatures.ofThisMachine().best();
    assumeTrue(best.isPresent(), "code is generated for no instruction set of this machine");
    return new Machine(best.get(), false);
  }
}
