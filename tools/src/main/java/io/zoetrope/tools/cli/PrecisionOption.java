package io.zoetrope.tools.cli;

import io.zoetrope.tensor.DType;
import java.util.Locale;
import picocli.CommandLine.Option;

/** In which number format to compute. */
final class PrecisionOption {
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

  @Override
  public String toString() {
    return precision.toString();
  }
}
