package io.zoetrope.tools.cli;

import io.zoetrope.ops.Backend;
import io.zoetrope.ops.BackendProvider;
import io.zoetrope.pipeline.PipelineException;
import io.zoetrope.tensor.DType;
import java.util.Locale;
import picocli.CommandLine.Option;

/** Where and in which number format to compute. */
final class DeviceOptions {
  /** Number formats by the names that users know. */
  enum Precision {
    F32(DType.F32),
    BF16(DType.BF16);

    private final DType dtype;

    Precision(DType dtype) {
      this.dtype = dtype;
    }

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

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

  @Option(
      names = "--dtype",
      paramLabel = "TYPE",
      defaultValue = "f32",
      description =
          "f32 or bf16: number format of text encoder and transformer; the video autoencoder is"
              + " always f32, as in diffusers' examples (default: ${DEFAULT-VALUE}).")
  private Precision precision;

  DType dtype() {
    return precision.dtype;
  }

  String precisionName() {
    return precision.toString();
  }

  Backend open() {
    if (threads != null && (threads < 1 || threads > 1024)) {
      throw new PipelineException("--threads %d is outside 1 to 1024".formatted(threads));
    }
    return BackendProvider.open(device, threads == null ? 0 : threads);
  }
}
