package io.zoetrope.kernels.cuda;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import io.zoetrope.kernels.cuda.runtime.PtxLibrary;
import io.zoetrope.kernels.emulator.PtxModule;
import io.zoetrope.kernels.emulator.fault.EmulatorException;
import io.zoetrope.ops.CaseCheck;
import io.zoetrope.ops.Ops;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Bugs planted in the kernels, of which each must be noticed: by a check of the emulator or by a
 * wrong result. What the scenarios and the emulator are worth shows here.
 *
 * <p>Not planted, since they change no result: chunks of keys, values and queries that are not
 * filled with zeros (the mask takes the keys away, the other operand is zero beyond the head, and
 * rows beyond the queries are not stored); the mask of a key where the bias masks it once more; a
 * maximum of scores over fewer than there are (all sums scale alike, and only overflow needs the
 * largest); the index one beyond a strided copy or fill (it wraps around to the first element,
 * which is written twice); the limit of an index in the resize (only float rounding at sizes beyond
 * 2^23 needs it); loop conditions in copies of a loop that the compiler has unrolled for other
 * sizes.
 */
class MutationTest {
  /** A way to break an instruction: what it looks like, and what stands there instead. */
  private enum Bug {
    NO_BARRIER("bar\\.sync[^\\n]*", ""),
    READS_BEFORE_ARRIVAL("cp\\.async\\.wait_group 0", "cp.async.wait_group 1"),
    READS_ONE_STAGE_EARLY("cp\\.async\\.wait_group 1", "cp.async.wait_group 2"),
    NO_COMMIT("cp\\.async\\.commit_group;", ""),
    NO_ZERO_FILL("selp\\.b32\\s+(%r\\d+), 16, 0, %p\\d+", "mov.u32 $1, 16"),
    WRONG_SWIZZLE("xor\\.b32", "or.b32"),
    NOT_TRANSPOSED("\\.trans", ""),
    SWAPPED_FRAGMENTS(
        "(mma\\.sync[^{]*\\{[^}]*\\}, \\{[^}]*\\}), \\{(%r\\d+), (%r\\d+)\\}", "$1, {$3, $2}"),
    SWAPPED_ROWS("(mma\\.sync[^{]*\\{[^}]*\\}), \\{(%r\\d+), (%r\\d+),", "$1, {$3, $2,"),
    NO_EXCHANGE("(shfl\\.sync\\.bfly\\.b32\\s+%r\\d+\\|%p\\d+, %r\\d+), %r\\d+,", "$1, 0,"),
    NO_KEY_MASK("selp\\.f32\\s+(%f\\d+), (%f\\d+), 0fFF800000, %p\\d+", "mov.f32 $1, $2"),
    ONE_TOO_MANY("setp\\.ge\\.s(32|64)", "setp.gt.s$1"),
    ONE_MORE_ROUND("setp\\.lt\\.s(32|64)", "setp.le.s$1"),
    WRONG_SIGN("sub\\.f32", "add.f32"),
    NO_SUM("fma\\.rn\\.f32\\s+(%f\\d+), (%f\\d+), (%f\\d+), %f\\d+", "mul.f32 $1, $2, $3"),
    NO_MAXIMUM("max\\.f32\\s+(%f\\d+), (%f\\d+), %f\\d+", "mov.f32 $1, $2"),
    NO_WIDE_SUM("fma\\.rn\\.f64\\s+(%fd\\d+), (%fd\\d+), (%fd\\d+), %fd\\d+", "mul.f64 $1, $2, $3"),
    NO_NEGATION("neg\\.f64", "mov.f64"),
    TRUNCATES("cvt\\.rni", "cvt.rzi"),
    NO_FLAG("atom\\.global\\.or\\.b32[^\\n]*", ""),
    SUM_NOT_PRODUCT("mul\\.f32", "add.f32"),
    WRONG_HALF("(ld\\.global\\.v4\\.u32\\s+)\\{(%r\\d+), (%r\\d+),", "$1{$3, $2,");

    private final Pattern pattern;
    private final String replacement;

    Bug(String pattern, String replacement) {
      this.pattern = Pattern.compile(pattern);
      this.replacement = replacement;
    }

    List<MatchResult> places(String ptx) {
      return pattern.matcher(ptx).results().toList();
    }

    String plant(String ptx, MatchResult place) {
      String broken = pattern.matcher(place.group()).replaceFirst(replacement);
      return ptx.substring(0, place.start()) + broken + ptx.substring(place.end());
    }
  }

  private record Mutant(String kernel, Bug bug, int place) {
    @Override
    public String toString() {
      return "%s: %s, place %d".formatted(kernel, bug, place);
    }
  }

