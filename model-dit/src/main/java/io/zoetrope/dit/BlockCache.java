package io.zoetrope.dit;

import io.zoetrope.ops.Ops;
import io.zoetrope.tensor.Tensor;
import java.util.function.IntConsumer;

/** Stands around the blocks of a transformer, and may know what some of them would do. */
@FunctionalInterface
public interface BlockCache {
  /**
   * What the timesteps of a call become.
   *
   * @param embedding F32, [timesteps, features]
   * @param modulation F32, [timesteps, ...], contiguous: what is made of the embedding for all
   *     blocks; the embedding itself where each block makes something of its own
   */
  record Time(Tensor embedding, Tensor modulation) {}

  /** Runs every block. */
  BlockCache NONE =
      (_, _, _, count, block) -> {
        for (int i = 0; i < count; i++) {
          block.accept(i);
        }
      };

  /**
   * Runs the blocks of a transformer in order, or leaves some of them out, the last one among them.
   *
   * @param tokens all that is read of what the blocks leave, [tokens, features], contiguous; as the
   *     first block gets them, and changed in place
   * @param count how many blocks there are
   * @param block runs the block of an index, which changes {@code tokens}
   */
  void run(Ops ops, Tensor tokens, Time time, int count, IntConsumer block);
}
