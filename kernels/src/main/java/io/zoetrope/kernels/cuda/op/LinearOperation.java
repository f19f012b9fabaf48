package io.zoetrope.kernels.cuda.op;

import static io.zoetrope.kernels.cuda.op.Launcher.address;
import static io.zoetrope.kernels.cuda.op.Launcher.isBf16;

import io.zoetrope.ops.Activation;
import io.zoetrope.ops.LinearMap;
import io.zoetrope.ops.LinearMap.Linear;
import io.zoetrope.ops.LinearMap.LinearAdd;
import io.zoetrope.ops.LinearMap.LinearMultiply;
import io.zoetrope.ops.LinearMap.Linears;
import io.zoetrope.tensor.Tensor;
import java.util.Locale;
import java.util.stream.Stream;

/** Linear maps: {@code linear_bf16.cu} on the tensor cores, {@code linear_f32.cu} for the rest. */
public final class LinearOperation {
  private static final int TILE = 128;
  private static final int TILE_THREADS = 256;
  private static final int TILE_SHARED_BYTES = 49152;
  private static final int FLOAT_TILE = 64;

  private final Launcher launcher;

  /** Linear maps on a device. */
  public LinearOperation(Launcher launcher) {
    this.launcher = launcher;
  }

  /** Runs a map. */
  public void run(LinearMap map) {
    switch (map) {
      case Linear op -> run(op.out(), op.x(), op.weight(), op.bias(), op.activation());
      case Linears op -> op.parts().forEach(this::run);
      case LinearAdd op -> add(op.out(), op.x(), op.weight(), op.bias(), op.gate());
      case LinearMultiply op -> multiply(op.out(), op.x(), op.weight(), op.bias());
    }
  }

  private void run(Tensor out, Tensor x, Tensor weight, Tensor bias, Activation activation) {
    if (Launcher.fitTensorCores(x.size(1), out, x, weight)) {
      String kernel = "linear_bf16_" + activation.name().toLowerCase(Locale.ROOT);
      tiles(kernel, out, x, weight, bias);
    } else {
      floatTiles("linear_f32", out, x, weight, bias, activation.ordinal());
    }
  }

  private void add(Tensor out, Tensor x, Tensor weight, Tensor bias, Tensor gate) {
    long gateStride = Launcher.rowStride(gate);
    if (Launcher.fitTensorCores(x.size(1), out, x, weight)) {
      tiles("linear_add_bf16", out, x, weight, bias, address(gate), gateStride);
    } else {
      floatTiles("linear_add_f32", out, x, weight, bias, address(gate), gateStride);
    }
  }

  private void multiply(Tensor out, Tensor x, Tensor weight, Tensor bias) {
    if (Launcher.fitTensorCores(x.size(1), out, x, weight)) {
      tiles("linear_multiply_bf16", out, x, weight, bias);
    } else {
      floatTiles("linear_multiply_f32", out, x, weight, bias);
    }
  }

  /** Launches a kernel on the tensor cores; its own arguments stand behind the bias. */
  private void tiles(
      String kernel, Tensor out, Tensor x, Tensor weight, Tensor bias, Object... own) {
    long tiles = Launcher.ceilDiv(out.size(0), TILE) * Launcher.ceilDiv(out.size(1), TILE);
    Object[] operands = {address(out), address(x), address(weight), address(bias), isBf16(bias)};
    launcher.tiles(
        kernel, tiles, TILE_THREADS, TILE_SHARED_BYTES, arguments(operands, own, out, x));
  }

  /** Launches a kernel for any types; its own arguments stand behind the bias. */
  private void floatTiles(
      String kernel, Tensor out, Tensor x, Tensor weight, Tensor bias, Object... own) {
    long tiles =
        Launcher.ceilDiv(out.size(0), FLOAT_TILE) * Launcher.ceilDiv(out.size(1), FLOAT_TILE);
    Object[] operands = {
      address(out),
      address(x),
      isBf16(x),
      address(weight),
      isBf16(weight),
      address(bias),
      isBf16(bias)
    };
    launcher.blocks(kernel, tiles, arguments(operands, own, out, x));
  }

  /** Operands, what is the kernel's own, and the sizes, which are the same for all. */
  private static Object[] arguments(Object[] operands, Object[] own, Tensor out, Tensor x) {
    Object[] sizes = {out.size(0), out.intSize(1), x.intSize(1)};
    return Stream.of(operands, own, sizes).flatMap(Stream::of).toArray();
  }
}
