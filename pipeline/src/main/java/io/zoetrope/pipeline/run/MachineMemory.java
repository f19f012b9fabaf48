package io.zoetrope.pipeline.run;

import com.sun.management.OperatingSystemMXBean;
import io.zoetrope.pipeline.ClipSize;
import io.zoetrope.pipeline.JobNeeds;
import io.zoetrope.pipeline.PipelineException;
import java.lang.management.ManagementFactory;

/** Refuses jobs that this machine has not the memory for, which it would otherwise kill midway. */
final class MachineMemory {
  /** No stage's scratch is larger than so many times the finished clip: Wan 2.1 takes about 50. */
  private static final long SCRATCH_PER_CLIP = 1000;

  private MachineMemory() {}

  /**
   * Whether a job is so small that it fits whatever its stages need: a dry run would be a good part
   * of its start-up time.
   *
   * @param weightBytes stored bytes of the largest component
   */
  static boolean surelyHas(ClipSize size, long weightBytes) {
    return size.bytes() <= Runtime.getRuntime().maxMemory() / SCRATCH_PER_CLIP;
  }

  /**
   * Compares a job with the memory of the machine or container, and its clip with the Java heap,
   * which holds it.
   *
   * @param computesHere whether the device computes in this memory
   * @throws PipelineException that says how much is needed and how much there is
   */
  static void require(ClipSize size, JobNeeds needs, boolean computesHere) {
    long clipBytes = needs.clipBytes();
    long heap = Runtime.getRuntime().maxMemory();
    if (clipBytes > heap) {
      throw new PipelineException(
          "%s take %s MiB of Java heap, its limit is %s MiB: use a smaller size or fewer frames, or raise the limit with -Xmx"
              .formatted(size, mebibytes(clipBytes), mebibytes(heap)));
    }
    long needed = needs.peakBytes();
    // The heap's limit is a part of the memory: what is below needs no closer look, which is slow.
    if (computesHere && needed > heap && needed > total()) {
      throw new PipelineException(
          "%s need %s MiB of memory for the %s, this machine has %s MiB: use a smaller size, fewer frames or tiled decoding"
              .formatted(
                  size, mebibytes(needed), needs.largest().stage().title(), mebibytes(total())));
    }
  }

  private static long total() {
    return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getTotalMemorySize();
  }

  private static long mebibytes(long bytes) {
    return Math.ceilDiv(bytes, 1L << 20);
  }
}
