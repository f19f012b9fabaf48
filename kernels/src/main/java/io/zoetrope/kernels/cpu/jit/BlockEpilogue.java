package io.zoetrope.kernels.cpu.jit;

import io.zoetrope.ops.Activation;
import io.zoetrope.tensor.Tensor;

/**
 * What happens to a block of a product while it is still in the cache: bias, activation, and {@code
 * residual + gate * result}, which is rounded before and after.
 */
final class BlockEpilogue {
  private final Tensor result;
  private final NativeView out;
  private final int columns;
  private final NativeView bias;
  private final NativeView residual;
  private final NativeView gate;
  private final long gatePitch;
  private final MachineCode function;

  /**
   * The end of an operation.
   *
   * @param out [rows, columns], with the rows in any number of leading dimensions
   * @param bias [columns] or null
   * @param residual of the shape of {@code out}, {@code out} itself, or null
   * @param gate of the residual's summand, [columns] or [rows, columns], or null for 1
   */
  BlockEpilogue(
      Products products,
      Tensor out,
      Tensor bias,
      Activation activation,
      Tensor residual,
      Tensor gate) {
    this.result = out;
    this.out = NativeView.of(out);
    this.columns = out.intSize(-1);
    this.bias = products.rows().floats(bias);
    this.residual = NativeView.ofNullable(residual);
    this.gate = NativeView.ofNullable(gate);
    gatePitch = gate == null || gate.shape().rank() == 1 ? 0 : gate.stride(0) * (long) Float.BYTES;
    Epilogue.Residual kind =
        residual == null
            ? Epilogue.Residual.NONE
            : gate == null ? Epilogue.Residual.PLAIN : Epilogue.Residual.GATED;
    function =
        products
            .kernels()
            .get(new Epilogue(products.set(), activation, bias != null, kind, out.dtype()));
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
    workspace.call(
        function,
        c,
        cPitch,
        out.at(position),
        pitch,
        height,
        width,
        bias == null ? 0 : bias.at(firstColumn),
        residual == null ? 0 : residual.at(position),
        pitch,
        gate == null ? 0 : gate.at(firstColumn) + firstRow * gatePitch,
        gatePitch);
  }

  /** Ends the operation, when all blocks are stored. */
  void finish() {
    out.copyBack(result);
  }
}
