package io.zoetrope.kernels.emulator.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zoetrope.kernels.emulator.Snippet;
import io.zoetrope.kernels.emulator.fault.InvalidLaunchException;
import org.junit.jupiter.api.Test;

/** Counts against counts made by hand. */
class CountersTest {
  private static final String TILE = ".shared .align 16 .b8 tile[8192];";

  private static LaunchReport report(Snippet snippet, long... inputs) {
    snippet.run(inputs);
    return snippet.report();
  }

  private static LineProfile line(LaunchReport report, InstructionClass kind) {
    return report.lines().stream().filter(l -> l.kind() == kind).findFirst().orElseThrow();
  }

  @Test
  void sectorsOfLoads() {
    assertLoad("ld.global.u64 %d1, [%in];", 256, 8, 8);
    assertLoad("ld.global.u32 %r1, [%in];", 128, 8, 4);
    assertLoad("ld.global.u8 %r1, [%in];", 32, 8, 1);
    assertLoad("ld.param.u64 %d2, [in_buffer];\nld.global.u32 %r1, [%d2];", 128, 1, 4);
    String strided = "mad.wide.u32 %in, %n, 56, %in;\n";
    assertLoad(strided + "ld.global.u32 %r1, [%in];", 128, 32, 4);
    assertLoad(strided + "ld.global.v4.u32 {%r1, %r2, %r3, %r4}, [%in];", 512, 32, 16);
    String backwards = "mul.wide.u32 %d1, %n, 16;\nsub.s64 %in, %in, %d1;\n";
    assertLoad(backwards + "ld.global.u64 %d2, [%in+248];", 256, 8, 8);
    assertLoad("setp.lt.u32 %p1, %n, 5;\n@%p1 ld.global.u64 %d1, [%in];", 40, 2, 2);
  }

  private static void assertLoad(String code, int bytes, int sectors, int ideal) {
    LineProfile load =
        line(report(new Snippet(code), new long[32 * 8]), InstructionClass.GLOBAL_LOAD);
    assertEquals(1, load.requests(), code);
    assertEquals(bytes, load.bytes(), code);
    assertEquals(sectors, load.transactions(), code);
    assertEquals(ideal, load.idealTransactions(), code);
  }

  @Test
  void wavefrontsOfStores() {
    assertStore("mul.lo.s32 %r2, %n, 4;", "st.shared.u32 [%r2], %n;", 1, 1);
    assertStore("mul.lo.s32 %r2, %n, 8;", "st.shared.u32 [%r2], %n;", 2, 1);
    assertStore("mul.lo.s32 %r2, %n, 128;", "st.shared.u32 [%r2], %n;", 32, 1);
    assertStore("mul.lo.s32 %r2, %n, 132;", "st.shared.u32 [%r2], %n;", 1, 1);
    assertStore("mul.lo.s32 %r2, %n, 8;", "st.shared.u64 [%r2], %in;", 2, 2);
    assertStore("mul.lo.s32 %r2, %n, 16;", "st.shared.v4.u32 [%r2], {%n, %n, %n, %n};", 4, 4);
    assertStore("mul.lo.s32 %r2, %n, 128;", "st.shared.v4.u32 [%r2], {%n, %n, %n, %n};", 32, 4);
    assertStore("mul.lo.s32 %r2, %n, 144;", "st.shared.v4.u32 [%r2], {%n, %n, %n, %n};", 4, 4);
  }

  private static void assertStore(String address, String store, int wavefronts, int ideal) {
    LaunchReport report = report(Snippet.with(TILE, address, store));
    LineProfile line = line(report, InstructionClass.SHARED_STORE);
    assertEquals(wavefronts, line.transactions(), address + store);
    assertEquals(ideal, line.idealTransactions(), address + store);
    assertEquals(wavefronts - ideal, report.bankConflicts(), address + store);
  }

  @Test
  void broadcastsAreOneWavefront() {
    LaunchReport report =
        report(
            Snippet.with(
                TILE,
                "setp.eq.s32 %p1, %n, 0;",
                "@%p1 st.shared.u32 [tile], %n;",
                "bar.sync 0;",
                "ld.shared.u32 %r1, [tile];"));
    assertEquals(1, line(report, InstructionClass.SHARED_LOAD).transactions());
    assertEquals(4, line(report, InstructionClass.SHARED_STORE).bytes());
    assertEquals(0, report.bankConflicts());
  }

  @Test
  void rowsOfMatricesConflictWithoutSwizzle() {
    assertMatrixLoad(16, 4);
    assertMatrixLoad(64, 16);
    assertMatrixLoad(128, 32);
  }

