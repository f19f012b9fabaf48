package io.zoetrope.tools.parity;

import io.zoetrope.tensor.DType;
import io.zoetrope.tools.parity.ParityResult.Difference;
import io.zoetrope.tools.parity.ParityResult.Verdict;
import java.util.List;
import java.util.Optional;

/**
 * The results of a stage together.
 *
 * @param differences those of them that compared numbers
 * @param passed how many are within their bounds, or equal
 * @param failed how many are not
 * @param notRun how many could not be compared
 */
record ParitySummary(
    ParityStage stage,
    DType dtype,
    List<Difference> differences,
    int passed,
    int failed,
    int notRun) {

  static List<ParitySummary> of(ParityRun run) {
    return run.byStage().entrySet().stream()
        .map(stage -> of(stage.getKey(), run.dtype(), stage.getValue()))
        .toList();
  }

  private static ParitySummary of(ParityStage stage, DType dtype, List<ParityResult> results) {
    ParityRun run = new ParityRun("", dtype, results);
    return new ParitySummary(
        stage,
        dtype,
        results.stream().map(ParityResult::difference).flatMap(Optional::stream).toList(),
        run.count(Verdict.PASS),
        run.count(Verdict.FAIL),
        run.count(Verdict.NOT_RUN));
  }

  /** The largest difference: of an element in F32, in BF16 relative to the reference. */
  double largest() {
    return differences.stream()
        .mapToDouble(dtype == DType.BF16 ? Difference::relative : Difference::largest)
        .max()
        .orElse(0);
  }

  /** The largest share of a bound. */
  double share() {
    return differences.stream().mapToDouble(Difference::share).max().orElse(0);
  }
}
