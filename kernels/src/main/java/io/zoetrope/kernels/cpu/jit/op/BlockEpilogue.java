package io.zoetrope.kernels.cpu.jit.op;

import io.zoetrope.kernels.cpu.blocks.Join;
import io.zoetrope.kernels.cpu.jit.asm.Call;
import io.zoetrope.kernels.cpu.jit.asm.GeneratedFunction;
import io.zoetrope.kernels.cpu.jit.kernel.Epilogue;
import io.zoetrope.kernels.cpu.jit.memory.NativeView;
import io.zoetrope.kernels.cpu.jit.memory.NativeWorkspace;
import io.zoetrope.ops.Activation;
import io.zoetrope.tensor.Tensor;

/**
 * What happens to a block of a product while it is still in the cache: bias, activation, and {@code
 * base + gate * result} or {@code base * result}, which is rounded before and after.
 */
final class BlockEpilogue {
  private final Tensor result;
  private final NativeView out;
  private final int columns;
  private final NativeView bias;
  private final NativeView base;
  private final NativeView gate;
  private final long gatePitch;
  private final GeneratedFunction<Epilogue> function;

  /**
   * Prepares the end of an operation.
   *
   * @param out [rows, columns], with the rows in any number of leading dimensions
   * @param bias [columns] or null
   * @param base of the shape of {@code out}, or {@code out} itself; null if the result joins none
   * @param gate [columns] or [rows, columns]; null unless the result joins gated
   */
  BlockEpilogue(
      Products products,
      Tensor out,
      Tensor bias,
      Activation activation,
      Join join,
      Tensor base,
      Tensor gate) {
    this.result = out;
    this.out = NativeView.of(out);
    this.columns = out.intSize(-1);
    this.bias = products.rows().floats(bias);
    this.base = NativeView.ofNullable(base);
    this.gate = NativeView.ofNullable(gate);
    gatePitch = gate == null || gate.shape().rank() == 1 ? 0 : gate.stride(0) * (long) Float.BYTES;
    function =
        products
            .kernels()
            .get(new Epilogue(products.set(), activation, bias != null, join, out.dtype()));
  }

  /**
   * Finishes a block and stores it.
   *
   * @param c address of the sums, float32
   * @param cPitch bytes from row to row of them
   * @param firstRow of the block in the result
   * @param firstColumn of the block in the result
   */
  void store(
      NativeWorkspace workspace,
      long c,
      long cPitch,
      long firstRow,
      int height,
      int firstColumn,
      int width) {
    long position = firstRow * columns + firstColumn;
    long pitch = (long) columns * out.dtype().bytes();
    Call<Epilogue> call =
        workspace
            .call(function)
            .set(Epilogue.SUMS, c, cPitch)
            .set(Epilogue.OUT, out.at(position), pitch)
            .set(Epilogue.ROWS, height)
            .set(Epilogue.COLUMNS, width);
    if (bias != null) {
      call.set(Epilogue.BIAS, bias.at(firstColumn));
    }
    if (base != null) {
      call.set(Epilogue.BASE, base.at(position), pitch);
    }
    if (gate != null) {
      call.set(Epilogue.GATE, gate.at(firstColumn) + firstRow * gatePitch, gatePitch);
    }
    call.run();
  }

  /** Ends the operation, when all blocks are stored. */
  void finish() {
    out.copyBack(result);
  }
}
