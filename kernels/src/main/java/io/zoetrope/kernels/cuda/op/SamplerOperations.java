package io.zoetrope.kernels.cuda.op;

import static io.zoetrope.kernels.cuda.op.Launcher.address;
import static io.zoetrope.kernels.cuda.op.Launcher.isBf16;

import io.zoetrope.kernels.cuda.Workspace;
import io.zoetrope.ops.Backend;
import io.zoetrope.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.util.List;

/** What stands around the networks: timesteps, guidance and scheduler steps, pixels. */
public final class SamplerOperations {
  private final Launcher launcher;
  private final Workspace workspace;

  /** Operations around the networks; the workspace takes the answer of {@link #isFinite}. */
  public SamplerOperations(Launcher launcher, Workspace workspace) {
    this.launcher = launcher;
    this.workspace = workspace;
  }

  /** {@code out = sum of weights[i] * terms[i]}. */
  public void linearCombination(Tensor out, double[] weights, List<Tensor> terms) {
    long[] structure = new long[2 * Backend.MAX_TERMS];
    int bf16Terms = 0;
    for (int k = 0; k < weights.length; k++) {
      structure[k] = address(terms.get(k));
      structure[Backend.MAX_TERMS + k] = Double.doubleToRawLongBits(weights[k]);
      bf16Terms |= isBf16(terms.get(k)) << k;
    }
    launcher.elements(
        "linear_combination",
        out.count(),
        address(out),
        isBf16(out),
        structure,
        bf16Terms,
        out.count());
  }

  /** Sines and cosines of timesteps. */
  public void timestepEmbedding(
      Tensor out, Tensor timesteps, boolean flipSinToCos, float downscaleFreqShift) {
    launcher.elements(
        "timestep_embedding",
        out.count(),
        address(out),
        address(timesteps),
        timesteps.count(),
        out.intSize(1),
        flipSinToCos ? 1 : 0,
        downscaleFreqShift);
  }

  /** {@code out = 255 * clamp(x / 2 + 0.5, 0, 1)} as bytes. */
  public void toPixels(Tensor out, Tensor x) {
    launcher.elements("to_pixels", x.count(), address(out), address(x), isBf16(x), x.count());
  }

  /** Whether all elements are finite; waits for the device. */
  public boolean isFinite(Tensor x) {
    long flag = workspace.atLeast(Integer.BYTES);
    int[] infinite = {0};
    launcher.runtime().copyToDevice(flag, MemorySegment.ofArray(infinite));
    launcher.elements("is_finite", x.count(), flag, address(x), isBf16(x), x.count());
    launcher.runtime().copyToHost(MemorySegment.ofArray(infinite), flag);
    return infinite[0] == 0;
  }
}
