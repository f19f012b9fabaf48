package io.zoetrope.kernels.emulator.opcodes;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.zoetrope.kernels.emulator.Arguments;
import io.zoetrope.kernels.emulator.Emulator;
import io.zoetrope.kernels.emulator.PtxModule;
import io.zoetrope.kernels.emulator.Snippet;
import io.zoetrope.kernels.emulator.machine.EmulatorOptions;
import io.zoetrope.kernels.emulator.machine.PtxKernel;
import io.zoetrope.kernels.emulator.memory.DeviceMemory;
import io.zoetrope.kernels.emulator.report.Grid;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;

/** Loads, stores and atomics in all state spaces. */
class MemoryOpcodesTest {
  private static final String TILE = ".shared .align 16 .b8 tile[512];";

  private static long first(Snippet snippet, long... inputs) {
    return snippet.grid(1, 1).run(inputs)[0];
  }

  @Test
  void narrowLoadsExtend() {
    long input = 0x80FFL;
    assertEquals(
        0xFFFFFFFFL,
        first(new Snippet("ld.global.s8 %r1, [%in];", "st.global.u32 [%out], %r1;"), input));
    assertEquals(
        0xFFL, first(new Snippet("ld.global.u8 %r1, [%in];", "st.global.u32 [%out], %r1;"), input));
    assertEquals(
        0x80L,
        first(new Snippet("ld.global.u8 %h1, [%in+1];", "st.global.u16 [%out], %h1;"), input));
    assertEquals(
        0xFF80L,
        first(new Snippet("ld.global.s8 %h1, [%in+1];", "st.global.u16 [%out], %h1;"), input));
    assertEquals(
        0xFFFFFFFFFFFF80FFL,
        first(new Snippet("ld.global.s16 %d1, [%in];", "st.global.u64 [%out], %d1;"), input));
    assertEquals(
        0xFFL,
        first(new Snippet("ld.global.nc.u16 %h1, [%in];", "st.global.u8 [%out], %h1;"), input));
  }

  @Test
  void vectorsKeepTheirOrder() {
    long[] out =
        new Snippet(
                "ld.global.v4.u16 {%h1, %h2, %h3, %h4}, [%in];",
                "st.global.v4.u16 [%out], {%h4, %h3, %h2, %h1};")
            .grid(1, 1)
            .run(0x0004_0003_0002_0001L);
    assertEquals(0x0001_0002_0003_0004L, out[0]);
    out =
        new Snippet(
                "setp.ne.s32 %p1, %n, 0;",
                "@%p1 ret;",
                "ld.global.v2.u64 {%d1, %d2}, [%in];",
                "st.global.cs.v2.f64 [%out], {%d2, %d1};")
            .grid(1, 2)
            .run(5, 6);
    assertEquals(6, out[0]);
    assertEquals(5, out[1]);
  }

  @Test
  void registersArePackedAndUnpacked() {
    long[] out =
        new Snippet(
                "ld.global.u64 %d1, [%in];",
                "mov.b64 {%r1, %r2}, %d1;",
                "mov.b32 {%h1, %h2}, %r1;",
                "mov.b32 %r3, {%h2, %h1};",
                "mov.b64 %d2, {%r2, %r3};",
                "st.global.u64 [%out], %d2;")
            .grid(1, 1)
            .run(0x44443333_22221111L);
    assertEquals(0x11112222_44443333L, out[0]);
  }

  @Test
  void scopesHaveRegistersOfTheirOwn() {
    long[] out =
        new Snippet(
                "mov.u32 %r1, 5;",
                "{ .reg.b32 t; .reg .pred q;",
                "add.s32 t, %r1, 1; mov.u32 %r2, t; }",
                "{ .reg .b32 t; mov.u32 t, 9; add.s32 %r2, %r2, t; }",
                "st.global.u32 [%out], %r2;")
            .run();
    assertEquals(15, out[0]);
  }

  @Test
  void genericAddressesReachEverySpace() {
    long[] out =
        Snippet.with(
                TILE + "\n.local .align 8 .b8 depot[16];",
                "mov.u64 %d1, tile;",
                "cvta.shared.u64 %d2, %d1;",
                "mov.u64 %d3, depot;",
                "cvta.local.u64 %d4, %d3;",
                "cvta.to.global.u64 %d5, %out;",
                "st.u32 [%d2+8], 11;",
                "st.u32 [%d4+4], 22;",
                "ld.shared.u32 %r1, [tile+8];",
                "ld.local.u32 %r2, [%d3+4];",
                "ld.u32 %r3, [%d2+8];",
                "add.s32 %r1, %r1, %r3;",
                "cvta.to.shared.u64 %d6, %d2;",
                "add.s64 %d6, %d6, 100;",
                "cvt.u32.u64 %r4, %d6;",
                "add.s32 %r1, %r1, %r4;",
                "st.v2.u32 [%d5], {%r1, %r2};")
            .grid(1, 1)
            .run();
    assertEquals(122 | 22L << 32, out[0]);
  }

