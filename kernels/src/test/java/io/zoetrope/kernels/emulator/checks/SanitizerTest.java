package io.zoetrope.kernels.emulator.checks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zoetrope.kernels.emulator.Arguments;
import io.zoetrope.kernels.emulator.Emulator;
import io.zoetrope.kernels.emulator.PtxModule;
import io.zoetrope.kernels.emulator.Snippet;
import io.zoetrope.kernels.emulator.fault.Dim3;
import io.zoetrope.kernels.emulator.fault.Finding;
import io.zoetrope.kernels.emulator.fault.KernelFault;
import io.zoetrope.kernels.emulator.machine.EmulatorOptions;
import io.zoetrope.kernels.emulator.machine.PtxKernel;
import io.zoetrope.kernels.emulator.memory.DeviceMemory;
import io.zoetrope.kernels.emulator.report.Grid;
import org.junit.jupiter.api.Test;

/** Every sanitizer fires on a planted fault and keeps quiet on the same code without it. */
class SanitizerTest {
  private static final String TILE = ".shared .align 16 .b8 tile[512];";
  private static final String SLOT = "mov.u32 %r1, tile;\nmad.lo.s32 %r2, %n, 4, %r1;\n";

  private static KernelFault fault(Finding finding, Snippet snippet, long... inputs) {
    KernelFault fault = assertThrows(KernelFault.class, () -> snippet.run(inputs));
    assertEquals(finding, fault.finding(), fault.getMessage());
    return fault;
  }

  @Test
  void faultsNameThePlace() {
    Snippet snippet =
        new Snippet("setp.ne.s32 %p1, %n, 37;", "@%p1 ret;", "ld.global.u32 %r1, [%in+4096];")
            .grid(2, 32);
    KernelFault fault = fault(Finding.OUT_OF_BOUNDS, snippet, new long[64]);
    assertEquals("snippet", fault.kernel());
    assertEquals(snippet.lineOf("ld.global.u32 %r1, [%in+4096]"), fault.line());
    assertEquals(new Dim3(1, 0, 0), fault.block());
    assertEquals(new Dim3(5, 0, 0), fault.thread());
    assertTrue(fault.address() > 4096);
    assertTrue(
        fault
            .getMessage()
            .contains("behind the start of the nearest allocation below, which has 512"),
        fault.getMessage());
  }

  @Test
  void globalBoundsAreExact() {
    new Snippet("ld.global.u32 %r1, [%in+4];").run(new long[32]);
    fault(Finding.OUT_OF_BOUNDS, new Snippet("ld.global.u32 %r1, [%in+8];"), new long[32]);
    fault(Finding.OUT_OF_BOUNDS, new Snippet("st.global.u32 [%out+-4], %n;"));
    fault(
        Finding.OUT_OF_BOUNDS,
        new Snippet("cvt.u32.u64 %r1, %out;", "cvt.u64.u32 %d1, %r1;", "st.global.u32 [%d1], %n;"));
  }

  @Test
  void sharedBoundsAreExact() {
    Snippet.with(TILE, "st.shared.u32 [tile+508], %n;").grid(1, 1).run();
    fault(Finding.OUT_OF_BOUNDS, Snippet.with(TILE, "st.shared.u32 [tile+512], %n;").grid(1, 1));
    fault(Finding.OUT_OF_BOUNDS, Snippet.with(TILE, "st.shared.u32 [tile+-4], %n;").grid(1, 1));
  }

  @Test
  void localBoundsAreExact() {
    String depot = ".local .align 8 .b8 depot[16];";
    Snippet.with(depot, "mov.u64 %d1, depot;", "st.local.u32 [%d1+12], %n;").run();
    fault(
        Finding.OUT_OF_BOUNDS,
        Snippet.with(depot, "mov.u64 %d1, depot;", "st.local.u32 [%d1+16], %n;"));
  }

