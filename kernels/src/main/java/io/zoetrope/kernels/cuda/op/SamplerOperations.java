package io.zoetrope.kernels.cuda.op;

import static io.zoetrope.kernels.cuda.op.Launcher.address;
import static io.zoetrope.kernels.cuda.op.Launcher.isBf16;

import io.zoetrope.ops.HostSamplers;
import io.zoetrope.ops.SamplerOperation;
import io.zoetrope.ops.SamplerOperation.IsFinite;
import io.zoetrope.ops.SamplerOperation.LinearCombination;
import io.zoetrope.ops.SamplerOperation.MeanDistance;
import io.zoetrope.ops.SamplerOperation.TimestepEmbedding;
import io.zoetrope.ops.SamplerOperation.ToPixels;
import io.zoetrope.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.util.List;

/** What stands around the networks: timesteps, guidance and scheduler steps, pixels. */
public final class SamplerOperations {
  /** Elements that come to the host together. */
  private static final int PIECE = 1 << 20;

  private final Launcher launcher;

  /** Operations around the networks. */
  public SamplerOperations(Launcher launcher) {
    this.launcher = launcher;
  }

  /** Runs an operation. */
  public void run(SamplerOperation operation) {
    switch (operation) {
      case LinearCombination op -> linearCombination(op.out(), op.factors(), op.terms());
      case TimestepEmbedding op -> timestepEmbedding(op);
      case ToPixels op -> toPixels(op.out(), op.x());
      case IsFinite op -> op.answer(isFinite(op.x()));
      case MeanDistance op -> meanDistance(op);
    }
  }

  private void linearCombination(Tensor out, double[] factors, List<Tensor> terms) {
    long[] structure = new long[2 * LinearCombination.MAX_TERMS];
    int bf16Terms = 0;
    for (int k = 0; k < factors.length; k++) {
      structure[k] = address(terms.get(k));
      structure[LinearCombination.MAX_TERMS + k] = Double.doubleToRawLongBits(factors[k]);
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

  private void timestepEmbedding(TimestepEmbedding op) {
    launcher.elements(
        "timestep_embedding",
        op.out().count(),
        address(op.out()),
        address(op.timesteps()),
        op.timesteps().count(),
        op.out().intSize(1),
        op.flipSinToCos() ? 1 : 0,
        op.downscaleFreqShift());
  }

  private void toPixels(Tensor out, Tensor x) {
    launcher.elements("to_pixels", x.count(), address(out), address(x), isBf16(x), x.count());
  }

  /** Waits for the device. */
  private boolean isFinite(Tensor x) {
    long flag = launcher.workspace().atLeast(Integer.BYTES);
    int[] infinite = {0};
    launcher.runtime().copyToDevice(flag, MemorySegment.ofArray(infinite));
    launcher.elements("is_finite", x.count(), flag, address(x), isBf16(x), x.count());
    launcher.runtime().copyToHost(MemorySegment.ofArray(infinite), flag);
    return infinite[0] == 0;
  }

  /** On the host, where its order of sums is defined: it decides, and is asked for once a step. */
  private void meanDistance(MeanDistance op) {
    double[] sums = new double[MeanDistance.LANES];
    Tensor x = op.x().reshape(-1);
    Tensor y = op.y() == null ? null : op.y().reshape(-1);
    for (long first = 0; first < x.count(); first += PIECE) {
      long count = Math.min(PIECE, x.count() - first);
      HostSamplers.addDistances(
          sums, onHost(x, first, count), y == null ? null : onHost(y, first, count));
    }
    op.answer(sums);
  }

  private Tensor onHost(Tensor x, long first, long count) {
    Tensor piece = Tensor.zeros(x.dtype(), count);
    launcher.runtime().copyToHost(piece.segment(), address(x.narrow(0, first, count)));
    return piece;
  }
}
