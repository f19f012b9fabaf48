package io.zoetrope.tools.parity;

import com.fasterxml.jackson.databind.JsonNode;
import io.zoetrope.ops.Backend;
import io.zoetrope.pipeline.PipelineException;
import io.zoetrope.tensor.DType;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CancellationException;

/** Runs whatever a fixture folder holds and compares it with the reference. */
public final class Parity {
  private Parity() {}

  /**
   * Runs a fixture and prints one line a tensor.
   *
   * @param cases globs of case names; none is all
   * @param dtype number format of text encoder and transformer. Single operations, schedulers and
   *     the video autoencoder are F32 in the reference and here
   * @return whether everything passed
   * @throws PipelineException if the folder is no fixture, or has no such case
   */
  public static boolean run(
      Path folder, List<String> cases, Backend backend, DType dtype, PrintWriter out) {
    Report report = new Report(out);
    if (!Files.exists(folder.resolve("golden.json"))
        && Files.exists(folder.resolve("cases.json"))) {
      new SafetensorsParity(folder, Fixture.matchers(cases), report).run();
    } else {
      runFixture(folder, cases, backend, dtype, report);
    }
    if (report.isEmpty()) {
      throw new PipelineException(
          cases.isEmpty()
              ? folder + " has no cases"
              : "%s has no case that --case %s names"
                  .formatted(folder, String.join(", --case ", cases)));
    }
    return report.finish();
  }

  private static void runFixture(
      Path folder, List<String> cases, Backend backend, DType dtype, Report report) {
    try (Fixture fixture = Fixture.open(folder, cases)) {
      Tolerances tolerances = new Tolerances(fixture.json(), dtype);
      if (fixture.json().has("attributes")) {
        new OpsParity(backend, fixture, tolerances, report).run();
      } else if (fixture.json().path("cases").isObject()) {
        new SchedulersParity(backend, fixture, tolerances, report).run();
      } else {
        runModel(fixture, backend, dtype, tolerances, report);
      }
    }
  }

  private static void runModel(
      Fixture fixture, Backend backend, DType dtype, Tolerances tolerances, Report report) {
    try {
      new TokenizerParity(fixture, report).run();
    } catch (RuntimeException e) {
      report.notRun("tokenizer_cases", e);
    }
    fixture
        .cases()
        .forEach((name, settings) -> {
          if (fixture.selects(name)) {
            try {
              runCase(name, settings, fixture, backend, dtype, tolerances, report);
            } catch (CancellationException e) {
              throw e;
            } catch (RuntimeException e) {
              report.notRun(name, e);
            }
          }
        });
  }

  private static void runCase(
      String name,
      JsonNode settings,
      Fixture fixture,
      Backend backend,
      DType dtype,
      Tolerances tolerances,
      Report report) {
    String kind = settings.path("kind").asText();
    switch (kind) {
      case "t2v", "v2v", "i2v" ->
          new PipelineParity(backend, dtype, fixture, tolerances, report).run(name, settings);
      case "vae" -> new VaeParity(backend, fixture, tolerances, report).run(name);
      default -> report.notRun(name, "kind '%s' is not supported".formatted(kind));
    }
  }
}