  private final PtxLibrary library = new PtxLibrary();

  @TestFactory
  Stream<DynamicTest> everyPlantedBugIsNoticed() {
    List<Mutant> mutants = new ArrayList<>();
    // Synchronisation: every single one.
    for (String kernel :
        List.of(
            "linear_bf16_none",
            "attention_bf16_64",
            "attention_f32",
            "linear_f32",
            "layer_norm",
            "rms_norm")) {
      for (Bug bug :
          List.of(
              Bug.NO_BARRIER, Bug.READS_BEFORE_ARRIVAL, Bug.READS_ONE_STAGE_EARLY, Bug.NO_COMMIT)) {
        for (int place = 0; place < bug.places(alone(kernel)).size(); place++) {
          mutants.add(new Mutant(kernel, bug, place));
        }
      }
    }
    assertTrue(mutants.size() >= 30, "synchronisation was found");
    // A step beyond the end of a result, as large as what is stored at once.
    plant(mutants, "linear_bf16_none", Bug.ONE_TOO_MANY, 1, 5, 13);
    plant(mutants, "linear_f32", Bug.ONE_TOO_MANY, 130, 212, 250);
    plant(mutants, "attention_bf16_64", Bug.ONE_TOO_MANY, 53);
    plant(mutants, "linear_bf16_none", Bug.NO_ZERO_FILL, 0, 8);
    plant(mutants, "linear_bf16_none", Bug.WRONG_SWIZZLE, 0, 3, 6, 9);
    plant(mutants, "linear_bf16_none", Bug.SWAPPED_FRAGMENTS, 0, 20);
    plant(mutants, "linear_bf16_none", Bug.SWAPPED_ROWS, 10, 31);
    plant(mutants, "linear_add_bf16", Bug.NO_ZERO_FILL, 1, 7);
    plant(mutants, "linear_f32", Bug.NO_SUM, 0);
    plant(mutants, "conv3d_bf16_96", Bug.NO_BARRIER, 0);
    plant(mutants, "conv3d_bf16_96", Bug.NO_ZERO_FILL, 0, 5);
    plant(mutants, "conv3d_bf16_96", Bug.ONE_TOO_MANY, 4, 6, 8, 12);
    plant(mutants, "conv3d_bf16_96", Bug.ONE_MORE_ROUND, 4, 16);
    plant(mutants, "conv3d_f32", Bug.ONE_TOO_MANY, 0, 7);
    plant(mutants, "attention_bf16_64", Bug.WRONG_SWIZZLE, 0, 5, 10);
    plant(mutants, "attention_bf16_64", Bug.NOT_TRANSPOSED, 0, 15);
    plant(mutants, "attention_bf16_64", Bug.SWAPPED_FRAGMENTS, 0, 63);
    plant(mutants, "attention_bf16_64", Bug.NO_EXCHANGE, 0, 5, 15);
    plant(mutants, "attention_bf16_64", Bug.NO_KEY_MASK, 42, 63);
    plant(mutants, "attention_bf16_64", Bug.WRONG_SIGN, 0, 44);
    plant(mutants, "attention_f32", Bug.NO_EXCHANGE, 0, 4);
    plant(mutants, "attention_f32", Bug.NO_MAXIMUM, 0, 4);
    plant(mutants, "attention_combine", Bug.NO_SUM, 2, 9);
    plant(mutants, "attention_combine", Bug.ONE_TOO_MANY, 0);
    plant(mutants, "layer_norm", Bug.NO_EXCHANGE, 0, 20, 40);
    plant(mutants, "layer_norm", Bug.WRONG_SIGN, 0, 45, 120);
    plant(mutants, "layer_norm", Bug.NO_SUM, 0, 32);
    plant(mutants, "rms_norm", Bug.NO_EXCHANGE, 0, 12);
    plant(mutants, "rms_norm", Bug.NO_SUM, 0, 60);
    plant(mutants, "rms_norm_rope", Bug.WRONG_SIGN, 0);
    plant(mutants, "channel_norm", Bug.NO_EXCHANGE, 3, 9);
    plant(mutants, "channel_norm", Bug.NO_MAXIMUM, 0);
    plant(mutants, "channel_norm", Bug.ONE_TOO_MANY, 0);
    plant(mutants, "rope", Bug.WRONG_SIGN, 0, 6);
    plant(mutants, "rope", Bug.ONE_TOO_MANY, 0, 1);
    plant(mutants, "gated_add", Bug.NO_SUM, 0, 1, 2, 8);
    plant(mutants, "gated_add", Bug.ONE_TOO_MANY, 0, 1);
    plant(mutants, "add", Bug.ONE_TOO_MANY, 0, 1);
    plant(mutants, "multiply", Bug.ONE_TOO_MANY, 0, 1);
    plant(mutants, "activate", Bug.ONE_TOO_MANY, 0, 1);
    plant(mutants, "clamp", Bug.ONE_TOO_MANY, 0, 1);
    plant(mutants, "strided_copy", Bug.ONE_TOO_MANY, 1);
    plant(mutants, "fill", Bug.ONE_TOO_MANY, 1);
    plant(mutants, "embedding", Bug.ONE_MORE_ROUND, 0, 2);
    plant(mutants, "upsample_nearest", Bug.WRONG_HALF, 0);
    plant(mutants, "linear_multiply_bf16", Bug.SUM_NOT_PRODUCT, 0, 21);
    plant(mutants, "linear_multiply_bf16", Bug.ONE_TOO_MANY, 0, 9, 16);
    plant(mutants, "linear_multiply_f32", Bug.SUM_NOT_PRODUCT, 0, 63);
    plant(mutants, "linear_multiply_f32", Bug.ONE_TOO_MANY, 0, 67);
    plant(mutants, "linear_combination", Bug.ONE_TOO_MANY, 0, 1);
    plant(mutants, "linear_combination", Bug.NO_WIDE_SUM, 24, 79);
    plant(mutants, "timestep_embedding", Bug.ONE_TOO_MANY, 0);
    plant(mutants, "timestep_embedding", Bug.NO_WIDE_SUM, 0, 30, 59);
    plant(mutants, "timestep_embedding", Bug.NO_NEGATION, 0, 4, 9);
    plant(mutants, "to_pixels", Bug.ONE_TOO_MANY, 0, 1);
    plant(mutants, "to_pixels", Bug.TRUNCATES, 0, 21);
    plant(mutants, "is_finite", Bug.ONE_TOO_MANY, 0, 1);
    plant(mutants, "is_finite", Bug.NO_FLAG, 0);
    Set<String> planted = mutants.stream().map(Mutant::kernel).collect(Collectors.toSet());
    library.kernels().stream()
        .filter(kernel -> !planted.contains(kernel) && !isVariant(kernel))
        .forEach(kernel -> plantUsual(mutants, kernel));
    return mutants.stream()
        .map(mutant -> DynamicTest.dynamicTest(mutant.toString(), () -> notice(mutant)));
  }

