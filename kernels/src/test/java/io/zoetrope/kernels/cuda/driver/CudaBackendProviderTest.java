package io.zoetrope.kernels.cuda.driver;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zoetrope.kernels.cuda.runtime.CudaException;
import io.zoetrope.kernels.cuda.standin.NeedsStandIn;
import io.zoetrope.kernels.cuda.standin.StandInDriver;
import io.zoetrope.ops.Activation;
import io.zoetrope.ops.Backend;
import io.zoetrope.ops.BackendProvider;
import io.zoetrope.ops.ConvGeometry;
import io.zoetrope.ops.DeviceUnavailableException;
import io.zoetrope.ops.Ops;
import io.zoetrope.ops.ReferenceBackend;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.testing.Difference;
import java.util.Collections;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Device "cuda" with its options, the libraries among them. */
class CudaBackendProviderTest {
  private static final int NOT_SUPPORTED = 15;

  /** Of the largest value: twice the rounding of bf16. */
  private static final double TOLERANCE = 1.0 / 128;

  private static Tensor random(Ops ops, long... sizes) {
    Random random = new Random(sizes[0]);
    Tensor host = Tensor.zeros(DType.F32, sizes);
    float[] values = new float[(int) host.count()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return ops.cast(ops.upload(Tensor.of(values, sizes)), DType.BF16);
  }

  private static float[] linear(String device) {
    try (Backend backend = BackendProvider.open(device, 1);
        Ops ops = new Ops(backend)) {
      System.gc();
      Tensor x = random(ops, 20, 24);
      Tensor weight = random(ops, 40, 24);
      Tensor bias = random(ops, 40);
      Tensor out = ops.linear(x, weight, bias, Activation.SILU);
      Tensor gate = ops.cast(random(ops, 20, 40), DType.F32);
      ops.linearAddInPlace(out, x, weight, bias, gate);
      ops.linearAddInPlace(out, x, weight, null, null);
      ops.linearMultiplyInPlace(out, x, weight, bias);
      return ops.download(out).toFloats();
    }
  }

  private static float[] convolution(String device) {
    try (Backend backend = BackendProvider.open(device, 1);
        Ops ops = new Ops(backend)) {
      Tensor x = random(ops, 2, 5, 6, 8);
      Tensor history = random(ops, 1, 5, 6, 8);
      Tensor weight = random(ops, 16, 8, 3, 3, 3);
      Tensor bias = random(ops, 16);
      Tensor out = ops.conv3d(x, history, weight, bias, ConvGeometry.causal(1, 1));
      ops.conv3dAddInPlace(out, x, history, weight, bias, ConvGeometry.causal(1, 1));
      return ops.download(out).toFloats();
    }
  }

  private static void assertClose(float[] expected, float[] actual) {
    Difference difference = Difference.of("result", expected, actual);
    assertTrue(
        difference.maxAbs() <= TOLERANCE * difference.largest(), () -> difference.toString());
  }

  /** Also after a collection: factors in native memory must live as long as the library. */
  @NeedsStandIn
  @Test
  void cublasComputesWhatOurKernelDoes() {
    StandInDriver standIn = StandInDriver.start();
    float[] own = linear("cuda");
    assertFalse(standIn.calls().contains("cublasGemmEx"));
    float[] library = linear("cuda:0,gemm=cublas");
    // When the device opens, and for each of the linear maps.
    assertEquals(1 + 4, Collections.frequency(standIn.calls(), "cublasGemmEx"));
    assertClose(own, library);
    assertClose(linear("reference"), own);
    assertEquals(0, standIn.libraryObjects());
  }

  @NeedsStandIn
  @Test
  void cudnnComputesWhatOurKernelDoes() {
    StandInDriver standIn = StandInDriver.start();
    float[] own = convolution("cuda");
    float[] library = convolution("cuda,conv=cudnn");
    assertTrue(standIn.calls().contains("cudnnConvolutionForward"));
    assertClose(own, library);
    assertClose(convolution("reference"), own);
    assertEquals(0, standIn.libraryObjects());
  }

  @NeedsStandIn
  @Test
  void aLibraryThatComputesSomethingElseIsRefused() {
    StandInDriver standIn = StandInDriver.start();
    standIn.falsifyCublas(1.05f);
    var error =
        assertThrows(
            CudaException.class, () -> BackendProvider.open("cuda,gemm=cublas", 1).close());
    assertTrue(
        error
            .getMessage()
            .startsWith("cuBLAS on cuda:0 (stand-in A100) differs from our own kernel by"),
        error.getMessage());
    assertFalse(standIn.hasContext());
  }

  @NeedsStandIn
  @Test
  void aLibraryThatFailsIsNamed() {
    StandInDriver.start().fail("cublasGemmEx", NOT_SUPPORTED, 0);
    var error =
        assertThrows(
            CudaException.class, () -> BackendProvider.open("cuda,gemm=cublas", 1).close());
    assertEquals(
        "a product of [48, 64] and [64, 80] by cuBLAS on cuda:0 (stand-in A100) failed with"
            + " CUBLAS_STATUS_NOT_SUPPORTED",
        error.getMessage());
  }

  @NeedsStandIn
  @ParameterizedTest
  @CsvSource({
    "'cuda', cuMemGetInfo_v2",
    "'cuda,gemm=cublas', cuMemGetInfo_v2",
    "'cuda,gemm=cublas', cuLaunchKernel",
    "'cuda,gemm=cublas,conv=cudnn', cudnnCreate"
  })
  void whatFailsToOpenHoldsNothing(String device, String function) {
    StandInDriver standIn = StandInDriver.start();
    standIn.fail(function, 1, 0);
    assertThrows(CudaException.class, () -> BackendProvider.open(device, 1).close());
    assertFalse(standIn.hasContext());
    assertEquals(0, standIn.libraryObjects());
  }

  /** What can't be closed either must not hide what failed first. */
  @NeedsStandIn
  @Test
  void theFirstFailureIsReported() {
    StandInDriver standIn = StandInDriver.start();
    standIn.fail("cuMemGetInfo_v2", 1, 0);
    standIn.fail("cuCtxDestroy_v2", 1, 0);
    var error = assertThrows(CudaException.class, () -> BackendProvider.open("cuda", 1).close());
    assertTrue(error.getMessage().startsWith("asking for free memory on"), error.getMessage());
    assertEquals(1, error.getSuppressed().length);
  }

  private static float[] product(Backend backend, Ops ops, Tensor weight) {
    return ops.download(
            ops.linear(
                random(ops, 8, weight.size(1)),
                backend.place(weight, DType.BF16),
                null,
                Activation.NONE))
        .toFloats();
  }

  private static Tensor randomWeight(long... sizes) {
    try (Ops ops = new Ops(new ReferenceBackend())) {
      return ops.download(random(ops, sizes));
    }
  }

  @Test
  void theEmulatorComputesWhatTheReferenceDoes() {
    assertClose(linear("reference"), linear("cuda-emulated"));
  }

  /** A weight of 2 MiB where 1 MiB may stay on the device. */
  @NeedsStandIn
  @Test
  void weightsBeyondTheirShareAreStreamed() {
    Tensor weight = randomWeight(2048, 512);
    StandInDriver standIn = StandInDriver.start();
    float[] resident;
    try (Backend backend = BackendProvider.open("cuda:0,weights=1", 1);
        Ops ops = new Ops(backend)) {
      resident = product(backend, ops, weight);
      assertFalse(standIn.calls().contains("cuStreamWaitEvent"));
    }
    try (Backend backend = BackendProvider.open("cuda:0,weights=0.001", 1);
        Ops ops = new Ops(backend)) {
      assertArrayEquals(resident, product(backend, ops, weight));
      assertTrue(standIn.calls().contains("cuStreamWaitEvent"));
    }
  }

  /** Of 4 MiB, 3 are for weights that stay: one of 1 MiB and its other form, but not 2 more. */
  @NeedsStandIn
  @Test
  void otherFormsOfWeightsCount() {
    StandInDriver standIn = StandInDriver.start();
    try (Backend backend = BackendProvider.open("cuda:0,weights=0.004", 1);
        Ops ops = new Ops(backend)) {
      Tensor kernel = backend.place(Tensor.zeros(DType.BF16, 128, 128, 2, 4, 4), DType.BF16);
      ops.conv3d(random(ops, 2, 4, 4, 128), null, kernel, null, ConvGeometry.causal(0, 0));
      Tensor weight = Tensor.zeros(DType.BF16, 1024, 1024);
      long before = standIn.usedBytes();
      backend.place(weight, DType.BF16);
      assertEquals(before, standIn.usedBytes());
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "cuda,gemm=mkl | device option gemm=mkl: own or cublas is needed",
        "cuda,weights=0 | device option weights=0: a number of GiB above 0 is needed, such as 8 or"
            + " 0.5",
        "cuda,speed=9 | device 'cuda' has no option 'speed': it has conv, gemm, weights",
        "cuda:0,gemm=own,gemm=own | device 'cuda:0,gemm=own,gemm=own' gives the option 'gemm' twice",
        "cpu:1 | device 'cpu:1': there is only one device 'cpu'",
        "cuda-emulated,gemm=cublas | device 'cuda-emulated' has no option 'gemm'",
        "cuda: | device 'cuda:' is malformed: write NAME, NAME:NUMBER or NAME:NUMBER,OPTION=VALUE"
      })
  void malformedDevicesAreRefused(String device, String message) {
    var error =
        assertThrows(DeviceUnavailableException.class, () -> BackendProvider.open(device, 1));
    assertEquals(message, error.getMessage());
  }
}
