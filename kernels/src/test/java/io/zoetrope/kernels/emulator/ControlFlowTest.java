package io.zoetrope.kernels.emulator;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.zoetrope.kernels.emulator.fault.Dim3;
import io.zoetrope.kernels.emulator.fault.KernelFault;
import io.zoetrope.kernels.emulator.machine.EmulatorOptions;
import io.zoetrope.kernels.emulator.machine.PtxKernel;
import io.zoetrope.kernels.emulator.memory.DeviceMemory;
import io.zoetrope.kernels.emulator.report.Grid;
import io.zoetrope.kernels.emulator.report.LaunchReport;
import org.junit.jupiter.api.Test;

/** Divergence, loops, exits, guards, comparisons, barriers, blocks on several threads. */
class ControlFlowTest {
  @Test
  void lanesLoopAsOftenAsTheyWant() {
    Snippet snippet =
        new Snippet(
            "mov.u32 %r1, %n;",
            "mov.u32 %r2, 0;",
            "$loop:",
            "setp.eq.s32 %p1, %r1, 1;",
            "setp.eq.s32 %p2, %r1, 0;",
            "or.pred %p1, %p1, %p2;",
            "@%p1 bra $done;",
            "and.b32 %r3, %r1, 1;",
            "setp.ne.s32 %p3, %r3, 0;",
            "@%p3 bra $odd;",
            "shr.u32 %r1, %r1, 1;",
            "bra $next;",
            "$odd:",
            "mad.lo.s32 %r1, %r1, 3, 1;",
            "$next:",
            "add.s32 %r2, %r2, 1;",
            "bra $loop;",
            "$done:",
            "activemask.b32 %r4;",
            "st.global.v2.u32 [%out], {%r2, %r4};");
    long[] out = snippet.run();
    for (int lane = 0; lane < 32; lane++) {
      int steps = 0;
      for (long value = lane; value > 1; value = value % 2 == 0 ? value / 2 : 3 * value + 1) {
        steps++;
      }
      assertEquals(steps, (int) out[lane], "lane " + lane);
      assertEquals(-1, (int) (out[lane] >>> 32), "lanes meet again");
    }
  }

  @Test
  void lanesThatExitLeaveTheRest() {
    long[] out =
        new Snippet(
                "and.b32 %r1, %n, 3;",
                "setp.eq.s32 %p1, %r1, 2;",
                "@%p1 exit;",
                "bar.sync 0;",
                "mov.u32 %r2, 7;",
                "st.global.u32 [%out], %r2;")
            .grid(1, 64)
            .run();
    for (int thread = 0; thread < 64; thread++) {
      assertEquals(thread % 4 == 2 ? 0 : 7, out[thread]);
    }
  }

  @Test
  void aBarrierThatNobodyWantsIsPassed() {
    new Snippet("mov.u32 %r1, %ctaid.x;", "setp.eq.s32 %p1, %r1, 0;", "@%p1 bar.sync 0;")
        .grid(2, 64)
        .run();
  }

  @Test
  void guardsAndSelections() {
    long[] out =
        new Snippet(
                "setp.lt.u32 %p1, %n, 10;",
                "mov.u32 %r1, 1;",
                "@%p1 mov.u32 %r1, 2;",
                "@!%p1 add.s32 %r1, %r1, 5;",
                "selp.b32 %r2, %r1, 100, %p1;",
                "st.global.v2.u32 [%out], {%r1, %r2};")
            .run();
    assertEquals(2 | 2L << 32, out[9]);
    assertEquals(6 | 100L << 32, out[10]);
  }

  @Test
  void comparisonsCombine() {
    long[] out =
        new Snippet(
                "setp.ge.u32 %p1, %n, 8;",
                "setp.lt.and.u32 %p2|%p3, %n, 16, %p1;",
                "setp.gt.xor.s32 %p4, %n, 11, !%p1;",
                "selp.u32 %r1, 1, 0, %p2;",
                "selp.u32 %r2, 2, 0, %p3;",
                "selp.u32 %r3, 4, 0, %p4;",
                "or.b32 %r1, %r1, %r2;",
                "or.b32 %r1, %r1, %r3;",
                "st.global.u32 [%out], %r1;")
            .run();
    for (int n = 0; n < 32; n++) {
      int first = n < 16 && n >= 8 ? 1 : 0;
      int second = n >= 16 && n >= 8 ? 2 : 0;
      int third = n > 11 ^ n < 8 ? 4 : 0;
      assertEquals(first | second | third, out[n], "lane " + n);
    }
  }

  @Test
  void comparisonsOfNans() {
    String[] compare = {"lt", "ge", "eq", "ne", "ltu", "geu", "equ", "neu", "num", "nan"};
    boolean[] expected = {false, false, false, false, true, true, true, true, false, true};
    for (int i = 0; i < compare.length; i++) {
      long out =
          new Snippet(
                  "mov.f32 %f1, 0f7FC00000;",
                  "setp." + compare[i] + ".f32 %p1, %f1, 0f3F800000;",
                  "selp.u32 %r1, 1, 0, %p1;",
                  "st.global.u32 [%out], %r1;")
              .run()[0];
      assertEquals(expected[i], out == 1, compare[i]);
    }
  }

