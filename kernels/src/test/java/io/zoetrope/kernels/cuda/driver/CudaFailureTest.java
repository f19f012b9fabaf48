package io.zoetrope.kernels.cuda.driver;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zoetrope.kernels.cuda.runtime.CudaException;
import io.zoetrope.kernels.cuda.standin.NeedsStandIn;
import io.zoetrope.kernels.cuda.standin.StandInCard;
import io.zoetrope.kernels.cuda.standin.StandInDriver;
import io.zoetrope.kernels.cuda.standin.StreamOrder;
import io.zoetrope.ops.Activation;
import io.zoetrope.ops.Backend;
import io.zoetrope.ops.BackendProvider;
import io.zoetrope.ops.ConvGeometry;
import io.zoetrope.ops.DeviceSpec;
import io.zoetrope.ops.DeviceUnavailableException;
import io.zoetrope.ops.Ops;
import io.zoetrope.tensor.Conversions;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Tensor;
import java.util.Collections;
import java.util.Random;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.opentest4j.AssertionFailedError;

/**
 * Whatever fails: one line that says so, nothing held on the device, and neither the CPU nor the
 * next job on a device is the worse for it.
 */
@NeedsStandIn
class CudaFailureTest {
  private static final int OUT_OF_MEMORY = 2;
  private static final int STUB_LIBRARY = 34;
  private static final int UNSUPPORTED_PTX_VERSION = 222;
  private static final int ILLEGAL_ADDRESS = 700;
  private static final int LAUNCH_OUT_OF_RESOURCES = 701;
  private static final int CONTEXT_IS_DESTROYED = 709;
  private static final int CUBLAS_ALLOC_FAILED = 3;
  private static final int CUDNN_EXECUTION_FAILED = 8;

  /** Where NVIDIA's libraries are. */
  private record Libraries(NativeLibrary driver, NativeLibrary cublas, NativeLibrary cudnn) {
    static final Libraries ALL = new Libraries(CudaDriver.LIBRARY, Cublas.LIBRARY, Cudnn.LIBRARY);
  }

  /**
   * What goes wrong, and what a user is told.
   *
   * @param start starts the driver of the machine
   * @param message without the folders of files
   */
  private record Failure(
      String name,
      String device,
      Supplier<StandInDriver> start,
      Supplier<Libraries> libraries,
      Class<? extends RuntimeException> type,
      String message) {
    @Override
    public String toString() {
      return name;
    }
  }

  private static Failure lacks(String name, String device, Supplier<Libraries> has, String said) {
    return new Failure(
        name, device, StandInDriver::start, has, DeviceUnavailableException.class, said);
  }

  private static Failure machine(String name, String message, int version, StandInCard... cards) {
    return new Failure(
        name,
        "cuda",
        () -> StandInDriver.start(StreamOrder.LATEST, version, cards),
        () -> Libraries.ALL,
        DeviceUnavailableException.class,
        message);
  }

  private static Failure fails(
      String name,
      String device,
      Consumer<StandInDriver> injection,
      Class<? extends RuntimeException> type,
      String message) {
    Supplier<StandInDriver> start =
        () -> {
          StandInDriver standIn = StandInDriver.start();
          injection.accept(standIn);
          return standIn;
        };
    return new Failure(name, device, start, () -> Libraries.ALL, type, message);
  }

  private static NativeLibrary absent(String name) {
    return NativeLibrary.of(name, name);
  }

  private static NativeLibrary without(String function, NativeLibrary library) {
    String file = StandInDriver.compileWithout(library.linux(), function);
    return new NativeLibrary(file, file, library.functions());
  }

