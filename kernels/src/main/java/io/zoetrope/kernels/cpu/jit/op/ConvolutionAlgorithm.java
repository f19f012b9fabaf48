package io.zoetrope.kernels.cpu.jit.op;

import java.util.Arrays;
import java.util.List;

/** How a convolution becomes products of matrices; the names are those of cuDNN. */
public enum ConvolutionAlgorithm {
  /** Whichever is faster, if the memory for it is in proportion. */
  AUTO("auto"),
  /** Products for the rows of the kernel: {@link ImplicitGemmConvolution}. */
  IMPLICIT_GEMM("implicit-gemm"),
  /** Minimal filtering wherever kernel and strides allow it: {@link WinogradConvolution}. */
  WINOGRAD("winograd");

  private final String id;

  ConvolutionAlgorithm(String id) {
    this.id = id;
  }

  /** Names of all algorithms. */
  public static List<String> ids() {
    return Arrays.stream(values()).map(algorithm -> algorithm.id).toList();
  }

  /**
   * The algorithm of a name.
   *
   * @throws IllegalArgumentException if there is none
   */
  public static ConvolutionAlgorithm of(String id) {
    return Arrays.stream(values())
        .filter(algorithm -> algorithm.id.equals(id))
        .findFirst()
        .orElseThrow(() ->
            new IllegalArgumentException(
                "known algorithms of convolutions are " + String.join(", ", ids())));
  }
}
