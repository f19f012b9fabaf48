package io.zoetrope.kernels.cpu.jit.asm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class CpuFeaturesTest {
  private static final int EPERM = 1;

  private static final String ZEN_3 =
      """
      processor\t: 0
      vendor_id\t: AuthenticAMD
      vmx flags\t: amx_tile amx_bf16
      flags\t\t: fpu vme sse sse2 ssse3 fma cx16 sse4_1 avx f16c bmi1 avx2 smep bmi2 vaes
      bugs\t\t: sysret_ss_attrs spectre_v1

      processor\t: 1
      flags\t\t: fpu avx512f
      """;
  private static final String SKYLAKE_X = withFlags("avx512f avx512dq avx512cd avx512bw avx512vl");
  private static final String ZEN_4 =
      withFlags("avx512f avx512dq avx512cd avx512bw avx512vl avx512_bf16 avx512_vnni");
  private static final String SAPPHIRE_RAPIDS =
      withFlags(
          "avx512f avx512dq avx512bw avx512vl avx512_bf16 avx512_fp16 amx_bf16 amx_tile amx_int8");

  private static String withFlags(String flags) {
    return ZEN_3.replace("vaes\n", "vaes " + flags + "\n");
  }

  private static void assertBest(InstructionSet expected, String cpuInfo) {
    CpuFeatures features = CpuFeatures.of(cpuInfo, 0);
    assertEquals(Optional.of(expected), features.best());
    for (InstructionSet set : InstructionSet.values()) {
      assertEquals(set.compareTo(expected) > 0, features.missing(set).isPresent(), set.id);
    }
  }

  @Test
  void findsTheBestInstructionSetOfAMachine() {
    assertBest(InstructionSet.AVX2, ZEN_3);
    assertBest(InstructionSet.AVX512, SKYLAKE_X);
    assertBest(InstructionSet.AVX512_BF16, ZEN_4);
    assertBest(InstructionSet.AMX, SAPPHIRE_RAPIDS);
  }

  @Test
  void namesTheFlagThatIsMissing() {
    assertEquals(
        Optional.of("amx needs the processor flag avx512f, which /proc/cpuinfo does not list"),
        CpuFeatures.of(ZEN_3, 0).missing(InstructionSet.AMX));
    assertEquals(
        Optional.of("amx needs the processor flag amx_tile, which /proc/cpuinfo does not list"),
        CpuFeatures.of(ZEN_4, 0).missing(InstructionSet.AMX));
  }

  @Test
  void anInstructionSetNeedsThoseBeforeIt() {
    CpuFeatures features = CpuFeatures.of(SAPPHIRE_RAPIDS.replace(" avx512bw", ""), 0);
    assertEquals(Optional.of(InstructionSet.AVX2), features.best());
    assertEquals(
        Optional.of("amx needs the processor flag avx512bw, which /proc/cpuinfo does not list"),
        features.missing(InstructionSet.AMX));
  }

  @Test
  void refusedTilesLeaveTheSetBefore() {
    CpuFeatures features = CpuFeatures.of(SAPPHIRE_RAPIDS, EPERM);
    assertEquals(Optional.of(InstructionSet.AVX512_BF16), features.best());
    assertEquals(
        Optional.of(
            "amx needs the operating system's permission to use tiles, which was refused with"
                + " errno 1"),
        features.missing(InstructionSet.AMX));
  }

  @Test
  void otherMachinesHaveNone() {
    assertEquals(Optional.empty(), CpuFeatures.of("Processor\t: ARMv8\n", 0).best());
    CpuFeatures features = CpuFeatures.none("Mac OS X", "aarch64");
    assertEquals(Optional.empty(), features.best());
    assertEquals(
        Optional.of("generated code needs Linux on x86-64; this is Mac OS X on aarch64"),
        features.missing(InstructionSet.AVX2));
  }

  @Test
  void flagsMayBeListedTwice() {
    String text = ZEN_3.replace(" avx2", " avx2 avx2");
    assertEquals(Optional.of(InstructionSet.AVX2), CpuFeatures.of(text, 0).best());
  }

  @Test
  void refusedExecutableMemoryIsAnObstacle() {
    assertEquals(Optional.empty(), CpuFeatures.refusal(_ -> _ -> {}));
    assertEquals(
        Optional.of("not allowed"),
        CpuFeatures.refusal(_ -> {
          throw new IllegalStateException("not allowed");
        }));
  }

  @Test
  void looksAtThisMachineOnce() {
    CpuFeatures features = CpuFeatures.ofThisMachine();
    assertSame(features, CpuFeatures.ofThisMachine());
    List<InstructionSet> usable =
        Arrays.stream(InstructionSet.values())
            .filter(set -> features.missing(set).isEmpty())
            .toList();
    assertTrue(
        usable.equals(List.of(InstructionSet.values()).subList(0, usable.size())),
        () -> "a set is usable although one before it is not: " + usable);
  }
}