  static Stream<Failure> failures() {
    return Stream.of(
        lacks(
            "no driver",
            "cuda",
            () -> new Libraries(absent("libcuda-absent.so.1"), Cublas.LIBRARY, Cudnn.LIBRARY),
            "libcuda-absent.so.1 was not found: install NVIDIA's driver, or use --device cpu or"
                + " cuda-emulated"),
        lacks(
            "a driver without a function",
            "cuda",
            () ->
                new Libraries(
                    without("cuMemcpyDtoDAsync_v2", CudaDriver.LIBRARY),
                    Cublas.LIBRARY,
                    Cudnn.LIBRARY),
            "libcuda-without-cuMemcpyDtoDAsync_v2.so.1 is too old, it lacks cuMemcpyDtoDAsync_v2:"
                + " install NVIDIA's driver, or use --device cpu or cuda-emulated"),
        lacks(
            "no cuBLAS",
            "cuda,gemm=cublas",
            () -> new Libraries(CudaDriver.LIBRARY, absent("libcublas-absent.so"), Cudnn.LIBRARY),
            "libcublas-absent.so was not found: install cuBLAS of CUDA 12, or leave out"
                + " gemm=cublas"),
        lacks(
            "cuBLAS without a function",
            "cuda,gemm=cublas",
            () ->
                new Libraries(
                    CudaDriver.LIBRARY, without("cublasGemmEx", Cublas.LIBRARY), Cudnn.LIBRARY),
            "libcublas-without-cublasGemmEx.so.12 is too old, it lacks cublasGemmEx: install cuBLAS"
                + " of CUDA 12, or leave out gemm=cublas"),
        lacks(
            "no cuDNN, after cuBLAS was opened",
            "cuda,gemm=cublas,conv=cudnn",
            () -> new Libraries(CudaDriver.LIBRARY, Cublas.LIBRARY, absent("libcudnn-absent.so")),
            "libcudnn-absent.so was not found: install cuDNN 8.9 for CUDA 12, or leave out"
                + " conv=cudnn"),
        lacks(
            "cuDNN without a function",
            "cuda,conv=cudnn",
            () ->
                new Libraries(
                    CudaDriver.LIBRARY,
                    Cublas.LIBRARY,
                    without("cudnnSetTensorNdDescriptorEx", Cudnn.LIBRARY)),
            "libcudnn-without-cudnnSetTensorNdDescriptorEx.so.8 is too old, it lacks"
                + " cudnnSetTensorNdDescriptorEx: install cuDNN 8.9 for CUDA 12, or leave out"
                + " conv=cudnn"),
        fails(
            "an old cuDNN",
            "cuda,conv=cudnn",
            standIn -> standIn.setCudnnVersion(8500),
            DeviceUnavailableException.class,
            "libcudnn.so.8 is version 8500, at least 8800 is needed: install cuDNN 8.9 for CUDA 12,"
                + " or leave out conv=cudnn"),
        machine(
            "an old driver",
            "NVIDIA's driver is for CUDA 10.2, at least 11.0 is needed: install NVIDIA's driver, or"
                + " use --device cpu or cuda-emulated",
            10_020,
            StandInCard.USUAL),
        fails(
            "a driver that does not know our PTX",
            "cuda",
            standIn -> standIn.fail("cuModuleLoadDataEx", UNSUPPORTED_PTX_VERSION, 0),
            CudaException.class,
            "compiling the module of kernel linear_bf16_silu on cuda:0 (stand-in A100) failed with"
                + " CUDA_ERROR_UNSUPPORTED_PTX_VERSION: install a newer driver from NVIDIA"),
        fails(
            "a driver that does not start",
            "cuda",
            standIn -> standIn.fail("cuInit", STUB_LIBRARY, 0),
            DeviceUnavailableException.class,
            "starting NVIDIA's driver failed with CUDA_ERROR_STUB_LIBRARY: check it with nvidia-smi,"
                + " or use --device cpu"),
        machine(
            "no card",
            "NVIDIA's driver is there but has no device: check with nvidia-smi and"
                + " CUDA_VISIBLE_DEVICES, or use --device cpu",
            12_060),
        machine(
            "an old card",
            "device cuda:0 (NVIDIA GeForce RTX 2080) has compute capability 7.5, at least 8.0"
                + " (Ampere) is needed: use --device cpu",
            12_060,
            new StandInCard("NVIDIA GeForce RTX 2080", 75, 1 << 30)),
        fails(
            "one card, the second one wanted",
            "cuda:1",
            _ -> {},
            DeviceUnavailableException.class,
            "device cuda:1 is unknown: this machine has 1, [cuda:0 (stand-in A100)]"),
        new Failure(
            "a small card",
            "cuda",
            () ->
                StandInDriver.start(
                    StreamOrder.LATEST, 12_060, new StandInCard("small", 80, 2 << 20)),
            () -> Libraries.ALL,
            CudaException.OutOfMemory.class,
            "allocating 32 MiB on cuda:0 (small) failed with CUDA_ERROR_OUT_OF_MEMORY: 1 of 2 MiB are"
                + " free; use a smaller size, fewer frames or --vae-tiling"),
        fails(
            "no host memory to pin",
            "cuda",
            standIn -> standIn.fail("cuMemAllocHost_v2", OUT_OF_MEMORY, 0),
            CudaException.OutOfMemory.class,
            "pinning 17 MiB of host memory on cuda:0 (stand-in A100) failed with"
                + " CUDA_ERROR_OUT_OF_MEMORY"),
        fails(
            "no memory for cuBLAS",
            "cuda,gemm=cublas",
            standIn -> standIn.fail("cublasCreate_v2", CUBLAS_ALLOC_FAILED, 0),
            CudaException.class,
            "opening cuBLAS on cuda:0 (stand-in A100) failed with CUBLAS_STATUS_ALLOC_FAILED"),
        fails(
            "cuDNN that fails",
            "cuda,conv=cudnn",
            standIn -> standIn.fail("cudnnConvolutionForward", CUDNN_EXECUTION_FAILED, 1),
            CudaException.class,
            "a convolution of [4, 5, 6, 8] with [16, 8, 3, 3, 3] by cuDNN on cuda:0 (stand-in A100)"
                + " failed with CUDNN_STATUS_EXECUTION_FAILED"),
        fails(
            "a launch that is refused",
            "cuda",
            standIn -> standIn.fail("cuLaunchKernel", LAUNCH_OUT_OF_RESOURCES, 0),
            CudaException.class,
            "launching linear_bf16_silu with a grid of 1x1x1 on cuda:0 (stand-in A100) failed with"
                + " CUDA_ERROR_LAUNCH_OUT_OF_RESOURCES"),
        fails(
            "a kernel that fails",
            "cuda",
            standIn -> standIn.failKernel("linear_bf16_silu"),
            CudaException.DeviceLost.class,
            "waiting for the device on cuda:0 (stand-in A100) failed with"
                + " CUDA_ERROR_LAUNCH_FAILED; the last kernel launched was linear_bf16_silu: set"
                + " CUDA_LAUNCH_BLOCKING=1 to learn which one failed"),
        fails(
            "a kernel that fails beside libraries",
            "cuda,gemm=cublas,conv=cudnn",
            standIn -> standIn.failKernel("channel_norm"),
            CudaException.DeviceLost.class,
            "waiting for the device on cuda:0 (stand-in A100) failed with"
                + " CUDA_ERROR_LAUNCH_FAILED; the last kernel launched was channel_norm: set"
                + " CUDA_LAUNCH_BLOCKING=1 to learn which one failed"),
        fails(
            "an illegal address",
            "cuda",
            standIn -> standIn.fail("cuMemcpyDtoHAsync_v2", ILLEGAL_ADDRESS, 1),
            CudaException.DeviceLost.class,
            "copying 1920 bytes from the device on cuda:0 (stand-in A100) failed with"
                + " CUDA_ERROR_ILLEGAL_ADDRESS; the last kernel launched was channel_norm: set"
                + " CUDA_LAUNCH_BLOCKING=1 to learn which one failed"),
        fails(
            "a context that is lost",
            "cuda",
            standIn -> standIn.fail("cuLaunchKernel", CONTEXT_IS_DESTROYED, 1),
            CudaException.DeviceLost.class,
            "launching strided_copy with a grid of 2x1x1 on cuda:0 (stand-in A100) failed with"
                + " CUDA_ERROR_CONTEXT_IS_DESTROYED; the last kernel launched was strided_copy: set"
                + " CUDA_LAUNCH_BLOCKING=1 to learn which one failed"));
  }

