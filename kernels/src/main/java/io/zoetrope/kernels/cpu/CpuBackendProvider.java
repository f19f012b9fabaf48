package io.zoetrope.kernels.cpu;

import io.zoetrope.kernels.cpu.jit.GeneratedBackend;
import io.zoetrope.kernels.cpu.vector.GemmKernel;
import io.zoetrope.kernels.cpu.vector.VectorBackend;
import io.zoetrope.ops.Backend;
import io.zoetrope.ops.BackendProvider;
import io.zoetrope.ops.DeviceSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Announces the device "cpu". Which kernels compute is chosen by what the processor has, or by the
 * device's option {@code gemm} or the system property {@code zoetrope.gemm}: {@code auto}, the name
 * of an instruction set that code is generated for, {@code vector} for the Vector API, {@code
 * reference} for plain loops.
 */
public final class CpuBackendProvider implements BackendProvider {
  private static final String OPTION = "gemm";
  private static final String PROPERTY = "zoetrope." + OPTION;
  private static final String AUTO = "auto";
  private static final String VECTOR = "vector";
  private static final String REFERENCE = "reference";

  @Override
  public String device() {
    return "cpu";
  }

  /**
   * Starts the compute threads.
   *
   * @throws IllegalArgumentException if {@code threads} is negative or no kernels have the wanted
   *     name
   * @throws IllegalStateException if this machine can't run the wanted kernels
   */
  @Override
  public Backend open(DeviceSpec spec, int threads) {
    spec.requireOnly();
    spec.requireOptions(Set.of(OPTION));
    if (threads < 0) {
      throw new IllegalArgumentException("threads must be at least 0, not " + threads);
    }
    int count = threads == 0 ? Runtime.getRuntime().availableProcessors() : threads;
    boolean byOption = spec.options().containsKey(OPTION);
    String wanted = byOption ? spec.options().get(OPTION) : System.getProperty(PROPERTY, AUTO);
    String asked = (byOption ? "device cpu," + OPTION : "-D" + PROPERTY) + "=" + wanted;
    List<String> sets = GeneratedBackend.instructionSets();
    if (sets.contains(wanted)) {
      try {
        return GeneratedBackend.open(count, wanted);
      } catch (IllegalStateException e) {
        throw new IllegalStateException(
            "%s: %s; %s=%s takes the best of this machine"
                .formatted(asked, e.getMessage(), OPTION, AUTO),
            e);
      }
    }
    return switch (wanted) {
      case AUTO ->
          GeneratedBackend.best(count)
              .<Backend>map(backend -> backend)
              .orElseGet(() -> vector(count, GemmKernel.vector()));
      case VECTOR -> vector(count, GemmKernel.vector());
      case REFERENCE -> vector(count, GemmKernel.reference());
      default -> {
        List<String> known = new ArrayList<>(List.of(AUTO, VECTOR, REFERENCE));
        known.addAll(sets);
        throw new IllegalArgumentException(
            "%s: known kernels are %s".formatted(asked, String.join(", ", known)));
      }
    };
  }

  private static Backend vector(int threads, GemmKernel kernel) {
    return new VectorBackend(threads, kernel, GeneratedBackend.obstacle());
  }
}
