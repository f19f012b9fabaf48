package io.zoetrope.kernels.emulator.opcodes;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.zoetrope.kernels.emulator.Snippet;
import org.junit.jupiter.api.Test;

/** Shuffles after the pseudo-code of the PTX ISA ("shfl.sync"), votes, reductions. */
class WarpOpcodesTest {
  /**
   * The ISA's rule: with {@code segmask = c[12:8], maxLane = (lane & segmask) | (c[4:0] &
   * ~segmask)} and {@code minLane = lane & segmask}, the source lane j and whether it is in range
   * are as below; out of range a lane reads itself.
   */
  private static long expected(String mode, int lane, int b, int c) {
    int segment = c >> 8 & 0x1F;
    int maximum = (lane & segment) | (c & 0x1F & ~segment);
    int minimum = lane & segment;
    int j;
    boolean inRange;
    if (mode.equals("up")) {
      j = lane - b;
      inRange = j >= maximum;
    } else if (mode.equals("down")) {
      j = lane + b;
      inRange = j <= maximum;
    } else if (mode.equals("bfly")) {
      j = lane ^ b;
      inRange = j <= maximum;
    } else {
      j = minimum | (b & ~segment);
      inRange = j <= maximum;
    }
    int value = 1000 + 7 * (inRange ? j : lane);
    return value | (inRange ? 1L << 32 : 0);
  }

  @Test
  void shufflesFollowTheIsa() {
    String[] modes = {"up", "down", "bfly", "idx"};
    for (String mode : modes) {
      for (int width : new int[] {4, 8, 16, 32}) {
        for (int b : new int[] {0, 1, 2, 5, 16, 31}) {
          int c = 32 - width << 8 | (mode.equals("up") ? 0 : 0x1F);
          check(mode, b, c);
        }
      }
    }
    check("bfly", 4, 0x1803);
    check("down", 1, 0x000A);
  }

  private static void check(String mode, int b, int c) {
    long[] out =
        new Snippet(
                "mad.lo.s32 %r1, %n, 7, 1000;",
                "mov.u32 %r2, " + b + ";",
                "shfl.sync." + mode + ".b32 %r3|%p1, %r1, %r2, " + c + ", -1;",
                "selp.u32 %r4, 1, 0, %p1;",
                "st.global.v2.u32 [%out], {%r3, %r4};")
            .run();
    for (int lane = 0; lane < 32; lane++) {
      assertEquals(expected(mode, lane, b, c), out[lane], mode + " " + b + " lane " + lane);
    }
  }

  @Test
  void butterflySumsAllLanes() {
    StringBuilder code = new StringBuilder("mov.u32 %r1, %n;\n");
    for (int step = 16; step > 0; step /= 2) {
      code.append("shfl.sync.bfly.b32 %r2, %r1, " + step + ", 31, -1;\nadd.s32 %r1, %r1, %r2;\n");
    }
    long[] out = new Snippet(code.toString(), "st.global.u32 [%out], %r1;").run();
    for (long sum : out) {
      assertEquals(31 * 32 / 2, sum);
    }
  }

  @Test
  void votes() {
    String odd = "and.b32 %r1, %n, 1;\nsetp.ne.s32 %p1, %r1, 0;";
    assertEquals(
        0xAAAAAAAAL,
        new Snippet(odd, "vote.sync.ballot.b32 %r2, %p1, -1;", "st.global.u32 [%out], %r2;")
            .run()[9]);
    assertEquals(
        0x55555555L,
        new Snippet(odd, "vote.sync.ballot.b32 %r2, !%p1, -1;", "st.global.u32 [%out], %r2;")
            .run()[9]);
    long[] expected = {1, 0, 0};
    String[] modes = {"any", "all", "uni"};
    for (int i = 0; i < modes.length; i++) {
      assertEquals(
          expected[i],
          new Snippet(
                  odd,
                  "vote.sync." + modes[i] + ".pred %p2, %p1, -1;",
                  "selp.u32 %r2, 1, 0, %p2;",
                  "st.global.u32 [%out], %r2;")
              .run()[0],
          modes[i]);
    }
  }

  @Test
  void votesAndMasksSeeOnlyTheLanesThatAreThere() {
    long[] out =
        new Snippet(
                "setp.ge.u32 %p1, %n, 8;",
                "@%p1 bra $rest;",
                "setp.lt.u32 %p2, %n, 3;",
                "vote.sync.ballot.b32 %r1, %p2, 0xFF;",
                "activemask.b32 %r2;",
                "bra $store;",
                "$rest:",
                "setp.gt.u32 %p2, %n, 30;",
                "vote.sync.ballot.b32 %r1, %p2, 0xFFFFFF00;",
                "activemask.b32 %r2;",
                "$store:",
                "st.global.v2.u32 [%out], {%r1, %r2};")
            .run();
    assertEquals(7 | 0xFFL << 32, out[3]);
    assertEquals(0x80000000L | 0xFFFFFF00L << 32, out[8]);
  }
}
