package io.zoetrope.kernels.emulator.parser;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zoetrope.kernels.emulator.PtxModule;
import io.zoetrope.kernels.emulator.Snippet;
import io.zoetrope.kernels.emulator.fault.PtxLoadException;
import io.zoetrope.kernels.emulator.machine.PtxKernel;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What the parser reads, and that it refuses all else with one typed error. */
class PtxParserTest {
  private static PtxLoadException refused(String text) {
    return assertThrows(PtxLoadException.class, () -> PtxModule.parse(text));
  }

  @Test
  void parametersAreLaidOutAsTheAbiWants() {
    PtxModule module =
        PtxModule.parse(
            """
            .version 7.0
            .target sm_80
            .address_size 64
            // two kernels
            .visible .entry first(
              .param .u8 flag, .param .u64 .ptr .global .align 16 pointer,
              .param .f32 eps, .param .align 8 .b8 shape[20], .param .u16 last)
            .maxntid 128, 2, 1
            .minnctapersm 2
            { /* nothing
            here */ ret; }
            .visible .entry second() { ret; }
            """);
    PtxKernel kernel = module.kernel("first");
    assertEquals(
        List.of(
            new KernelParameter("flag", PtxType.U8, 0, 1),
            new KernelParameter("pointer", PtxType.U64, 8, 8),
            new KernelParameter("eps", PtxType.F32, 16, 4),
            new KernelParameter("shape", PtxType.B8, 24, 20),
            new KernelParameter("last", PtxType.U16, 44, 2)),
        kernel.parameters());
    assertEquals(46, kernel.parameterBytes());
    assertEquals(256, kernel.maximumThreads());
    assertEquals(List.of("first", "second"), List.copyOf(module.kernelNames()));
    assertEquals("7.0", module.version());
    assertEquals("sm_80", module.target());
    assertThrows(NoSuchElementException.class, () -> module.kernel("third"));
  }

  @Test
  void unknownOpcodesAreNamedWithTheirLine() {
    Snippet snippet = new Snippet("mov.u32 %r1, 1;", "wgmma.fence.sync.aligned;");
    PtxLoadException error = refused(snippet.text());
    assertEquals(snippet.lineOf("wgmma"), error.line());
    assertTrue(
        error.getMessage().contains("unknown opcode 'wgmma.fence.sync.aligned'"),
        error.getMessage());
    for (String opcode :
        List.of(
            "add.rn.s32 %r1, %n, %n;",
            "ld.global.L3::64B.u32 %r1, [%in];",
            "cvt.s32.f32 %r1, %f1;",
            "mma.sync.aligned.m8n8k4.row.col.f32.f16.f16.f32 {%f1}, {%r1}, {%r1}, {%f1};",
            "atom.global.mul.u32 %r1, [%in], 1;",
            "setp.less.s32 %p1, %n, %n;",
            "shfl.bfly.b32 %r1, %n, 1, 31, -1;",
            "cp.async.cg.shared.global [%r1], [%in], 8;")) {
      assertTrue(
          refused(new Snippet(opcode).text()).getMessage().contains("unknown opcode"), opcode);
    }
  }

  @Test
  void operandsMustFit() {
    for (String statement :
        List.of(
            "add.s32 %r1, %n;",
            "add.s32 %d1, %n, %n;",
            "add.s64 %d1, %n, %d1;",
            "mov.u32 %r99, 1;",
            "mov.u32 %r1, nothing;",
            "@%r1 mov.u32 %r1, 1;",
            "bra nowhere;",
            "ld.global.u32 %r1, %in;",
            "ld.global.v4.u32 {%r1, %r2}, [%in];",
            "ld.global.v4.u64 {%d1, %d2, %d3, %d4}, [%in];",
            "bar.sync 1, 64;",
            "mov.f32 %f1, 0f3F8;",
            "mov.u32 %r1, 12x;",
            "add.s32 5, %n, %n;",
            "mov.u32 %tid.x, 5;",
            "$twice: $twice:",
            ".reg .b32 %n;",
            "selp.b32 %r1, %n, %n, %n;")) {
      refused(new Snippet(statement).text());
    }
  }

