package io.zoetrope.tools.cli;

import io.zoetrope.ops.Backend;
import io.zoetrope.ops.BackendProvider;
import io.zoetrope.pipeline.PipelineException;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Where to compute. */
final class DeviceOptions {
  private static final String AUTO = "auto";

  @Option(
      names = "--device",
      paramLabel = "NAME",
      defaultValue = "cpu",
      description = {
        "Device that computes (default: ${DEFAULT-VALUE}): cpu, cuda or cuda:N for an NVIDIA card,"
            + " cuda-emulated for its kernels without a card, auto for a card if there is one,"
            + " reference for the plain loops that define every operation.",
        "cpu,gemm=NAME forces kernels: avx2, avx512, avx512bf16, amx, vector, reference;"
            + " cpu,conv=NAME an algorithm of convolutions: implicit-gemm (less memory), winograd.",
        "Options of a card follow after commas: gemm=cublas, conv=cudnn, and weights=GIB for the"
            + " memory that weights may take."
      })
  private String device;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "Compute threads (default: one per processor).")
  private Integer threads;

  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  Backend open() {
    if (threads != null && (threads < 1 || threads > 1024)) {
      throw new PipelineException("--threads %d is outside 1 to 1024".formatted(threads));
    }
    return open(threads == null ? 0 : threads);
  }

  /** The device with another number of threads; 0 is one per processor. */
  Backend open(int count) {
    if (isAutomatic()) {
      return AutomaticDevice.open(count, spec.commandLine().getErr());
    }
    Restart.ifThoroughIsNeeded(device);
    return BackendProvider.open(device, count);
  }

  /** Whether {@code auto} chooses. */
  boolean isAutomatic() {
    return device.equals(AUTO);
  }

  /** Whether the user named one. */
  boolean isGiven() {
    return spec.commandLine().getParseResult().hasMatchedOption("--device");
  }

  /** Compute threads in force. */
  int threads() {
    return threads == null ? Runtime.getRuntime().availableProcessors() : threads;
  }
}
