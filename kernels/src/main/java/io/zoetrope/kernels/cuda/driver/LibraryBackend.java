package io.zoetrope.kernels.cuda.driver;

import io.zoetrope.kernels.cuda.CudaBackend;
import io.zoetrope.kernels.cuda.memory.DeviceStorage;
import io.zoetrope.kernels.cuda.runtime.CudaException;
import io.zoetrope.ops.Activation;
import io.zoetrope.ops.ConvGeometry;
import io.zoetrope.ops.Convolution;
import io.zoetrope.ops.CopyOperation.Copy;
import io.zoetrope.ops.CopyOperation.Fill;
import io.zoetrope.ops.ElementOperation.Activate;
import io.zoetrope.ops.ElementOperation.Add;
import io.zoetrope.ops.LinearMap;
import io.zoetrope.ops.LinearMap.Linear;
import io.zoetrope.ops.LinearMap.LinearAdd;
import io.zoetrope.ops.LinearMap.LinearMultiply;
import io.zoetrope.ops.LinearMap.Linears;
import io.zoetrope.ops.Operation;
import io.zoetrope.tensor.Conversions;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Lifetime;
import io.zoetrope.tensor.Shape;
import io.zoetrope.tensor.Storage;
import io.zoetrope.tensor.Tensor;
import java.util.Random;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * A CUDA device whose linear maps are computed by cuBLAS, or whose convolutions by cuDNN, where
 * those can take the operands. What the libraries don't fuse takes kernels of our own after them.
 */
final class LibraryBackend extends CudaBackend {
  /** Float32 sums of so many elements are kept before they are rounded. */
  private static final long SUMS = 32L << 20;

  /** What may differ, as a share of the largest value: twice the rounding of bf16. */
  private static final double TOLERANCE = 1.0 / 128;

  private final DriverRuntime runtime;
  private Cublas cublas;
  private Cudnn cudnn;
  private final Block sums = new Block();
  private final Block inputs = new Block();
  private final Block results = new Block();
  private final Block libraryWorkspace = new Block();

  /**
   * A device with libraries, each of which is compared with our own kernel first; closed with them
   * if that fails.
   *
   * @param cublasLibrary null for our own linear maps
   * @param cudnnLibrary null for our own convolutions
   * @throws io.zoetrope.ops.DeviceUnavailableException if a library is missing
   * @throws CudaException if a library computes something else than our kernel
   */
  LibraryBackend(
      DriverRuntime runtime,
      long weightBytes,
      NativeLibrary cublasLibrary,
      NativeLibrary cudnnLibrary) {
    super(runtime, weightBytes);
    this.runtime = runtime;
    try {
      cublas = cublasLibrary == null ? null : runtime.openCublas(cublasLibrary);
      cudnn = cudnnLibrary == null ? null : runtime.openCudnn(cudnnLibrary);
      if (cublas != null) {
        checkLinear();
      }
      if (cudnn != null) {
        checkConvolution();
      }
    } catch (RuntimeException e) {
      throw Failures.closing(this, e);
    }
  }

  @Override
  public String name() {
    return "%s%s%s"
        .formatted(
            super.name(), cublas == null ? "" : " with cuBLAS", cudnn == null ? "" : " with cuDNN");
  }

  @Override
  public void run(Operation operation) {
    switch (operation) {
      case Linears op -> op.parts().forEach(this::run);
      case Linear op when isForCublas(op.out(), op.x(), op.weight()) -> linear(op);
      case LinearAdd op when isForCublas(op.out(), op.x(), op.weight()) -> chain(op);
      case LinearMultiply op when isForCublas(op.out(), op.x(), op.weight()) -> chain(op);
      case Convolution op when isForCudnn(op) -> convolution(op);
      default -> super.run(operation);
    }
  }

  // ---------------------------------------------------------------- linear maps

  private void linear(Linear op) {
    Tensor out = op.out();
    if (op.bias() == null && op.activation() == Activation.NONE) {
      product(out, op.x(), op.weight());
      return;
    }
    long step = Math.max(1, SUMS / out.size(1));
    for (long row = 0; row < out.size(0); row += step) {
      long rows = Math.min(step, out.size(0) - row);
      Tensor sum = sums.tensor(DType.F32, Shape.of(rows, out.size(1)));
      product(sum, op.x().narrow(0, row, rows), op.weight());
      if (op.bias() != null) {
        run(new Add(sum, sum, op.bias()));
      }
      run(new Activate(sum, sum, op.activation()));
      run(new Copy(out.narrow(0, row, rows), sum));
    }
  }

  private void chain(LinearMap map) {
    map.chain(results::tensor).forEach(this::run);
  }

  private boolean isForCublas(Tensor out, Tensor x, Tensor weight) {
    return cublas != null && areBf16(out, x, weight) && out.count() > 0;
  }

  private void product(Tensor out, Tensor x, Tensor weight) {
    cublas.linear(
        DeviceStorage.addressOf(out),
        out.dtype(),
        DeviceStorage.addressOf(x),
        DeviceStorage.addressOf(weight),
        out.intSize(0),
        out.intSize(1),
        x.intSize(1));
  }

