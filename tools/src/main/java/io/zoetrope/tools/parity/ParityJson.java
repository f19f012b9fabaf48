package io.zoetrope.tools.parity;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.zoetrope.tools.parity.ParityResult.Verdict;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** One object for programs: every result of every run, and the results of each stage together. */
final class ParityJson implements ParityOutput {
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  private final PrintWriter out;

  ParityJson(PrintWriter out) {
    this.out = out;
  }

  @Override
  public void finish(List<ParityRun> runs) {
    Map<String, Object> report = new LinkedHashMap<>();
    report.put("passed", ParityRun.count(runs, Verdict.PASS));
    report.put("failed", ParityRun.count(runs, Verdict.FAIL));
    report.put("not_run", ParityRun.count(runs, Verdict.NOT_RUN));
    report.put("runs", runs.stream().map(ParityJson::run).toList());
    try {
      out.println(JSON.writeValueAsString(report));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a report that is no JSON", e);
    }
    out.flush();
  }

  private static Map<String, Object> run(ParityRun run) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("fixture", run.fixture());
    json.put("dtype", run.dtype().name().toLowerCase(Locale.ROOT));
    json.put("stages", ParitySummary.of(run).stream().map(ParityJson::stage).toList());
    json.put("results", run.results().stream().map(ParityJson::result).toList());
    return json;
  }

  private static Map<String, Object> stage(ParitySummary summary) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("stage", name(summary.stage()));
    json.put("passed", summary.passed());
    json.put("failed", summary.failed());
    json.put("not_run", summary.notRun());
    json.put("largest_difference", number(summary.largest()));
    json.put("share_of_bound", number(summary.share()));
    return json;
  }

  private static Map<String, Object> result(ParityResult result) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("name", result.name());
    json.put("stage", name(result.stage()));
    json.put("verdict", result.verdict().name().toLowerCase(Locale.ROOT));
    json.put("what", result.what());
    result
        .difference()
        .ifPresent(difference -> {
          json.put("max_abs", number(difference.largest()));
          json.put("rel_rms", number(difference.relative()));
          json.put("bound", difference.limit().value());
          json.put("bound_of", difference.limit().relative() ? "rel_rms" : "max_abs");
        });
    return json;
  }

  private static String name(ParityStage stage) {
    return stage.name().toLowerCase(Locale.ROOT);
  }

  /** JSON has no number for what is infinitely far off. */
  private static Object number(double value) {
    return Double.isFinite(value) ? value : Double.toString(value);
  }
}
