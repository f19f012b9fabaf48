package io.zoetrope.kernels.cuda.driver;

import static jcuda.jcudnn.JCudnn.cudnnConvolutionForward;
import static jcuda.jcudnn.JCudnn.cudnnCreate;
import static jcuda.jcudnn.JCudnn.cudnnCreateConvolutionDescriptor;
import static jcuda.jcudnn.JCudnn.cudnnCreateFilterDescriptor;
import static jcuda.jcudnn.JCudnn.cudnnCreateTensorDescriptor;
import static jcuda.jcudnn.JCudnn.cudnnDestroy;
import static jcuda.jcudnn.JCudnn.cudnnDestroyConvolutionDescriptor;
import static jcuda.jcudnn.JCudnn.cudnnDestroyFilterDescriptor;
import static jcuda.jcudnn.JCudnn.cudnnDestroyTensorDescriptor;
import static jcuda.jcudnn.JCudnn.cudnnGetConvolutionForwardWorkspaceSize;
import static jcuda.jcudnn.JCudnn.cudnnGetVersion;
import static jcuda.jcudnn.JCudnn.cudnnSetConvolutionMathType;
import static jcuda.jcudnn.JCudnn.cudnnSetConvolutionNdDescriptor;
import static jcuda.jcudnn.JCudnn.cudnnSetFilterNdDescriptor;
import static jcuda.jcudnn.JCudnn.cudnnSetStream;
import static jcuda.jcudnn.JCudnn.cudnnSetTensorNdDescriptorEx;
import static jcuda.jcudnn.cudnnConvolutionFwdAlgo.CUDNN_CONVOLUTION_FWD_ALGO_IMPLICIT_PRECOMP_GEMM;
import static jcuda.jcudnn.cudnnConvolutionMode.CUDNN_CROSS_CORRELATION;
import static jcuda.jcudnn.cudnnDataType.CUDNN_DATA_BFLOAT16;
import static jcuda.jcudnn.cudnnDataType.CUDNN_DATA_FLOAT;
import static jcuda.jcudnn.cudnnMathType.CUDNN_TENSOR_OP_MATH;
import static jcuda.jcudnn.cudnnTensorFormat.CUDNN_TENSOR_NHWC;

import io.zoetrope.kernels.cuda.runtime.CudaException;
import io.zoetrope.ops.ConvGeometry;
import io.zoetrope.ops.DeviceUnavailableException;
import io.zoetrope.tensor.Shape;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.function.LongUnaryOperator;
import jcuda.JCudaVersion;
import jcuda.LibUtils;
import jcuda.jcudnn.JCudnn;
import jcuda.jcudnn.cudnnConvolutionDescriptor;
import jcuda.jcudnn.cudnnFilterDescriptor;
import jcuda.jcudnn.cudnnHandle;
import jcuda.jcudnn.cudnnStatus;
import jcuda.jcudnn.cudnnTensorDescriptor;
import jcuda.runtime.cudaStream_t;

/** Convolutions by cuDNN 8, in a build for CUDA 12. */
final class Cudnn implements AutoCloseable {
  /** The first version with builds for CUDA 12. */
  private static final long OLDEST_VERSION = 8800;

  /** The last version of JCudnn; it looks for its library under the version of JCuda. */
  private static final String JCUDNN_VERSION = "11.7.0";

  private static final String ADVICE = "install cuDNN 8.9 for CUDA 12, or leave out conv=cudnn";

  static final NativeLibrary LIBRARY =
      NativeLibrary.of(
          "libcudnn.so.8",
          "cudnn64_8.dll",
          "cudnnGetVersion",
          "cudnnCreate",
          "cudnnDestroy",
          "cudnnSetStream",
          "cudnnCreateTensorDescriptor",
          "cudnnSetTensorNdDescriptorEx",
          "cudnnDestroyTensorDescriptor",
          "cudnnCreateFilterDescriptor",
          "cudnnSetFilterNdDescriptor",
          "cudnnDestroyFilterDescriptor",
          "cudnnCreateConvolutionDescriptor",
          "cudnnSetConvolutionNdDescriptor",
          "cudnnSetConvolutionMathType",
          "cudnnDestroyConvolutionDescriptor",
          "cudnnGetConvolutionForwardWorkspaceSize",
          "cudnnConvolutionForward");

  private final CudaDevice device;
  private final cudnnHandle handle = new cudnnHandle();
  private final HostPointer one;
  private final HostPointer zero;

  /**
   * Opens the library for a stream of the current context.
   *
   * @throws DeviceUnavailableException if it is missing or too old
   */
  Cudnn(NativeLibrary library, CudaDevice device, Stream stream) {
    this.device = device;
    library.require(ADVICE);
    JCudaNatives.load(
        "/lib/" + libraryName(JCUDNN_VERSION),
        libraryName(JCudaVersion.get()),
        () -> JCudnn.setExceptionsEnabled(false));
    long version = cudnnGetVersion();
    if (version < OLDEST_VERSION) {
      throw new DeviceUnavailableException(
          "%s is version %d, at least %d is needed: %s"
              .formatted(library.name(), version, OLDEST_VERSION, ADVICE));
    }
    MemorySegment factors = Arena.ofAuto().allocateFrom(ValueLayout.JAVA_FLOAT, 1, 0);
    one = new HostPointer(factors.asSlice(0, Float.BYTES));
    zero = new HostPointer(factors.asSlice(Float.BYTES));
    check(cudnnCreate(handle), "opening cuDNN");
    check(cudnnSetStream(handle, new cudaStream_t(stream.handle())), "giving cuDNN its stream");
  }

