package io.zoetrope.tools.parity;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.abort;

import io.zoetrope.kernels.cpu.jit.Emulation;
import io.zoetrope.kernels.cpu.jit.emulator.Count;
import io.zoetrope.ops.Backend;
import io.zoetrope.ops.BackendProvider;
import io.zoetrope.tensor.DType;
import io.zoetrope.testing.Fixtures;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The parity of {@link ParityTest} on every path of the CPU, not on the best alone: what this
 * machine lacks runs on an emulator.
 */
class PathParityTest {
  private static final String PROPERTY = "zoetrope.gemm";

  /** A whole pipeline and the decoder: {@link ParityTest} runs all cases on the best path. */
  private static final List<String> CASES = List.of("t2v_48x16_13f*", "vae_24x16_1f");

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

  private static void assertPasses(Backend backend, DType dtype) {
    StringWriter out = new StringWriter();
    ParityRun run =
        Parity.run(
            Fixtures.path("wan21-t2v-tiny"),
            CASES,
            backend,
            dtype,
            result -> out.append(result + "\n"));
    assertTrue(run.isAllRight(), () -> backend.name() + "\n" + out);
  }

  @ParameterizedTest
  @ValueSource(strings = {"avx2", "avx512", "avx512bf16", "amx", "vector", "reference"})
  void onThisMachine(String path) {
    System.setProperty(PROPERTY, path);
    try (Backend backend = open("cpu")) {
      assertTrue(backend.name().startsWith("cpu (" + path), backend.name());
      assertPasses(backend, DType.F32);
      assertPasses(backend, DType.BF16);
    }
  }

  /** Small as the fixtures are, neither algorithm would be taken for all of their convolutions. */
  @ParameterizedTest
  @ValueSource(strings = {"implicit-gemm", "winograd"})
  void convolutionsByEitherAlgorithm(String algorithm) {
    try (Backend backend = open("cpu,conv=" + algorithm)) {
      assertPasses(backend, DType.F32);
      assertPasses(backend, DType.BF16);
    }
  }

  private static Backend open(String device) {
    try {
      return BackendProvider.open(device, 0);
    } catch (IllegalStateException e) {
      return abort(e.getMessage());
    }
  }

  /** In the number format that the set has instructions of its own for. */
  @ParameterizedTest
  @CsvSource({"avx512, F32, FMA", "avx512bf16, BF16, DOT_PRODUCT", "amx, BF16, TILE_PRODUCT"})
  void onTheEmulator(String path, DType dtype, Count products) {
    try (Emulation emulation = Emulation.open(2, path)) {
      assertPasses(emulation.backend(), dtype);
      assertTrue(emulation.count(products) > 0, "no " + products + " ran");
    }
  }
}
