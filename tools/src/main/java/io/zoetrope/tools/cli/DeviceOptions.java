package io.zoetrope.tools.cli;

import io.zoetrope.ops.Backend;
import io.zoetrope.ops.BackendProvider;
import io.zoetrope.pipeline.PipelineException;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Where and in which number format to compute. */
final class DeviceOptions {
  @Option(
      names = "--device",
      paramLabel = "NAME",
      defaultValue = "cpu",
      description = "Device that computes (default: ${DEFAULT-VALUE}).")
  private String device;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "Compute threads (default: one per processor).")
  private Integer threads;

  @Mixin private PrecisionOption precision;

  PrecisionOption precision() {
    return precision;
  }

  Backend open() {
    if (threads != null && (threads < 1 || threads > 1024)) {
      throw new PipelineException("--threads %d is outside 1 to 1024".formatted(threads));
    }
    return open(threads == null ? 0 : threads);
  }

  /** The device with another number of threads; 0 is one per processor. */
  Backend open(int count) {
    return BackendProvider.open(device, count);
  }

  /** Compute threads in force. */
  int threads() {
    return threads == null ? Runtime.getRuntime().availableProcessors() : threads;
  }
}
