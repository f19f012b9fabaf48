package io.zoetrope.kernels.cpu;

import io.zoetrope.kernels.cpu.jit.GeneratedBackend;
import io.zoetrope.kernels.cpu.jit.op.ConvolutionAlgorithm;
import io.zoetrope.kernels.cpu.vector.GemmKernel;
import io.zoetrope.kernels.cpu.vector.VectorBackend;
import io.zoetrope.ops.Backend;
import io.zoetrope.ops.BackendProvider;
import io.zoetrope.ops.DeviceSpec;
import io.zoetrope.ops.DeviceUnavailableException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Announces the device "cpu". Which kernels compute is chosen by what the processor has, or by the
 * device's option {@code gemm} or the system property {@code zoetrope.gemm}: {@code auto}, the name
 * of an instruction set that code is generated for, {@code vector} for the Vector API, {@code
 * reference} for plain loops. The option {@code conv}, or {@code zoetrope.conv}, chooses the
 * algorithm of convolutions in generated code: {@link ConvolutionAlgorithm}.
 */
public final class CpuBackendProvider implements BackendProvider {
  private static final String GEMM = "gemm";
  private static final String CONV = "conv";
  private static final String AUTO = "auto";
  private static final String VECTOR = "vector";
  private static final String REFERENCE = "reference";

  @Override
  public String device() {
    return "cpu";
  }

  /** Each instruction set, and the Vector API. */
  @Override
  public List<String> ways() {
    return Stream.concat(GeneratedBackend.instructionSets().stream(), Stream.of(VECTOR))
        .map(kernels -> "%s,%s=%s".formatted(device(), GEMM, kernels))
        .toList();
  }

  /**
   * Starts the compute threads.
   *
   * @throws IllegalArgumentException if {@code threads} is negative
   * @throws DeviceUnavailableException if no kernels or algorithms have the wanted name, this
   *     machine can't run the wanted kernels, or these have not the wanted algorithm
   */
  @Override
  public Backend open(DeviceSpec spec, int threads) {
    spec.requireOnly();
    spec.requireOptions(Set.of(GEMM, CONV));
    if (threads < 0) {
      throw new IllegalArgumentException("threads must be at least 0, not " + threads);
    }
    int count = threads == 0 ? Runtime.getRuntime().availableProcessors() : threads;
    Choice kernels = Choice.of(spec, GEMM);
    Choice convolutions = Choice.of(spec, CONV);
    ConvolutionAlgorithm algorithm = algorithm(convolutions);
    Optional<Backend> generated = generated(count, kernels, algorithm);
    if (generated.isPresent()) {
      return generated.get();
    }
    GemmKernel kernel = vectorKernel(kernels);
    if (algorithm == ConvolutionAlgorithm.WINOGRAD) {
      throw new DeviceUnavailableException(
          "%s: only generated kernels have this algorithm, and %s"
              .formatted(
                  convolutions.asked(),
                  kernels.wanted().equals(AUTO)
                      ? GeneratedBackend.obstacle().orElseThrow()
                      : kernels.asked() + " takes others"));
    }
    return new VectorBackend(count, kernel, GeneratedBackend.obstacle());
  }

  @Override
  public boolean computesInJava(DeviceSpec spec) {
    return switch (Choice.of(spec, GEMM).wanted()) {
      case AUTO -> GeneratedBackend.obstacle().isPresent();
      case VECTOR, REFERENCE -> true;
      default -> false;
    };
  }

  private static ConvolutionAlgorithm algorithm(Choice choice) {
    try {
      return ConvolutionAlgorithm.of(choice.wanted());
    } catch (IllegalArgumentException e) {
      throw new DeviceUnavailableException(choice.asked() + ": " + e.getMessage(), e);
    }
  }

  /** Generated kernels, if they are wanted, or are as good as any others and can be had. */
  private static Optional<Backend> generated(
      int threads, Choice choice, ConvolutionAlgorithm algorithm) {
    if (choice.wanted().equals(AUTO)) {
      return GeneratedBackend.best(threads, algorithm).map(backend -> backend);
    }
    if (!GeneratedBackend.instructionSets().contains(choice.wanted())) {
      return Optional.empty();
    }
    try {
      return Optional.of(GeneratedBackend.open(threads, choice.wanted(), algorithm));
    } catch (IllegalStateException e) {
      throw new DeviceUnavailableException(
          "%s: %s; %s=%s takes the best of this machine"
              .formatted(choice.asked(), e.getMessage(), GEMM, AUTO),
          e);
    }
  }

  private static GemmKernel vectorKernel(Choice choice) {
    return switch (choice.wanted()) {
      case AUTO, VECTOR -> GemmKernel.vector();
      case REFERENCE -> GemmKernel.reference();
      default -> {
        List<String> known = new ArrayList<>(List.of(AUTO, VECTOR, REFERENCE));
        known.addAll(GeneratedBackend.instructionSets());
        throw new DeviceUnavailableException(
            "%s: known kernels are %s".formatted(choice.asked(), String.join(", ", known)));
      }
    };
  }

  /**
   * What an option of the device says, or else a system property, or else nobody.
   *
   * @param asked how it was said, for people
   */
  private record Choice(String wanted, String asked) {
    static Choice of(DeviceSpec spec, String option) {
      String property = "zoetrope." + option;
      boolean byOption = spec.options().containsKey(option);
      String wanted = byOption ? spec.options().get(option) : System.getProperty(property, AUTO);
      return new Choice(
          wanted, (byOption ? "device cpu," + option : "-D" + property) + "=" + wanted);
    }
  }
}