  @Test
  void alignmentIsThatOfTheAccess() {
    new Snippet("ld.global.v2.u32 {%r1, %r2}, [%in];").run(new long[32]);
    fault(Finding.MISALIGNED, new Snippet("ld.global.v2.u32 {%r1, %r2}, [%in+4];"), new long[33]);
    fault(Finding.MISALIGNED, Snippet.with(TILE, "st.shared.u64 [tile+4], %in;").grid(1, 1));
  }

  @Test
  void uninitialisedGlobalMemory() {
    fault(
        Finding.UNINITIALISED_MEMORY, Snippet.with(TILE, "ld.shared.u32 %r1, [tile];").grid(1, 1));
    fault(
        Finding.UNINITIALISED_MEMORY,
        Snippet.with(
            ".local .align 4 .b8 depot[16];", "mov.u64 %d1, depot;", "ld.local.u32 %r1, [%d1];"));
    DeviceMemory memory = new DeviceMemory(1 << 20);
    long address = memory.allocate(64);
    PtxKernel kernel =
        PtxModule.parse(new Snippet("ld.global.u32 %r1, [%in];").text()).kernel("snippet");
    assertEquals(Finding.UNINITIALISED_MEMORY, launchFault(memory, kernel, address).finding());
    memory.memset(address, 0, 1, 64);
    launch(memory, kernel, address);
    memory.markUnwritten(address, 64);
    assertEquals(Finding.UNINITIALISED_MEMORY, launchFault(memory, kernel, address).finding());
  }

  private static KernelFault launchFault(DeviceMemory memory, PtxKernel kernel, long address) {
    return assertThrows(KernelFault.class, () -> launch(memory, kernel, address));
  }

  private static void launch(DeviceMemory memory, PtxKernel kernel, long address) {
    new Emulator(memory, EmulatorOptions.STRICT)
        .launch(kernel, Grid.of(1, 1), 0, Arguments.of(address, address));
  }

  @Test
  void uninitialisedRegisters() {
    fault(Finding.UNINITIALISED_REGISTER, new Snippet("add.s32 %r1, %r2, 1;"));
    fault(Finding.UNINITIALISED_REGISTER, new Snippet("@%p1 mov.u32 %r1, 0;"));
    String half = "setp.lt.u32 %p1, %n, 16;\n@%p1 mov.u32 %r1, 5;\n";
    new Snippet(half, "@%p1 st.global.u32 [%out], %r1;").run();
    KernelFault fault =
        fault(Finding.UNINITIALISED_REGISTER, new Snippet(half, "st.global.u32 [%out], %r1;"));
    assertEquals(new Dim3(16, 0, 0), fault.thread());
    new Snippet(half, "mov.u32 %r3, %r1;")
        .options(new EmulatorOptions(1, false, true, true, 1000))
        .run();
  }

  @Test
  void sharedRaceBetweenWarps() {
    String write = "st.shared.u32 [%r2], %n;\nbar.sync 0;\nst.shared.u32 [%r2], %n;\n";
    String read = "xor.b32 %r3, %r2, 128;\nld.shared.u32 %r4, [%r3];";
    Snippet.with(TILE, SLOT, write, "bar.sync 0;", read).grid(1, 64).run();
    fault(
        Finding.SHARED_RACE,
        Snippet.with(TILE, SLOT, write, "bar.warp.sync -1;", read).grid(1, 64));
  }

  @Test
  void sharedRaceInsideOfAWarp() {
    String read = "xor.b32 %r3, %r2, 4;\nld.shared.u32 %r4, [%r3];";
    Snippet.with(TILE, SLOT, "st.shared.u32 [%r2], %n;", "bar.warp.sync -1;", read).run();
    fault(Finding.SHARED_RACE, Snippet.with(TILE, SLOT, "st.shared.u32 [%r2], %n;", read));
    fault(Finding.SHARED_RACE, Snippet.with(TILE, "st.shared.u32 [tile], %n;"));
  }

  @Test
  void sharedRaceOfAWriteAfterReads() {
    String reads =
        "st.shared.u32 [%r2], %n;\nbar.sync 0;\nxor.b32 %r3, %r2, 128;\nld.shared.u32 %r4, [%r3];\n";
    String write = "st.shared.u32 [%r2], %r4;";
    Snippet.with(TILE, SLOT, reads, "bar.sync 0;", write).grid(1, 64).run();
    fault(Finding.SHARED_RACE, Snippet.with(TILE, SLOT, reads, write).grid(1, 64));
  }

