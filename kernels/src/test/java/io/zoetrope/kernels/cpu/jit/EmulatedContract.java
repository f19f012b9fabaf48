package io.zoetrope.kernels.cpu.jit;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zoetrope.kernels.cpu.jit.asm.InstructionSet;
import io.zoetrope.kernels.cpu.jit.emulator.Count;
import io.zoetrope.ops.Activation;
import io.zoetrope.ops.Backend;
import io.zoetrope.ops.BackendContract;
import io.zoetrope.ops.ConvGeometry;
import io.zoetrope.ops.Ops;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Tensor;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** The contract on an instruction set of the emulator. */
abstract class EmulatedContract extends BackendContract {
  private final InstructionSet set;

  /** What products of BF16 are made of. */
  private final Count products;

  EmulatedContract(InstructionSet set, Count products) {
    this.set = set;
    this.products = products;
  }

  @Override
  protected Backend open() {
    return Emulation.open(2, set.id).backend();
  }

  @Override
  protected boolean roundsProbabilities() {
    return set.multipliesHalves();
  }

  /** The instructions that the set is there for really run, in each of the three operations. */
  @Test
  void multipliesWithItsOwnInstructions() {
    Tensor x = Tensor.zeros(DType.BF16, 33, 64);
    Tensor weight = Tensor.zeros(DType.BF16, 33, 64);
    Tensor video = Tensor.zeros(DType.BF16, 1, 3, 9, 64);
    Tensor taps = Tensor.zeros(DType.BF16, 33, 64, 1, 3, 3);
    demandProducts(ops -> ops.linear(x, weight, null, Activation.NONE));
    demandProducts(ops -> ops.attention(x, x, x, 1, 1, null));
    demandProducts(ops -> ops.conv3d(video, null, taps, null, ConvGeometry.causal(0, 1)));
  }

  private void demandProducts(Function<Ops, Tensor> operation) {
    try (Emulation emulation = Emulation.open(1, set.id);
        Ops ops = new Ops(emulation.backend())) {
      operation.apply(ops);
      assertTrue(emulation.count(products) > 0, "no " + products + " ran");
    }
  }
}
