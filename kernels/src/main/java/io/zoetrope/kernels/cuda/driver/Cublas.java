package io.zoetrope.kernels.cuda.driver;

import static jcuda.cudaDataType.CUDA_R_16BF;
import static jcuda.cudaDataType.CUDA_R_32F;
import static jcuda.jcublas.JCublas2.cublasCreate;
import static jcuda.jcublas.JCublas2.cublasDestroy;
import static jcuda.jcublas.JCublas2.cublasGemmEx_new;
import static jcuda.jcublas.JCublas2.cublasSetStream;

import io.zoetrope.kernels.cuda.runtime.CudaException;
import io.zoetrope.tensor.DType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jcuda.jcublas.JCublas2;
import jcuda.jcublas.cublasComputeType;
import jcuda.jcublas.cublasGemmAlgo;
import jcuda.jcublas.cublasHandle;
import jcuda.jcublas.cublasOperation;
import jcuda.jcublas.cublasStatus;
import jcuda.runtime.cudaStream_t;

/** Matrix products by cuBLAS 12, which is part of the CUDA toolkit. */
final class Cublas implements AutoCloseable {
  static final NativeLibrary LIBRARY =
      NativeLibrary.of(
          "libcublas.so.12",
          "cublas64_12.dll",
          "cublasCreate_v2",
          "cublasDestroy_v2",
          "cublasSetStream_v2",
          "cublasGemmEx");

  private final CudaDevice device;
  private final cublasHandle handle = new cublasHandle();
  private final HostPointer one;
  private final HostPointer zero;

  /**
   * Opens the library for a stream of the current context.
   *
   * @throws io.zoetrope.ops.DeviceUnavailableException if it is missing
   */
  Cublas(NativeLibrary library, CudaDevice device, Stream stream) {
    this.device = device;
    library.require("install cuBLAS of CUDA 12, or leave out gemm=cublas");
    JCudaNatives.load(() -> JCublas2.setExceptionsEnabled(false));
    MemorySegment factors = Arena.ofAuto().allocateFrom(ValueLayout.JAVA_FLOAT, 1, 0);
    one = new HostPointer(factors.asSlice(0, Float.BYTES));
    zero = new HostPointer(factors.asSlice(Float.BYTES));
    check(cublasCreate(handle), "opening cuBLAS");
    check(cublasSetStream(handle, new cudaStream_t(stream.handle())), "giving cuBLAS its stream");
  }

  /**
   * {@code out = x weight^T} with sums in float32.
   *
   * @param out address of [rows, features], of type {@code outType}, BF16 or F32
   * @param x address of [rows, depth], BF16
   * @param weight address of [features, depth], BF16
   */
  void linear(long out, DType outType, long x, long weight, int rows, int features, int depth) {
    // Row-major out[rows, features] is column-major [features, rows], so the weight comes first.
    check(
        cublasGemmEx_new(
            handle,
            cublasOperation.CUBLAS_OP_T,
            cublasOperation.CUBLAS_OP_N,
            features,
            rows,
            depth,
            one,
            DevicePointer.at(weight),
            CUDA_R_16BF,
            depth,
            DevicePointer.at(x),
            CUDA_R_16BF,
            depth,
            zero,
            DevicePointer.at(out),
            outType == DType.BF16 ? CUDA_R_16BF : CUDA_R_32F,
            features,
            cublasComputeType.CUBLAS_COMPUTE_32F,
            cublasGemmAlgo.CUBLAS_GEMM_DEFAULT),
        "a product of [%d, %d] and [%d, %d] by cuBLAS".formatted(rows, depth, depth, features));
  }

  private void check(int status, String operation) {
    if (status != cublasStatus.CUBLAS_STATUS_SUCCESS) {
      throw new CudaException(
          "%s on %s failed with %s".formatted(operation, device, cublasStatus.stringFor(status)));
    }
  }

  @Override
  public void close() {
    check(cublasDestroy(handle), "closing cuBLAS");
  }
}