  /** Kernels that are made of the same source as one above, for other sizes or activations. */
  private static boolean isVariant(String kernel) {
    return kernel.matches("(linear|conv3d|attention)_.*|ada_layer_norm");
  }

  /**
   * In a kernel of which nothing particular is known: all barriers, and the first place of each.
   */
  private void plantUsual(List<Mutant> mutants, String kernel) {
    String ptx = alone(kernel);
    for (int place = 0; place < Bug.NO_BARRIER.places(ptx).size(); place++) {
      plant(mutants, kernel, Bug.NO_BARRIER, place);
    }
    for (Bug bug : List.of(Bug.NO_EXCHANGE, Bug.WRONG_SIGN, Bug.SUM_NOT_PRODUCT)) {
      if (!bug.places(ptx).isEmpty()) {
        plant(mutants, kernel, bug, 0);
      }
    }
  }

  private static void plant(List<Mutant> mutants, String kernel, Bug bug, int... places) {
    for (int place : places) {
      mutants.add(new Mutant(kernel, bug, place));
    }
  }

  private void notice(Mutant mutant) {
    String ptx = alone(mutant.kernel());
    List<MatchResult> places = mutant.bug().places(ptx);
    assertTrue(mutant.place() < places.size(), "there are only %d places".formatted(places.size()));
    String broken = mutant.bug().plant(ptx, places.get(mutant.place()));
    EmulatorRuntime runtime = new EmulatorRuntime(Map.of(mutant.kernel(), PtxModule.parse(broken)));
    try (Ops ops = new Ops(new CudaBackend(runtime));
        CaseCheck check = KernelScenarios.check(ops)) {
      KernelScenarios.all().get(mutant.kernel()).forEach(check::run);
    } catch (EmulatorException | AssertionError _) {
      return;
    }
    fail(mutant + " was not noticed: " + places.get(mutant.place()).group());
  }

  /** The kernel and the declarations of its module, without the other kernels. */
  private String alone(String kernel) {
    String module = library.moduleOf(kernel);
    int start = module.indexOf(".visible .entry " + kernel + "(");
    int end = module.indexOf("\n}", start) + 2;
    return module.substring(0, module.indexOf(".visible .entry")) + module.substring(start, end);
  }
}
