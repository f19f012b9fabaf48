package io.zoetrope.pipeline.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zoetrope.pipeline.ClipSize;
import io.zoetrope.pipeline.JobNeeds;
import io.zoetrope.pipeline.PipelineException;
import io.zoetrope.pipeline.Progress;
import io.zoetrope.pipeline.StageNeeds;
import java.util.List;
import org.junit.jupiter.api.Test;

class AdmissionTest {
  private static final long MIB = 1L << 20;
  private static final ClipSize SIZE = new ClipSize(512, 512, 17);

  /** Denoising with so many MiB, and decoding with less. */
  private static JobNeeds needs(long denoising) {
    return new JobNeeds(
        List.of(
            new StageNeeds(Progress.Stage.DENOISE, (denoising - 1) * MIB, MIB, 1),
            new StageNeeds(Progress.Stage.DECODE, MIB, 2 * MIB, 1)),
        SIZE.bytes(),
        false,
        76 * MIB);
  }

  private static Admission admission(long free, long heap) {
    return new Admission(new FreeMemory(free * MIB, "there are " + free), heap * MIB);
  }

  private static String refusal(Admission admission, JobNeeds needs, boolean computesHere) {
    return assertThrows(
            PipelineException.class, () -> admission.require(SIZE, needs, computesHere, "less"))
        .getMessage();
  }

  @Test
  void refusesWhatThereIsNoMemoryForHoweverLargeTheHeapMayGrow() {
    assertEquals(
        "17 frames of 512x512 need 589 MiB of memory for the denoising, there are 512: use less, or keep less of the weights in memory: --weights q8_0 or stored, or --weights-budget",
        refusal(admission(512, 4096), needs(500), true));
    admission(600, 100).require(SIZE, needs(500), true, "less");
  }

  @Test
  void aDeviceWithMemoryOfItsOwnHasItsOwnLimits() {
    admission(512, 4096).require(SIZE, needs(500), false, "less");
  }

  @Test
  void refusesAClipThatTheHeapCannotHold() {
    assertTrue(
        refusal(admission(4096, 12), needs(500), false).contains("13 MiB of Java heap"),
        "17 frames of 512x512 are 12.75 MiB");
  }

  @Test
  void smallJobsNeedNoCloserLook() {
    ClipSize small = new ClipSize(64, 64, 1);
    assertTrue(admission(500, 100).isSure(small, MIB, 76 * MIB));
    assertFalse(admission(50, 100).isSure(small, MIB, 76 * MIB), "the runtime alone needs more");
    assertFalse(
        admission(500, 100).isSure(small, 100 * MIB, 76 * MIB), "weights count, whatever the clip");
    assertFalse(admission(500, 1000).isSure(SIZE, MIB, 76 * MIB), "scratch counts");
    assertFalse(admission(500, 10).isSure(small, MIB, 76 * MIB), "the clip is a part of the heap");
  }
}
