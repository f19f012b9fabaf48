package io.zoetrope.tools.cli;

import io.zoetrope.kernels.cuda.CudaBackend;
import io.zoetrope.ops.Backend;
import io.zoetrope.pipeline.JobNeeds;
import io.zoetrope.pipeline.StageNeeds;
import io.zoetrope.pipeline.run.FreeMemory;
import java.util.Comparator;
import java.util.function.Function;

/**
 * What is said of a job on the device that {@code auto} took: how much memory it takes, how much
 * there is, and what would make it fit.
 *
 * @param free bytes
 * @param weightBytes of a card, that weights may take; what is beyond takes turns. 0 for the CPU
 */
record DeviceAdvice(long free, long weightBytes) {
  /** For a device that is open, with no weights on it yet. */
  static DeviceAdvice of(Backend device) {
    return device instanceof CudaBackend card
        ? new DeviceAdvice(card.runtime().freeBytes(), CudaBackend.weightShare(card.runtime()))
        : new DeviceAdvice(FreeMemory.now().bytes(), 0);
  }

  /**
   * One line about a job.
   *
   * @param needs what the job needs on the device with tiled decoding, and without
   */
  String about(Function<Boolean, JobNeeds> needs) {
    JobNeeds plain = needs.apply(false);
    String sizes =
        "the job takes %,d MiB, %s has %,d MiB free"
            .formatted(mebibytes(bytes(plain)), isCard() ? "the card" : "this machine", free >> 20);
    if (bytes(plain) <= free) {
      return sizes;
    }
    if (fits(plain)) {
      return sizes + ": weights take turns, which takes longer";
    }
    JobNeeds tiled = needs.apply(true);
    return fits(tiled)
        ? "%s: with --vae-tiling it takes %,d MiB%s"
            .formatted(
                sizes,
                mebibytes(bytes(tiled)),
                bytes(tiled) <= free ? "" : ", and weights take turns")
        : "%s: use a smaller size or fewer frames%s"
            .formatted(sizes, isCard() ? ", or --device cpu" : "");
  }

  private boolean isCard() {
    return weightBytes > 0;
  }

  /** Whether a job runs, if weights beyond their share take turns on a card. */
  private boolean fits(JobNeeds needs) {
    return isCard()
        ? needs.stages().stream()
            .allMatch(
                stage -> stage.scratchBytes() + Math.min(stage.weightBytes(), weightBytes) <= free)
        : needs.peakBytes() <= free;
  }

  private long bytes(JobNeeds needs) {
    return isCard()
        ? needs.stages().stream()
            .max(Comparator.comparingLong(StageNeeds::peakBytes))
            .orElseThrow()
            .peakBytes()
        : needs.peakBytes();
  }

  private static long mebibytes(long bytes) {
    return Math.ceilDiv(bytes, 1L << 20);
  }
}