  private static Tensor random(long... sizes) {
    Random random = new Random(sizes.length);
    Tensor host = Tensor.zeros(DType.BF16, sizes);
    for (long i = 0; i < host.count(); i++) {
      Conversions.fromFloat(host.segment(), DType.BF16, i, (float) random.nextGaussian());
    }
    return host;
  }

  /** A linear map, a convolution and a norm. */
  private record Model(Tensor matrix, Tensor kernel, Tensor gamma) {
    static Model place(Backend backend) {
      return new Model(
          backend.place(random(40, 24), DType.BF16),
          backend.place(random(16, 8, 3, 3, 3), DType.BF16),
          backend.place(random(16), DType.BF16));
    }

    float[][] run(Backend backend) {
      try (Ops ops = new Ops(backend)) {
        Tensor x = ops.upload(random(20, 24));
        float[] y = ops.download(ops.linear(x, matrix, null, Activation.SILU)).toFloats();
        Tensor video = ops.upload(random(2, 5, 6, 8));
        Tensor z = ops.conv3d(video, null, kernel, null, ConvGeometry.causal(2, 1));
        Tensor normed = ops.channelNorm(z, gamma, Activation.NONE);
        return new float[][] {y, ops.download(normed).toFloats()};
      }
    }
  }

  private static float[][] compute(String device, Libraries libraries) {
    try (Backend backend =
        CudaBackendProvider.open(
            DeviceSpec.parse(device), libraries.driver(), libraries.cublas(), libraries.cudnn())) {
      return Model.place(backend).run(backend);
    }
  }

