package io.zoetrope.kernels.cpu.jit;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.zoetrope.kernels.cpu.jit.asm.CpuFeatures;
import io.zoetrope.kernels.cpu.jit.asm.InstructionSet;
import io.zoetrope.kernels.cpu.jit.op.ConvolutionAlgorithm;
import io.zoetrope.ops.Backend;
import io.zoetrope.ops.BackendContract;

/** The best code for this machine, on this machine. */
class GeneratedBackendTest extends BackendContract {
  @Override
  protected Backend open() {
    var backend = GeneratedBackend.best(2, ConvolutionAlgorithm.AUTO);
    assumeTrue(backend.isPresent(), "code is generated for no instruction set of this machine");
    return backend.get();
  }

  @Override
  protected boolean roundsProbabilities() {
    return CpuFeatures.ofThisMachine().best().filter(InstructionSet::multipliesHalves).isPresent();
  }
}