  @Test
  void neighbouringHalfWordsAreNoRace() {
    Snippet.with(
            TILE,
            "mov.u32 %r1, tile;",
            "mad.lo.s32 %r2, %n, 2, %r1;",
            "cvt.u16.u32 %h1, %n;",
            "st.shared.u16 [%r2], %h1;")
        .grid(1, 64)
        .run();
  }

  @Test
  void sharedAtomicsDoNotRaceWithEachOther() {
    String clear = "setp.eq.s32 %p1, %n, 0;\n@%p1 st.shared.u32 [tile], 0;\n";
    String add = "atom.shared.add.u32 %r5, [tile], 1;\n";
    long[] out =
        Snippet.with(
                TILE,
                clear,
                "bar.sync 0;",
                add,
                "bar.sync 0;",
                "ld.shared.u32 %r6, [tile];",
                "st.global.u32 [%out], %r6;")
            .grid(1, 64)
            .run();
    assertEquals(64, out[63]);
    fault(Finding.SHARED_RACE, Snippet.with(TILE, clear, add).grid(1, 64));
    fault(
        Finding.SHARED_RACE,
        Snippet.with(TILE, clear, "bar.sync 0;", add, "ld.shared.u32 %r6, [tile];").grid(1, 64));
  }

  @Test
  void globalRaceBetweenBlocks() {
    new Snippet("st.global.u32 [%out], %n;").grid(4, 32).run();
    fault(
        Finding.GLOBAL_RACE,
        new Snippet("ld.param.u64 %d1, [out_buffer];", "@!%p1 st.global.u32 [%d1], %n;")
            .options(new EmulatorOptions(1, false, true, true, 1000))
            .grid(2, 1));
    fault(
        Finding.GLOBAL_RACE,
        new Snippet(
                "ld.param.u64 %d1, [out_buffer];",
                "ld.global.u32 %r1, [%d1];",
                "setp.eq.s32 %p1, %n, 1;",
                "@%p1 st.global.u32 [%d1], %n;")
            .grid(2, 1));
  }

  @Test
  void globalAtomicsOfBlocksAddUp() {
    long[] out =
        new Snippet("ld.param.u64 %d1, [out_buffer];", "atom.global.add.u32 %r1, [%d1], 2;")
            .options(EmulatorOptions.STRICT.withThreads(3))
            .grid(8, 64)
            .run();
    assertEquals(1024, out[0]);
  }

  private static final String COPY =
      "mov.u32 %r1, tile;\nmad.lo.s32 %r2, %n, 8, %r1;\n"
          + "cp.async.ca.shared.global [%r2], [%in], 8;\n";

  @Test
  void asynchronousCopiesMustBeWaitedFor() {
    String read = "ld.shared.u64 %d1, [%r2];\nst.global.u64 [%out], %d1;";
    long[] inputs = new long[32];
    inputs[7] = 77;
    String commit = "cp.async.commit_group;\n";
    assertEquals(
        77, Snippet.with(TILE, COPY, commit, "cp.async.wait_group 0;", read).run(inputs)[7]);
    assertEquals(77, Snippet.with(TILE, COPY, "cp.async.wait_all;", read).run(inputs)[7]);
    fault(Finding.ASYNC_COPY_PENDING, Snippet.with(TILE, COPY, commit, read), inputs);
    fault(
        Finding.ASYNC_COPY_PENDING,
        Snippet.with(TILE, COPY, commit, "cp.async.wait_group 1;", read),
        inputs);
    fault(
        Finding.ASYNC_COPY_PENDING,
        Snippet.with(TILE, COPY, "cp.async.wait_group 0;", read),
        inputs);
    fault(
        Finding.ASYNC_COPY_PENDING,
        Snippet.with(TILE, COPY, commit, "st.shared.u64 [%r2], 0;"),
        inputs);
  }