  @Test
  void dynamicSharedMemoryFollowsTheStaticOne() {
    String text =
        new Snippet("")
            .text()
            .replace(".visible", ".extern .shared .align 16 .b8 dynamic[];\n.visible")
            .replace(".reg .pred", ".shared .align 4 .b8 fixed[200];\n.reg .pred")
            .replace(
                "ret;",
                "mov.u32 %r1, dynamic;\nst.shared.u32 [dynamic+60], %r1;\n"
                    + "ld.shared.u32 %r2, [%r1+60];\nst.global.u32 [%out], %r2;\nret;");
    PtxKernel kernel = PtxModule.parse(text).kernel("snippet");
    DeviceMemory memory = new DeviceMemory(4096);
    long address = memory.allocate(8);
    new Emulator(memory, EmulatorOptions.STRICT)
        .launch(kernel, Grid.of(1, 1), 64, Arguments.of(address, address));
    int[] out = new int[1];
    memory.read(address, MemorySegment.ofArray(out));
    assertEquals(256, kernel.staticSharedBytes());
    assertEquals(256, out[0]);
  }

  @Test
  void moduleVariablesHaveTheirValues() {
    String text =
        new Snippet("")
            .text()
            .replace(
                ".visible",
                ".const .align 4 .b8 table[8] = {1, 0, 0, 0, 0x2, 1};\n"
                    + ".global .align 4 .u32 counter = 40;\n.visible")
            .replace(
                "ret;",
                "ld.const.u32 %r1, [table+4];\nld.global.u32 %r2, [counter];\n"
                    + "add.s32 %r2, %r2, 2;\nst.global.u32 [counter], %r2;\n"
                    + "st.global.v2.u32 [%out], {%r1, %r2};\nret;");
    DeviceMemory memory = new DeviceMemory(4096);
    long address = memory.allocate(8);
    PtxKernel kernel = PtxModule.parse(text).kernel("snippet");
    Emulator emulator = new Emulator(memory, EmulatorOptions.STRICT);
    int[] out = new int[2];
    for (int launch = 1; launch <= 2; launch++) {
      emulator.launch(kernel, Grid.of(1, 1), 0, Arguments.of(address, address));
      memory.read(address, MemorySegment.ofArray(out));
      assertEquals(0x102, out[0]);
      assertEquals(40 + 2 * launch, out[1]);
    }
  }

  @Test
  void atomicsReturnTheOldValue() {
    assertAtomic("atom.global.add.u32 %r1, [%out], 5;", 7, 12, 7);
    assertAtomic(
        "atom.global.add.f32 %r1, [%out], 0f3F800000;", 0x40000000, 0x40400000, 0x40000000);
    assertAtomic("atom.global.min.s32 %r1, [%out], -3;", 7, -3, 7);
    assertAtomic("atom.global.max.u32 %r1, [%out], -3;", 7, -3, 7);
    assertAtomic("atom.global.and.b32 %r1, [%out], 6;", 13, 4, 13);
    assertAtomic("atom.global.or.b32 %r1, [%out], 6;", 9, 15, 9);
    assertAtomic("atom.global.xor.b32 %r1, [%out], 6;", 5, 3, 5);
    assertAtomic("atom.global.exch.b32 %r1, [%out], 6;", 5, 6, 5);
    assertAtomic("atom.global.cas.b32 %r1, [%out], 5, 9;", 5, 9, 5);
    assertAtomic("atom.global.cas.b32 %r1, [%out], 4, 9;", 5, 5, 5);
    assertAtomic("atom.global.inc.u32 %r1, [%out], 5;", 5, 0, 5);
    assertAtomic("atom.global.dec.u32 %r1, [%out], 5;", 0, 5, 0);
    assertAtomic("mov.u32 %r1, 1;\nred.relaxed.gpu.global.add.s32 [%out], 5;", 7, 12, 1);
  }

  private static void assertAtomic(String atomic, int before, int after, int returned) {
    long[] out =
        new Snippet("st.global.u32 [%out], " + before + ";", atomic, "st.global.u32 [%out+4], %r1;")
            .grid(1, 1)
            .run();
    assertEquals(after & 0xFFFFFFFFL | (long) returned << 32, out[0], atomic);
  }

  @Test
  void atomicsOfLanesGoOneAfterTheOther() {
    long[] out =
        new Snippet(
                "ld.param.u64 %d1, [out_buffer];",
                "mov.u64 %d2, 1;", "atom.global.add.u64 %d3, [%d1], %d2;")
            .grid(1, 32)
            .run();
    assertEquals(32, out[0]);
  }
}
