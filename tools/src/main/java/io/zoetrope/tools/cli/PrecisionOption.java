package io.zoetrope.tools.cli;

import io.zoetrope.tensor.DType;
import picocli.CommandLine.Option;

/** In which number format to compute. */
final class PrecisionOption {
  @Option(
      names = "--dtype",
      paramLabel = "TYPE",
      defaultValue = "f32",
      description =
          "f32 or bf16: number format of text encoder and transformer (default: ${DEFAULT-VALUE}).")
  private Precision precision;

  DType dtype() {
    return precision.dtype();
  }

  @Override
  public String toString() {
    return precision.toString();
  }
}
