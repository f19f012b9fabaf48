package io.zoetrope.kernels.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
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
import java.util.function.UnaryOperator;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Bugs planted in the kernels, of which each must be noticed: by a check of the emulator or by a
 * wrong result. What the scenarios and the emulator are worth shows here.
 *
 * <p>A bug names its place by what stands there, or by the parameters that a comparison is with,
 * never by its number in what one compiler wrote. Copies that a compiler makes of a place, such as
 * those of an unrolled loop, are broken together where some of them change no result.
 *
 * <p>Not planted, since they change no result: chunks of keys, values and queries that are not
 * filled with zeros (the mask takes the keys away, the other operand is zero beyond the head, and
 * rows beyond the queries are not stored); a maximum of scores over fewer than there are (all sums
 * scale alike, and only overflow needs the largest); the limit of an index in the resize (only
 * float rounding at sizes beyond 2^23 needs it).
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
    WRONG_SIGN("sub\\.f32", "add.f32"),
    NO_SUM("fma\\.rn\\.f32\\s+(%f\\d+), (%f\\d+), (%f\\d+), %f\\d+", "mul.f32 $1, $2, $3"),
    NO_MAXIMUM("max\\.f32\\s+(%f\\d+), (%f\\d+), %f\\d+", "mov.f32 $1, $2"),
    NO_WIDE_SUM("fma\\.rn\\.f64\\s+(%fd\\d+), (%fd\\d+), (%fd\\d+), %fd\\d+", "mul.f64 $1, $2, $3"),
    NO_NEGATION("neg\\.f64", "mov.f64"),
    TRUNCATES("cvt\\.rni", "cvt.rzi"),
    NO_FLAG("atom\\.global\\.or\\.b32[^\\n]*", ""),
    SUM_NOT_PRODUCT("mul\\.f32", "add.f32"),
    NO_OFFSET("sub\\.rn\\.f32\\s+(%f\\d+), (%f\\d+), %f\\d+", "mov.f32 $1, $2"),
    NO_FACTOR("mul\\.rn\\.f32\\s+(%f\\d+), (%f\\d+), %f\\d+", "mov.f32 $1, $2"),
    NO_HIGH_BITS("(?<!x)or\\.b64\\s+(%rd\\d+), (%rd\\d+), %rd\\d+", "mov.u64 $1, $2"),
    NOT_FROM_ZERO("xor\\.b64\\s+(%rd\\d+), (%rd\\d+), %rd\\d+", "mov.u64 $1, $2"),
    WRONG_HALF("(ld\\.global\\.v4\\.u32\\s+)\\{(%r\\d+), (%r\\d+),", "$1{$3, $2,");

    private final Pattern pattern;
    private final String replacement;

    Bug(String pattern, String replacement) {
      this.pattern = Pattern.compile(pattern);
      this.replacement = replacement;
    }

    String in(String place) {
      return pattern.matcher(place).replaceFirst(replacement);
    }
  }

  /** Which of the places that look the same are broken. */
  private enum Which {
    /** Each of them, in a kernel of its own. */
    EACH(64),
    /** The first and the last one, in kernels of their own: unrolled copies are alike. */
    ENDS(1000),
    /** All of them, in one kernel. */
    TOGETHER(500);

    /** More places are not the ones that were meant. */
    private final int most;

    Which(int most) {
      this.most = most;
    }
  }

  /** A kernel with a bug; what stood in its places before. */
  private record Mutant(String kernel, String bug, List<String> places, String ptx) {
    @Override
    public String toString() {
      return "%s: %s".formatted(kernel, bug);
    }
  }

  private static final Pattern STRICTNESS = Pattern.compile("setp\\.(l|g)(t|e)");

  private final PtxLibrary library = new PtxLibrary();
  private final List<Mutant> mutants = new ArrayList<>();

  @TestFactory
  Stream<DynamicTest> everyPlantedBugIsNoticed() {
    plantInSynchronisation();
    plantInBounds();
    plantInArithmetic();
    plantInOthers();
    return mutants.stream()
        .map(mutant -> DynamicTest.dynamicTest(mutant.toString(), () -> notice(mutant)));
  }

  private void plantInSynchronisation() {
    for (String kernel : List.of("linear_bf16_none", "attention_bf16_64")) {
      plant(kernel, Bug.NO_BARRIER, Which.EACH);
      plant(kernel, Bug.NO_COMMIT, Which.EACH);
    }
    plant("linear_bf16_none", Bug.READS_ONE_STAGE_EARLY, Which.EACH);
    plant("attention_bf16_64", Bug.READS_BEFORE_ARRIVAL, Which.EACH);
    for (String kernel : List.of("attention_f32", "linear_f32", "layer_norm", "rms_norm")) {
      plant(kernel, Bug.NO_BARRIER, Which.EACH);
    }
    plant("conv3d_bf16_96", Bug.NO_BARRIER, Which.ENDS);
  }

  /** A step beyond the end, or one too few, in every direction of every kernel. */
  private void plantInBounds() {
    for (String kernel :
        List.of("linear_bf16_none", "linear_multiply_bf16", "linear_f32", "linear_multiply_f32")) {
      plantOffByOne(kernel, "rows");
      plantOffByOne(kernel, "features");
    }
    plantOffByOne("linear_f32", "depth");
    plantOffByOne("conv3d_bf16_96", "shape");
    plantOffByOne("conv3d_f32", "shape");
    plantOffByOne("attention_bf16_64", "shape");
    plantOffByOne("attention_f32", "shape");
    plantOffByOne("attention_combine", "queries", "heads", "headDim");
    plantOffByOne("channel_norm", "pixels");
    plantOffByOne("channel_norm", "channels");
    plantOffByOne("layer_norm", "features");
    plantOffByOne("rms_norm", "features");
    plantOffByOne("rope", "tokens", "features");
    plantOffByOne("gated_add", "rows", "features");
    for (String kernel :
        List.of("add", "multiply", "activate", "clamp", "linear_combination", "to_pixels")) {
      plantOffByOne(kernel, "count");
    }
    plantOffByOne("is_finite", "count");
    plantOffByOne("strided_copy", "layout");
    plantOffByOne("fill", "layout");
    plantOffByOne("embedding", "features");
    plantOffByOne("decode_codes", "count");
    plantOffByOne("decode_blocks", "count");
    plantOffByOne("upsample_nearest", "shape");
    plantOffByOne("timestep_embedding", "rows", "channels");
    plant("linear_bf16_none", Bug.NO_ZERO_FILL, Which.TOGETHER);
    plant("linear_add_bf16", Bug.NO_ZERO_FILL, Which.TOGETHER);
    plant("conv3d_bf16_96", Bug.NO_ZERO_FILL, Which.TOGETHER);
  }

  private void plantInArithmetic() {
    plant("linear_bf16_none", Bug.WRONG_SWIZZLE, Which.ENDS);
    plant("linear_bf16_none", Bug.SWAPPED_FRAGMENTS, Which.ENDS);
    plant("linear_bf16_none", Bug.SWAPPED_ROWS, Which.ENDS);
    plant("linear_f32", Bug.NO_SUM, Which.ENDS);
    plant("linear_multiply_bf16", Bug.SUM_NOT_PRODUCT, Which.ENDS);
    plant("linear_multiply_f32", Bug.SUM_NOT_PRODUCT, Which.ENDS);
    plant("attention_bf16_64", Bug.WRONG_SWIZZLE, Which.ENDS);
    plant("attention_bf16_64", Bug.NOT_TRANSPOSED, Which.ENDS);
    plant("attention_bf16_64", Bug.SWAPPED_FRAGMENTS, Which.ENDS);
    plant("attention_bf16_64", Bug.NO_EXCHANGE, Which.ENDS);
    plant("attention_bf16_64", Bug.NO_KEY_MASK, Which.TOGETHER);
    plant("attention_bf16_64", Bug.WRONG_SIGN, Which.TOGETHER);
    plant("attention_f32", Bug.NO_EXCHANGE, Which.ENDS);
    plant("attention_f32", Bug.NO_MAXIMUM, Which.TOGETHER);
    plant("attention_combine", Bug.NO_SUM, Which.TOGETHER);
    plant("layer_norm", Bug.NO_EXCHANGE, Which.ENDS);
    plant("layer_norm", Bug.WRONG_SIGN, Which.TOGETHER);
    plant("layer_norm", Bug.NO_SUM, Which.TOGETHER);
    plant("rms_norm", Bug.NO_EXCHANGE, Which.ENDS);
    plant("rms_norm", Bug.NO_SUM, Which.ENDS);
    plant("rms_norm_rope", Bug.WRONG_SIGN, Which.TOGETHER);
    plant("channel_norm", Bug.NO_EXCHANGE, Which.TOGETHER);
    plant("channel_norm", Bug.NO_MAXIMUM, Which.TOGETHER);
    plant("rope", Bug.WRONG_SIGN, Which.ENDS);
    plant("gated_add", Bug.NO_SUM, Which.ENDS);
    plant("upsample_nearest", Bug.WRONG_HALF, Which.TOGETHER);
    plant("linear_combination", Bug.NO_WIDE_SUM, Which.TOGETHER);
    plant("timestep_embedding", Bug.NO_WIDE_SUM, Which.ENDS);
    plant("timestep_embedding", Bug.NO_NEGATION, Which.ENDS);
    plant("to_pixels", Bug.TRUNCATES, Which.ENDS);
    plant("is_finite", Bug.NO_FLAG, Which.TOGETHER);
    plant("decode_codes", Bug.NO_FACTOR, Which.ENDS);
    plant("decode_blocks", Bug.NO_FACTOR, Which.EACH);
    plant("decode_blocks", Bug.NO_OFFSET, Which.TOGETHER);
    plant("decode_blocks", Bug.NO_HIGH_BITS, Which.TOGETHER);
    plant("decode_blocks", Bug.NOT_FROM_ZERO, Which.TOGETHER);
  }

  /** In kernels of which nothing particular is known: what no kernel gets along without. */
  private void plantInOthers() {
    Set<String> planted = mutants.stream().map(Mutant::kernel).collect(Collectors.toSet());
    for (String kernel : library.kernels()) {
      if (!planted.contains(kernel) && !isVariant(kernel)) {
        for (Bug bug : List.of(Bug.NO_BARRIER, Bug.NO_EXCHANGE, Bug.WRONG_SIGN)) {
          if (!text(kernel).places(bug.pattern).isEmpty()) {
            plant(kernel, bug, usually(bug));
          }
        }
      }
    }
  }

  private static Which usually(Bug bug) {
    return switch (bug) {
      case NO_BARRIER -> Which.EACH;
      case WRONG_SIGN -> Which.TOGETHER;
      default -> Which.ENDS;
    };
  }

  /** Kernels that are made of the same source as one above, for other sizes or activations. */
  private static boolean isVariant(String kernel) {
    return kernel.matches("(linear|conv3d|attention)_.*|ada_layer_norm");
  }

  private void plant(String kernel, Bug bug, Which which) {
    KernelText text = text(kernel);
    plant(kernel, bug.name(), text, text.places(bug.pattern), which, bug::in);
  }

  /** Lets comparisons with a bound take the equal case for the other one. */
  private void plantOffByOne(String kernel, String... parameters) {
    KernelText text = text(kernel);
    plant(
        kernel,
        "off by one at " + String.join(", ", parameters),
        text,
        text.comparisonsWith(Set.of(parameters)),
        Which.TOGETHER,
        place ->
            STRICTNESS
                .matcher(place)
                .replaceFirst(
                    match -> "setp." + match.group(1) + (match.group(2).equals("t") ? "e" : "t")));
  }

  private void plant(
      String kernel,
      String bug,
      KernelText text,
      List<MatchResult> places,
      Which which,
      UnaryOperator<String> change) {
    if (places.isEmpty() || places.size() > which.most) {
      throw new AssertionError(
          "%s: %s finds %d places; 1 to %d were meant"
              .formatted(kernel, bug, places.size(), which.most));
    }
    List<List<MatchResult>> choices =
        switch (which) {
          case EACH -> places.stream().map(List::of).toList();
          case ENDS ->
              Stream.of(places.getFirst(), places.getLast()).distinct().map(List::of).toList();
          case TOGETHER -> List.of(places);
        };
    for (List<MatchResult> choice : choices) {
      List<String> before = choice.stream().map(MatchResult::group).toList();
      mutants.add(new Mutant(kernel, bug, before, text.replaced(choice, change)));
    }
  }

  private void notice(Mutant mutant) {
    PtxModule broken = PtxModule.parse(mutant.ptx());
    EmulatorRuntime runtime = new EmulatorRuntime(Map.of(mutant.kernel(), broken));
    try (Ops ops = new Ops(new CudaBackend(runtime));
        CaseCheck check = KernelScenarios.check(ops)) {
      KernelScenarios.all().get(mutant.kernel()).forEach(check::run);
    } catch (EmulatorException | AssertionError _) {
      return;
    }
    fail(mutant + " was not noticed: " + mutant.places());
  }

  @Test
  void aBugWithoutAPlaceIsAnError() {
    var error =
        assertThrows(AssertionError.class, () -> plant("fill", Bug.SWAPPED_FRAGMENTS, Which.EACH));
    assertEquals("fill: SWAPPED_FRAGMENTS finds 0 places; 1 to 64 were meant", error.getMessage());
    assertThrows(AssertionError.class, () -> plantOffByOne("fill", "rows"));
  }

  /** The kernel and the declarations of its module, without the other kernels. */
  private KernelText text(String kernel) {
    return new KernelText(kernel, library.alone(kernel));
  }
}