  /** Line 0 is none of the source; what nvcc writes of inlined functions is passed over. */
  @Test
  void instructionsKnowTheLinesThatTheyComeFrom() {
    PtxModule module =
        PtxModule.parse(
            """
            .file 1 "scale.cu"
            .file 2 "sums.cuh", 1700000000, 123
            .visible .entry f() {
              .reg .b32 %r<3>;
              mov.u32 %r1, 1;
              .loc 1 12 3
              mov.u32 %r1, 2;
              mov.u32 %r1, 3;
              .loc 2 7 1, function_name $L__info_string1, inlined_at 1 13 5
              mov.u32 %r1, 4;
              .loc 1 0 0
              ret;
            }
            """);
    assertEquals(
        List.of("null", "scale.cu:12", "scale.cu:12", "sums.cuh:7", "null", "null"),
        Stream.of(module.kernel("f").instructions())
            .map(instruction -> String.valueOf(instruction.source()))
            .toList());
  }

  @Test
  void whatIsNoKernelIsRefused() {
    refused(".file 1 x");
    refused("garbage");
    refused(".version");
    refused(".address_size 32");
    refused(".visible .func f() { ret; }");
    refused(".visible .entry f( { ret; }");
    refused(".visible .entry f() { ret;");
    refused(".visible .entry f() { .reg .b32 %r<2000000000>; ret; }");
    refused(".visible .entry f() { .shared .align 3 .b8 x[4]; ret; }");
    refused(".visible .entry f() { .shared .align 4 .b8 x[4000000000]; ret; }");
    refused(".visible .entry f() { ret; } .visible .entry f() { ret; }");
    refused("/* no end");
    refused(".const .u8 x[2] = {1, 2, 3};");
    assertTrue(PtxModule.parse("").kernelNames().isEmpty());
  }

  /** Real text with characters dropped, doubled, swapped or replaced: loads or is refused. */
  @Test
  void malformedTextGivesTypedErrorsOnly() {
    String text =
        Snippet.with(
                ".shared .align 16 .b8 tile[512];\n.local .align 4 .b8 depot[16];",
                "{ .reg .pred q; setp.lt.and.f32 q|%p2, %f1, 0f3F800000, !%p1; }",
                "@!%p1 bra $end;",
                "ld.global.nc.v4.f32 {%f1, %f2, %f3, %f4}, [%in+-16];",
                "shfl.sync.bfly.b32 %r1|%p1, %n, 16, 31, -1;",
                "mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%f1, %f2, %f3, %f4}, "
                    + "{%r1, %r2, %r3, %r4}, {%r1, %r2}, {%f1, %f2, %f3, %f4};",
                "cvt.rn.bf16x2.f32 %r5, %f1, %f2;",
                "cp.async.cg.shared.global.L2::128B [%r1], [%in], 16, %r2;",
                "mov.b32 {%h1, %h2}, %r5;",
                "$end:")
            .text();
    SplittableRandom random = new SplittableRandom(11);
    String replacements = "{}[]();,:%.@!|-+<>\"/*0xfr$ \n\u00e9";
    int refused = 0;
    for (int round = 0; round < 3000; round++) {
      StringBuilder mutant = new StringBuilder(text);
      for (int edits = random.nextInt(1, 4); edits > 0; edits--) {
        int at = random.nextInt(mutant.length());
        switch (random.nextInt(4)) {
          case 0 -> mutant.deleteCharAt(at);
          case 1 -> mutant.insert(at, mutant.charAt(random.nextInt(mutant.length())));
          case 2 ->
              mutant.setCharAt(at, replacements.charAt(random.nextInt(replacements.length())));
          default -> mutant.delete(at, Math.min(mutant.length(), at + random.nextInt(1, 40)));
        }
      }
      try {
        PtxModule.parse(mutant.toString());
      } catch (PtxLoadException e) {
        refused++;
        assertTrue(e.line() >= 1, e.getMessage());
      }
    }
    assertTrue(refused > 2000, refused + " refused");
  }
}