  @Test
  void comparisonsSeeTheirTypesSigns() {
    assertEquals(1, compared("setp.lt.s32 %p1, %r1, 0;"));
    assertEquals(0, compared("setp.lt.u32 %p1, %r1, 0;"));
    assertEquals(1, compared("setp.hi.u32 %p1, %r1, 7;"));
    assertEquals(1, compared("cvt.s64.s32 %d1, %r1;\nsetp.le.s64 %p1, %d1, -1;"));
    assertEquals(0, compared("cvt.s64.s32 %d1, %r1;\nsetp.le.u64 %p1, %d1, 77;"));
    assertEquals(1, compared("cvt.u16.u32 %h1, %r1;\nsetp.lt.s16 %p1, %h1, 0;"));
    assertEquals(0, compared("cvt.u16.u32 %h1, %r1;\nsetp.lt.u16 %p1, %h1, 5;"));
  }

  private static long compared(String comparison) {
    return new Snippet(
            "mov.u32 %r1, -1;",
            comparison, "selp.u32 %r2, 1, 0, %p1;", "st.global.u32 [%out], %r2;")
        .run()[0];
  }

  /** A reduction over a block through shared memory: a barrier in a loop. */
  private static Snippet blockSum() {
    return Snippet.with(
        ".shared .align 4 .b8 sums[1024];",
        "ld.global.u32 %r1, [%in];",
        "mov.u32 %r2, %tid.x;",
        "mov.u32 %r3, sums;",
        "mad.lo.s32 %r4, %r2, 4, %r3;",
        "st.shared.u32 [%r4], %r1;",
        "mov.u32 %r5, 128;",
        "$loop:",
        "bar.sync 0;",
        "setp.ge.u32 %p1, %r2, %r5;",
        "@%p1 bra $skip;",
        "mad.lo.s32 %r6, %r5, 4, %r4;",
        "ld.shared.u32 %r7, [%r6];",
        "ld.shared.u32 %r8, [%r4];",
        "add.s32 %r7, %r7, %r8;",
        "st.shared.u32 [%r4], %r7;",
        "$skip:",
        "shr.u32 %r5, %r5, 1;",
        "setp.ne.s32 %p2, %r5, 0;",
        "@%p2 bra $loop;",
        "bar.sync 0;",
        "ld.shared.u32 %r9, [sums];",
        "st.global.u32 [%out], %r9;");
  }

  @Test
  void blocksGiveTheSameOnAnyNumberOfThreads() {
    long[] inputs = new long[256 * 9];
    for (int i = 0; i < inputs.length; i++) {
      inputs[i] = i * 2654435761L & 0xFFFF;
    }
    long[] one = blockSum().grid(9, 256).run(inputs);
    long[] four =
        blockSum().grid(9, 256).options(EmulatorOptions.STRICT.withThreads(4)).run(inputs);
    assertArrayEquals(one, four);
    for (int block = 0; block < 9; block++) {
      long sum = 0;
      for (int i = 0; i < 256; i++) {
        sum += inputs[block * 256 + i];
      }
      assertEquals(sum, one[block * 256 + 100]);
    }
  }

  @Test
  void theFaultOfTheFirstBlockIsReported() {
    for (int attempt = 0; attempt < 5; attempt++) {
      Snippet snippet =
          new Snippet("setp.lt.u32 %p1, %n, 96;", "@%p1 ret;", "trap;")
              .grid(8, 32)
              .options(EmulatorOptions.STRICT.withThreads(3));
      KernelFault fault = assertThrows(KernelFault.class, snippet::run);
      assertEquals(new Dim3(3, 0, 0), fault.block());
    }
  }

  @Test
  void specialRegistersOfThreeDimensions() {
    Snippet snippet =
        new Snippet(
            "mov.u32 %r1, %tid.y;",
            "mov.u32 %r2, %tid.z;", "mov.u32 %r3, %ctaid.z;", "mov.u32 %r4, %laneid;");
    PtxKernel kernel = PtxModule.parse(snippet.text()).kernel("snippet");
    DeviceMemory memory = new DeviceMemory(1 << 16);
    long address = memory.allocate(8192);
    LaunchReport report =
        new Emulator(memory, EmulatorOptions.STRICT)
            .launch(kernel, Grid.of(2, 3, 4, 5, 6, 7), 0, Arguments.of(address, address));
    int warpsOfABlock = (5 * 6 * 7 + 31) / 32;
    int instructions = 9 + 4 + 1;
    assertEquals(24L * warpsOfABlock * instructions, report.warpInstructions());
    assertEquals(24L * 210 * instructions, report.threadInstructions());
  }
}