  @Test
  void waitingForOnesOwnCopiesIsNoBarrier() {
    String read = "xor.b32 %r3, %r2, 256;\nld.shared.u64 %d1, [%r3];";
    String wait = "cp.async.commit_group;\ncp.async.wait_group 0;\n";
    Snippet.with(TILE, COPY, wait, "bar.sync 0;", read).grid(1, 64).run(new long[64]);
    KernelFault fault =
        assertThrows(
            KernelFault.class,
            () -> Snippet.with(TILE, COPY, wait, read).grid(1, 64).run(new long[64]));
    assertTrue(
        fault.finding() == Finding.SHARED_RACE || fault.finding() == Finding.UNINITIALISED_MEMORY,
        fault.getMessage());
  }

  @Test
  void shortCopiesFillWithZeros() {
    long[] out =
        Snippet.with(
                TILE,
                "mov.u32 %r1, tile;",
                "mad.lo.s32 %r2, %n, 8, %r1;",
                "cp.async.ca.shared.global [%r2], [%in], 8, 4;",
                "cp.async.wait_all;",
                "ld.shared.u64 %d1, [%r2];",
                "st.global.u64 [%out], %d1;")
            .grid(1, 2)
            .run(-1, -1);
    assertEquals(0xFFFFFFFFL, out[1]);
  }

  @Test
  void divergenceAtInstructionsThatWantTheWarp() {
    String half = "setp.lt.u32 %p1, %n, 16;\nmov.u32 %r1, 0;\nmov.u32 %r2, 1;\nmov.u32 %r3, 2;\n";
    fault(Finding.DIVERGENCE, new Snippet(half, "@%p1 bar.sync 0;"));
    fault(Finding.DIVERGENCE, new Snippet(half, "@%p1 shfl.sync.bfly.b32 %r4, %n, 1, 31, -1;"));
    fault(Finding.DIVERGENCE, new Snippet(half, "@%p1 bar.warp.sync -1;"));
    fault(
        Finding.DIVERGENCE, new Snippet(half, "@%p1 shfl.sync.bfly.b32 %r4, %n, 16, 31, 0xFFFF;"));
    new Snippet(half, "@%p1 shfl.sync.bfly.b32 %r4, %n, 1, 31, 0xFFFF;").run();
    fault(
        Finding.DIVERGENCE,
        Snippet.with(
            TILE,
            half,
            "mov.u32 %r1, tile;",
            "@%p1 ldmatrix.sync.aligned.m8n8.x1.shared.b16 {%r4}, [%r1];"));
    fault(
        Finding.DIVERGENCE,
        new Snippet(
            half,
            "@%p1 mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%r4, %r5, %r6, %r7}, "
                + "{%r1, %r2, %r3, %r1}, {%r2, %r3}, {%r1, %r1, %r1, %r1};"));
    fault(
        Finding.DIVERGENCE,
        new Snippet("setp.ge.u32 %p1, %n, 32;", "@%p1 ret;", "bar.sync 0;").grid(1, 64));
  }

  @Test
  void warpsMustWaitAtTheSameBarrier() {
    String half = "setp.lt.u32 %p1, %n, 32;\n";
    new Snippet(half, "@%p1 bar.sync 1;", "@!%p1 bar.sync 1;").grid(1, 64).run();
    fault(
        Finding.DIVERGENCE, new Snippet(half, "@%p1 bar.sync 1;", "@!%p1 bar.sync 2;").grid(1, 64));
  }

  @Test
  void endlessLoopsAreStopped() {
    Snippet loop = new Snippet("$again:", "bra $again;");
    loop.options(EmulatorOptions.STRICT.withInstructionLimit(5000));
    fault(Finding.ENDLESS, loop);
  }

  @Test
  void trap() {
    fault(Finding.TRAP, new Snippet("setp.eq.s32 %p1, %n, 3;", "@%p1 trap;"));
  }

  @Test
  void parametersAreBounded() {
    fault(Finding.OUT_OF_BOUNDS, new Snippet("ld.param.u64 %d1, [out_buffer+8];"));
  }
}
