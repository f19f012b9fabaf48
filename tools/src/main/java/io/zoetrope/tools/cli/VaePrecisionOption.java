package io.zoetrope.tools.cli;

import io.zoetrope.tensor.DType;
import picocli.CommandLine.Option;

/** In which number format the video autoencoder computes. */
final class VaePrecisionOption {
  @Option(
      names = "--vae-dtype",
      paramLabel = "TYPE",
      defaultValue = "f32",
      description =
          "f32 or bf16: number format of the video autoencoder (default: ${DEFAULT-VALUE}).")
  private Precision precision;

  DType dtype() {
    return precision.dtype();
  }
}