  private static String libraryName(String version) {
    return System.mapLibraryName(LibUtils.createPlatformLibraryName("JCudnn-" + version));
  }

  /**
   * A convolution of BF16 without bias.
   *
   * @param out address of [frames, height, width, channels] of shape {@code outShape}
   * @param x address of [frames, height, width, channels] of shape {@code xShape}
   * @param weight address of [out channels, kernel frames, kernel height, kernel width, channels]
   * @param kernel [out channels, channels, kernel frames, kernel height, kernel width]
   * @param geometry whose {@code front} frames are in x already; top and bottom are the same, as
   *     are left and right
   * @param workspace gives the address of so many bytes
   */
  void convolve(
      long out,
      Shape outShape,
      long x,
      Shape xShape,
      long weight,
      Shape kernel,
      ConvGeometry geometry,
      LongUnaryOperator workspace) {
    try (var xs = new TensorDescriptor(xShape);
        var outs = new TensorDescriptor(outShape);
        var filter = new FilterDescriptor(kernel);
        var convolution = new ConvolutionDescriptor(geometry)) {
      long[] bytes = new long[1];
      check(
          cudnnGetConvolutionForwardWorkspaceSize(
              handle,
              xs.value,
              filter.value,
              convolution.value,
              outs.value,
              CUDNN_CONVOLUTION_FWD_ALGO_IMPLICIT_PRECOMP_GEMM,
              bytes),
          "asking cuDNN for the workspace of a convolution");
      check(
          cudnnConvolutionForward(
              handle,
              one,
              xs.value,
              DevicePointer.at(x),
              filter.value,
              DevicePointer.at(weight),
              convolution.value,
              CUDNN_CONVOLUTION_FWD_ALGO_IMPLICIT_PRECOMP_GEMM,
              DevicePointer.at(bytes[0] == 0 ? 0 : workspace.applyAsLong(bytes[0])),
              bytes[0],
              zero,
              outs.value,
              DevicePointer.at(out)),
          "a convolution of %s with %s by cuDNN".formatted(xShape, kernel));
    }
  }

  private static int[] ints(long... values) {
    int[] ints = new int[values.length];
    for (int i = 0; i < values.length; i++) {
      ints[i] = Math.toIntExact(values[i]);
    }
    return ints;
  }

  private void check(int status, String operation) {
    if (status != cudnnStatus.CUDNN_STATUS_SUCCESS) {
      throw new CudaException(
          "%s on %s failed with %s".formatted(operation, device, cudnnStatus.stringFor(status)));
    }
  }

  @Override
  public void close() {
    check(cudnnDestroy(handle), "closing cuDNN");
  }

  /** Channels-last video; cuDNN names the sizes in the order of channels first. */
  private final class TensorDescriptor implements AutoCloseable {
    private final cudnnTensorDescriptor value = new cudnnTensorDescriptor();

    TensorDescriptor(Shape shape) {
      check(cudnnCreateTensorDescriptor(value), "describing a tensor");
      check(
          cudnnSetTensorNdDescriptorEx(
              value,
              CUDNN_TENSOR_NHWC,
              CUDNN_DATA_BFLOAT16,
              5,
              ints(1, shape.size(3), shape.size(0), shape.size(1), shape.size(2))),
          "describing video of " + shape);
    }

    @Override
    public void close() {
      check(cudnnDestroyTensorDescriptor(value), "releasing a description");
    }
  }

  private final class FilterDescriptor implements AutoCloseable {
    private final cudnnFilterDescriptor value = new cudnnFilterDescriptor();

    FilterDescriptor(Shape kernel) {
      check(cudnnCreateFilterDescriptor(value), "describing a filter");
      check(
          cudnnSetFilterNdDescriptor(
              value, CUDNN_DATA_BFLOAT16, CUDNN_TENSOR_NHWC, 5, ints(kernel.sizes())),
          "describing a filter of " + kernel);
    }

    @Override
    public void close() {
      check(cudnnDestroyFilterDescriptor(value), "releasing a description");
    }
  }

  private final class ConvolutionDescriptor implements AutoCloseable {
    private final cudnnConvolutionDescriptor value = new cudnnConvolutionDescriptor();

    ConvolutionDescriptor(ConvGeometry geometry) {
      check(cudnnCreateConvolutionDescriptor(value), "describing a convolution");
      check(
          cudnnSetConvolutionNdDescriptor(
              value,
              3,
              ints(0, geometry.top(), geometry.left()),
              ints(geometry.strideFrames(), geometry.strideHeight(), geometry.strideWidth()),
              ints(1, 1, 1),
              CUDNN_CROSS_CORRELATION,
              CUDNN_DATA_FLOAT),
          "describing a convolution");
      check(cudnnSetConvolutionMathType(value, CUDNN_TENSOR_OP_MATH), "asking for tensor cores");
    }

    @Override
    public void close() {
      check(cudnnDestroyConvolutionDescriptor(value), "releasing a description");
    }
  }
}
