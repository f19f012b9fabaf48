package io.zoetrope.kernels.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.zoetrope.ops.Backend;
import io.zoetrope.ops.BackendProvider;
import io.zoetrope.ops.ConvGeometry;
import io.zoetrope.ops.Convolution;
import io.zoetrope.ops.DeviceUnavailableException;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Which kernels compute. What the machine has is read here from the list of the processor's flags,
 * not asked of the code under test: on a machine that has tiles, say, a test fails when other
 * kernels are taken.
 */
class CpuBackendProviderTest {
  private static final String PROPERTY = "zoetrope.gemm";

  /** Generated kernels, the least first, with the flags of the processor that each adds. */
  private enum Kernels {
    AVX2("avx2", "avx2", "fma", "f16c"),
    AVX512("avx512", "avx512f", "avx512bw", "avx512dq", "avx512vl"),
    AVX512_BF16("avx512bf16", "avx512_bf16"),
    AMX("amx", "amx_tile", "amx_bf16");

    private final String id;
    private final List<String> flags;

    Kernels(String id, String... flags) {
      this.id = id;
      this.flags = List.of(flags);
    }

    boolean onThisMachine() {
      return (ordinal() == 0 || values()[ordinal() - 1].onThisMachine())
          && processorFlags().containsAll(flags);
    }
  }

  private String before;

  @BeforeEach
  void remember() {
    before = System.clearProperty(PROPERTY);
  }

  @AfterEach
  void restore() {
    System.clearProperty(PROPERTY);
    if (before != null) {
      System.setProperty(PROPERTY, before);
    }
  }

  private static Set<String> processorFlags() {
    Path file = Path.of("/proc/cpuinfo");
    if (!Files.exists(file) || !System.getProperty("os.arch").equals("amd64")) {
      return Set.of();
    }
    try {
      return Files.readAllLines(file).stream()
          .filter(line -> line.startsWith("flags"))
          .findFirst()
          .map(line -> Set.of(line.substring(line.indexOf(':') + 1).strip().split(" ")))
          .orElse(Set.of());
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Backend open(String kernels) {
    System.setProperty(PROPERTY, kernels);
    return BackendProvider.open("cpu", 1);
  }

  private static void assertName(String kernels, Backend backend) {
    assertTrue(backend.name().startsWith("cpu (" + kernels), backend.name());
  }

  @Test
  void saysWhetherJavaComputes() {
    assertEquals(!Kernels.AVX2.onThisMachine(), BackendProvider.computesInJava("cpu"));
    assertFalse(BackendProvider.computesInJava("cpu,gemm=avx2"));
    assertTrue(BackendProvider.computesInJava("cpu,gemm=vector"));
    System.setProperty(PROPERTY, "reference");
    assertTrue(BackendProvider.computesInJava("cpu"));
    assertFalse(BackendProvider.computesInJava("cuda"));
    assertTrue(BackendProvider.computesInJava("cuda-emulated"));
  }

  @Test
  void takesTheBestThatTheMachineHas() {
    Optional<Kernels> best =
        List.of(Kernels.values()).reversed().stream().filter(Kernels::onThisMachine).findFirst();
    String expected = best.map(kernels -> kernels.id + ",").orElse("vector ");
    try (Backend unsaid = BackendProvider.open("cpu", 1);
        Backend auto = open("auto")) {
      assertName(expected, unsaid);
      assertName(expected, auto);
      assertEquals(best.equals(Optional.of(Kernels.AMX)), auto.limit().isEmpty());
    }
  }

  @ParameterizedTest
  @EnumSource
  void takesWhatItIsToldTo(Kernels kernels) {
    assumeTrue(kernels.onThisMachine(), "this machine has no " + kernels.id);
    try (Backend backend = open(kernels.id)) {
      assertName(kernels.id + ",", backend);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"vector", "reference"})
  void theseRunEverywhere(String kernels) {
    try (Backend backend = open(kernels)) {
      assertName(kernels, backend);
    }
  }

  @ParameterizedTest
  @EnumSource
  void saysWhatTheMachineLacks(Kernels kernels) {
    assumeFalse(kernels.onThisMachine(), "this machine has " + kernels.id);
    DeviceUnavailableException e =
        assertThrows(DeviceUnavailableException.class, () -> open(kernels.id));
    assertTrue(e.getMessage().startsWith("-Dzoetrope.gemm=" + kernels.id + ": "), e.getMessage());
    assertTrue(e.getMessage().contains(" needs "), e.getMessage());
    assertFalse(e.getMessage().contains("\n"), e.getMessage());
  }

  @Test
  void saysWhichKernelsThereAre() {
    DeviceUnavailableException e =
        assertThrows(DeviceUnavailableException.class, () -> open("sse"));
    assertEquals(
        "-Dzoetrope.gemm=sse: known kernels are auto, vector, reference, avx2, avx512, avx512bf16,"
            + " amx",
        e.getMessage());
  }

  @ParameterizedTest
  @ValueSource(strings = {"auto", "implicit-gemm", "winograd"})
  void takesTheAlgorithmOfConvolutionsThatItIsToldTo(String algorithm) {
    assumeTrue(Kernels.AVX2.onThisMachine(), "code is generated for no instruction set of this");
    Tensor x = Tensor.zeros(DType.F32, 1, 4, 4, 16);
    Tensor weight = Tensor.zeros(DType.F32, 16, 16, 1, 3, 3);
    try (Backend backend = BackendProvider.open("cpu,gemm=avx2,conv=" + algorithm, 1)) {
      var convolution = new Convolution(x, x, null, weight, null, ConvGeometry.causal(0, 1), null);
      long bytes = backend.weightBytes(convolution, weight);
      // One tile is no reason to transform weights, unless that is what is wanted.
      assertEquals((algorithm.equals("winograd") ? 36 : 9) * 16 * 16 * Float.BYTES, bytes);
    }
  }

  @Test
  void saysWhichAlgorithmsThereAre() {
    DeviceUnavailableException e =
        assertThrows(
            DeviceUnavailableException.class, () -> BackendProvider.open("cpu,conv=fft", 1));
    assertEquals(
        "device cpu,conv=fft: known algorithms of convolutions are auto, implicit-gemm, winograd",
        e.getMessage());
  }

  @Test
  void otherKernelsHaveNoSuchAlgorithm() {
    DeviceUnavailableException e =
        assertThrows(
            DeviceUnavailableException.class,
            () -> BackendProvider.open("cpu,gemm=vector,conv=winograd", 1));
    assertEquals(
        "device cpu,conv=winograd: only generated kernels have this algorithm, and device"
            + " cpu,gemm=vector takes others",
        e.getMessage());
  }
}