  private static void assertMatrixLoad(int stride, int wavefronts) {
    LaunchReport report =
        report(
            Snippet.with(
                TILE,
                "mul.lo.s32 %r2, %n, " + stride + ";",
                "st.shared.v4.u32 [%r2], {%n, %n, %n, %n};",
                "bar.warp.sync -1;",
                "ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%r4, %r5, %r6, %r7}, [%r2];"));
    LineProfile load = line(report, InstructionClass.SHARED_LOAD);
    assertEquals(wavefronts, load.transactions());
    assertEquals(4, load.idealTransactions());
    assertEquals(512, load.bytes());
  }

  @Test
  void divergenceAndLanes() {
    LaunchReport report =
        report(
            new Snippet(
                    "setp.lt.u32 %p1, %n, 40;",
                    "@%p1 bra $low;",
                    "mov.u32 %r1, 1;",
                    "mov.u32 %r1, 2;",
                    "$low:",
                    "mov.u32 %r2, 3;")
                .grid(1, 64));
    assertEquals(1, report.divergentBranches());
    int before = 9 + 1 + 1;
    int after = 2;
    assertEquals(2 * before + 2 + 2 * after, report.warpInstructions());
    assertEquals(64 * 10 + 40 + 24 * 2 + 64 * after, report.threadInstructions());
    assertEquals(
        report.threadInstructions() / (32.0 * report.warpInstructions()), report.activeLanes());
    assertEquals(2, report.warpInstructions(InstructionClass.COMPARE));
  }

  @Test
  void operations() {
    LaunchReport report =
        report(
            new Snippet(
                "mov.f32 %f1, 0f3F800000;",
                "mov.u32 %r1, 0;",
                "fma.rn.f32 %f2, %f1, %f1, %f1;",
                "add.f32 %f3, %f2, %f1;",
                "rsqrt.approx.f32 %f3, %f2;",
                "mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%f4, %f5, %f6, %f7}, "
                    + "{%r1, %r1, %r1, %r1}, {%r1, %r1}, {%f1, %f1, %f1, %f1};"));
    assertEquals(2 * 16 * 8 * 16, report.tensorFlops());
    assertEquals(32 * 4, report.flops());
    assertEquals(1, report.warpInstructions(InstructionClass.SPECIAL));
  }

  @Test
  void asynchronousCopiesCountAsGlobalBytes() {
    LaunchReport report =
        report(
            Snippet.with(
                TILE,
                "mul.lo.s32 %r2, %n, 8;",
                "cp.async.ca.shared.global [%r2], [%in], 8;",
                "cp.async.wait_all;"),
            new long[32]);
    assertEquals(256, report.globalBytes());
    assertEquals(8, report.globalSectors());
    assertEquals(1.0, report.globalEfficiency());
  }

  @Test
  void summaryNamesTheWorstLine() {
    Snippet snippet = Snippet.with(TILE, "mul.lo.s32 %r2, %n, 128;", "st.shared.u32 [%r2], %n;");
    String summary = report(snippet).summary();
    int line = snippet.lineOf("st.shared");
    assertTrue(
        summary.contains(
            "PTX line " + line + ": 31 of 32 transactions too many: st.shared.u32 [%r2], %n;"),
        summary);
    assertTrue(summary.contains("128 bytes, 31 wavefronts too many"), summary);
    assertTrue(summary.contains("12 by warps, 384 by threads (100.0 % of lanes active)"), summary);
  }

  /** Values of NVIDIA's occupancy calculator. */
  @Test
  void occupancy() {
    assertOccupancy(GpuArchitecture.SM_80, 256, 32, 0, 8, 64, Occupancy.Limit.WARPS);
    assertOccupancy(GpuArchitecture.SM_80, 256, 128, 49152, 2, 16, Occupancy.Limit.REGISTERS);
    assertOccupancy(GpuArchitecture.SM_80, 128, 64, 81920, 2, 8, Occupancy.Limit.SHARED_MEMORY);
    assertOccupancy(GpuArchitecture.SM_80, 32, 16, 0, 32, 32, Occupancy.Limit.BLOCKS);
    assertOccupancy(GpuArchitecture.SM_86, 256, 40, 0, 6, 48, Occupancy.Limit.WARPS);
    assertOccupancy(GpuArchitecture.SM_89, 128, 168, 0, 3, 12, Occupancy.Limit.REGISTERS);
    assertOccupancy(GpuArchitecture.SM_90, 128, 255, 102400, 2, 8, Occupancy.Limit.REGISTERS);
    assertThrows(
        InvalidLaunchException.class, () -> GpuArchitecture.SM_86.occupancy(128, 32, 102400));
    assertThrows(InvalidLaunchException.class, () -> GpuArchitecture.SM_80.occupancy(1024, 128, 0));
  }

  private static void assertOccupancy(
      GpuArchitecture architecture,
      int threads,
      int registers,
      int shared,
      int blocks,
      int warps,
      Occupancy.Limit limit) {
    assertEquals(
        new Occupancy(blocks, warps, architecture.warps(), limit),
        architecture.occupancy(threads, registers, shared));
  }
}