  // ---------------------------------------------------------------- convolutions

  private boolean isForCudnn(Convolution op) {
    ConvGeometry geometry = op.geometry();
    return cudnn != null
        && areBf16(op.out(), op.x(), op.weight())
        && op.out().count() > 0
        && geometry.upsample() == 1
        && geometry.top() == geometry.bottom()
        && geometry.left() == geometry.right();
  }

  private void convolution(Convolution op) {
    Tensor out = op.out();
    Tensor history = op.history();
    long before = op.geometry().front() + (history == null ? 0 : history.size(0));
    Tensor input = before == 0 ? op.x() : concatenate(before, history, op.x());
    // The residual may be the result, so a convolution with one has memory of its own.
    Tensor result = op.residual() == null ? out : results.tensor(DType.BF16, out.shape());
    cudnn.convolve(
        DeviceStorage.addressOf(result),
        out.shape(),
        DeviceStorage.addressOf(input),
        input.shape(),
        DeviceStorage.addressOf(channelsLast(op.weight())),
        op.weight().shape(),
        op.geometry(),
        bytes -> DeviceStorage.addressOf(libraryWorkspace.tensor(DType.U8, Shape.of(bytes))));
    if (op.bias() != null) {
      run(new Add(result, result, op.bias()));
    }
    if (op.residual() != null) {
      run(new Add(out, op.residual(), result));
    }
  }

  /** Zero frames, history and x as one tensor. */
  private Tensor concatenate(long before, Tensor history, Tensor x) {
    Tensor all =
        inputs.tensor(DType.BF16, Shape.of(before + x.size(0), x.size(1), x.size(2), x.size(3)));
    long zeros = before - (history == null ? 0 : history.size(0));
    if (zeros > 0) {
      run(new Fill(all.narrow(0, 0, zeros), 0));
    }
    if (history != null) {
      run(new Copy(all.narrow(0, zeros, before - zeros), history));
    }
    run(new Copy(all.narrow(0, before, x.size(0)), x));
    return all;
  }

  private static boolean areBf16(Tensor... tensors) {
    return Stream.of(tensors).allMatch(tensor -> tensor.dtype() == DType.BF16);
  }

  // ---------------------------------------------------------------- checks

  private void checkLinear() {
    Tensor x = random(48, 64);
    Tensor weight = random(80, 64);
    Tensor bias = random(80);
    requireSame(
        "cuBLAS", Shape.of(48, 80), out -> new Linear(out, x, weight, bias, Activation.GELU_TANH));
  }

  private void checkConvolution() {
    Tensor x = random(3, 6, 10, 16);
    Tensor weight = random(24, 16, 3, 3, 3);
    Tensor bias = random(24);
    ConvGeometry geometry = ConvGeometry.causal(2, 1);
    requireSame(
        "cuDNN",
        Shape.of(3, 6, 10, 24),
        out -> new Convolution(out, x, null, weight, bias, geometry, null));
  }

  private void requireSame(String library, Shape shape, Function<Tensor, Operation> operation) {
    float[] expected = compute(out -> super.run(operation.apply(out)), shape);
    float[] actual = compute(out -> run(operation.apply(out)), shape);
    double largest = 0;
    double difference = 0;
    for (int i = 0; i < expected.length; i++) {
      largest = Math.max(largest, Math.abs(expected[i]));
      difference = Math.max(difference, Math.abs(expected[i] - actual[i]));
    }
    if (!(difference <= TOLERANCE * largest)) {
      throw new CudaException(
          "%s on %s differs from our own kernel by %.3g where values reach %.3g: leave it out"
              .formatted(library, runtime.device(), difference, largest));
    }
  }

  private float[] compute(Consumer<Tensor> operation, Shape shape) {
    Tensor out = results.tensor(DType.BF16, shape);
    operation.accept(out);
    Tensor host = Tensor.zeros(DType.BF16, shape.sizes());
    download(host, out);
    return host.toFloats();
  }

  private Tensor random(long... sizes) {
    Random random = new Random(sizes.length);
    Tensor host = Tensor.zeros(DType.BF16, sizes);
    for (long i = 0; i < host.count(); i++) {
      Conversions.fromFloat(host.segment(), DType.BF16, i, (float) random.nextGaussian());
    }
    return place(host, DType.BF16);
  }

  /** The device goes last, whatever fails before. */
  @Override
  public void close() {
    try (Closing _ = super::close;
        var _ = cudnn;
        var _ = cublas) {
      // Nothing is left to do.
    }
  }

  /** Closes without a checked exception. */
  @FunctionalInterface
  private interface Closing extends AutoCloseable {
    @Override
    void close();
  }

  /** Device memory that grows to the largest wish. */
  private final class Block {
    private Storage storage;

    Tensor tensor(DType dtype, Shape shape) {
      long bytes = shape.count() * dtype.bytes();
      if (storage == null || storage.byteSize() < bytes) {
        if (storage != null) {
          free(storage);
        }
        storage = allocate(bytes);
      }
      return Tensor.contiguous(storage, 0, dtype, shape, Lifetime.UNBOUNDED);
    }
  }
}
