package io.zoetrope.tools.parity;

import io.zoetrope.tensor.DType;
import io.zoetrope.tools.parity.ParityResult.Verdict;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What came of a fixture in one number format.
 *
 * @param fixture name of its folder
 * @param dtype of text encoder and transformer
 * @param results in the order in which they came
 */
public record ParityRun(String fixture, DType dtype, List<ParityResult> results) {
  /** How many results have a verdict. */
  public int count(Verdict verdict) {
    return Math.toIntExact(results.stream().filter(result -> result.verdict() == verdict).count());
  }

  /** Whether everything was run and is right. */
  public boolean isAllRight() {
    return count(Verdict.PASS) == results.size();
  }

  /** Results by stage, without stages that have none. */
  Map<ParityStage, List<ParityResult>> byStage() {
    return results.stream()
        .collect(Collectors.groupingBy(ParityResult::stage, TreeMap::new, Collectors.toList()));
  }

  /** How many results there were, for people. */
  static String totals(List<ParityRun> runs) {
    int notRun = count(runs, Verdict.NOT_RUN);
    return "%d passed, %d failed%s"
        .formatted(
            count(runs, Verdict.PASS),
            count(runs, Verdict.FAIL),
            notRun == 0 ? "" : ", %d not run".formatted(notRun));
  }

  /** How many results of several runs have a verdict. */
  public static int count(List<ParityRun> runs, Verdict verdict) {
    return runs.stream().mapToInt(run -> run.count(verdict)).sum();
  }
}