  private static float[][] computeOnCpu() {
    try (Backend backend = BackendProvider.open("cpu", 1)) {
      return Model.place(backend).run(backend);
    }
  }

  /**
   * A lost context can't free anything; any other has no more left at its end than after a job that
   * worked: weights and workspaces, which are much smaller than a block of scratch memory.
   */
  private static void assertNothingIsHeld(
      StandInDriver standIn, RuntimeException error, StandInDriver working) {
    assertFalse(standIn.hasContext());
    assertEquals(0, standIn.libraryObjects());
    if (!(error instanceof CudaException.DeviceLost)) {
      long abandoned = standIn.abandonedBytes();
      assertTrue(abandoned <= working.abandonedBytes(), "bytes: " + abandoned);
    }
  }

  @ParameterizedTest
  @MethodSource("failures")
  void isOneLineAndHarmsNothingElse(Failure failure) {
    float[][] onCpu = computeOnCpu();
    StandInDriver working = StandInDriver.start();
    float[][] onDevice = compute("cuda,gemm=cublas,conv=cudnn", Libraries.ALL);

    StandInDriver standIn = failure.start().get();
    Libraries libraries = failure.libraries().get();
    RuntimeException error =
        assertThrows(failure.type(), () -> compute(failure.device(), libraries));
    assertEquals(failure.type(), error.getClass());
    assertEquals(failure.message(), error.getMessage().replaceAll("/\\S*/", ""));
    assertNothingIsHeld(standIn, error, working);

    assertArrayEquals(onCpu, computeOnCpu());
    StandInDriver.start();
    assertArrayEquals(onDevice, compute("cuda,gemm=cublas,conv=cudnn", Libraries.ALL));
  }

  /** Memory can end anywhere: with libraries, too, nothing stays behind. */
  @ParameterizedTest
  @ValueSource(strings = {"cuda", "cuda,gemm=cublas,conv=cudnn"})
  void whicheverAllocationFailsNothingIsHeld(String device) {
    float[][] onCpu = computeOnCpu();
    StandInDriver working = StandInDriver.start();
    compute(device, Libraries.ALL);
    int allocations = Collections.frequency(working.calls(), "cuMemAlloc_v2");
    assertTrue(allocations >= 5, "allocations: " + allocations);
    for (int i = 0; i < allocations; i++) {
      StandInDriver standIn = StandInDriver.start();
      standIn.fail("cuMemAlloc_v2", OUT_OF_MEMORY, i);
      var error =
          assertThrows(CudaException.OutOfMemory.class, () -> compute(device, Libraries.ALL));
      assertNothingIsHeld(standIn, error, working);
    }
    assertArrayEquals(onCpu, computeOnCpu());
  }

  /** That nothing is held is only worth something if scratch memory that is held is noticed. */
  @Test
  void leakedScratchMemoryIsNoticed() {
    StandInDriver working = StandInDriver.start();
    compute("cuda", Libraries.ALL);
    StandInDriver standIn = StandInDriver.start();
    standIn.fail("cuLaunchKernel", LAUNCH_OUT_OF_RESOURCES, 0);
    standIn.ignore("cuMemFree_v2");
    var error = assertThrows(CudaException.class, () -> compute("cuda", Libraries.ALL));
    assertThrows(AssertionFailedError.class, () -> assertNothingIsHeld(standIn, error, working));
  }

  /** A job that is too large ends, the device goes on. */
  @Test
  void aDeviceOutOfMemoryTakesTheNextJob() {
    StandInDriver standIn = StandInDriver.start();
    try (Backend backend = BackendProvider.open("cuda", 1)) {
      Model model = Model.place(backend);
      float[][] expected = model.run(backend);
      long used = standIn.usedBytes();
      standIn.fail("cuMemAlloc_v2", OUT_OF_MEMORY, 0);
      assertThrows(CudaException.OutOfMemory.class, () -> model.run(backend));
      assertEquals(used, standIn.usedBytes());
      standIn.heed("cuMemAlloc_v2");
      assertArrayEquals(expected, model.run(backend));
    }
  }
}
