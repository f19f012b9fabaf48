package io.zoetrope.tools.parity;

import com.fasterxml.jackson.databind.JsonNode;
import io.zoetrope.files.FileErrors;
import io.zoetrope.files.MemoryException;
import io.zoetrope.ops.Backend;
import io.zoetrope.pipeline.PipelineException;
import io.zoetrope.pipeline.family.ChangedModel;
import io.zoetrope.pipeline.family.ModelFolder;
import io.zoetrope.pipeline.family.ModelSource;
import io.zoetrope.tensor.DType;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** Runs whatever folders of fixtures hold and compares it with the reference. */
public final class Parity {
  private static final List<String> GOLDEN = List.of("golden.json", "cases.json");

  private Parity() {}

  /**
   * Runs a fixture, or all fixtures in a folder, and writes what comes of them.
   *
   * @param cases globs of case names; none is all
   * @param dtypes number formats of text encoder and transformer, one run each. Single operations,
   *     schedulers and the video autoencoder are F32 in the reference and here
   * @return the runs that had results, at least one
   * @throws PipelineException if there is no fixture, or none with such a case
   */
  public static List<ParityRun> run(
      Path folder,
      List<String> cases,
      Backend backend,
      List<DType> dtypes,
      ParityFormat format,
      PrintWriter out) {
    List<Path> fixtures = fixtures(folder);
    ParityOutput output = format.open(out, fixtures.size() * dtypes.size() > 1);
    List<ParityRun> runs = new ArrayList<>();
    for (Path fixture : fixtures) {
      for (DType dtype : dtypes) {
        output.begin(name(fixture), dtype);
        ParityRun run =
            MemoryException.naming(
                fixture::toString,
                "--case to run fewer of its cases",
                () -> run(fixture, cases, backend, dtype, output::add));
        if (!run.results().isEmpty()) {
          output.end(run);
          runs.add(run);
        }
      }
    }
    if (runs.isEmpty()) {
      throw new PipelineException(
          cases.isEmpty()
              ? folder + " has no cases"
              : "%s has no case that --case %s names"
                  .formatted(folder, String.join(", --case ", cases)));
    }
    output.finish(runs);
    return List.copyOf(runs);
  }

  /** Runs one fixture; without results if it has no such case. */
  static ParityRun run(
      Path fixture, List<String> cases, Backend backend, DType dtype, Consumer<ParityResult> seen) {
    List<ParityResult> results;
    if (!Files.exists(fixture.resolve("golden.json"))
        && Files.exists(fixture.resolve("cases.json"))) {
      Report report = new Report(_ -> ParityStage.FILES, seen);
      new SafetensorsParity(fixture, Fixture.matchers(cases), report).run();
      results = report.results();
    } else {
      results = runFixture(fixture, cases, backend, dtype, seen);
    }
    return new ParityRun(name(fixture), dtype, results);
  }

  private static String name(Path fixture) {
    return fixture.toAbsolutePath().normalize().getFileName().toString();
  }

  /** The folder itself, or the folders in it that are fixtures, by name. */
  private static List<Path> fixtures(Path folder) {
    if (isFixture(folder) || !Files.isDirectory(folder)) {
      return List.of(folder);
    }
    try (Stream<Path> inside = Files.list(folder)) {
      List<Path> fixtures = inside.filter(Parity::isFixture).sorted().toList();
      return fixtures.isEmpty() ? List.of(folder) : fixtures;
    } catch (IOException e) {
      throw new PipelineException(
          "%s cannot be read: %s".formatted(folder, FileErrors.reason(e)), e);
    }
  }

  private static boolean isFixture(Path folder) {
    return GOLDEN.stream().anyMatch(name -> Files.exists(folder.resolve(name)));
  }

  private static List<ParityResult> runFixture(
      Path folder, List<String> cases, Backend backend, DType dtype, Consumer<ParityResult> seen) {
    try (Fixture fixture = Fixture.open(folder, cases)) {
      Tolerances tolerances = new Tolerances(fixture.json(), dtype);
      Report report;
      if (fixture.json().has("attributes")) {
        report = new Report(_ -> ParityStage.OPERATIONS, seen);
        new OpsParity(backend, fixture, tolerances, report).run();
      } else if (fixture.json().path("cases").isObject()) {
        report = new Report(_ -> ParityStage.SCHEDULERS, seen);
        new SchedulersParity(backend, fixture, tolerances, report).run();
      } else if (FilesParity.isFor(fixture)) {
        report = new Report(FilesParity.stages(fixture), seen);
        new FilesParity(backend, dtype, fixture, tolerances, report).run();
      } else {
        report = new Report(ParityStage::ofModel, seen);
        runModel(fixture, backend, dtype, tolerances, report);
      }
      return report.results();
    }
  }

  private static void runModel(
      Fixture fixture, Backend backend, DType dtype, Tolerances tolerances, Report report) {
    try {
      new TokenizerParity(fixture, report).run();
    } catch (RuntimeException e) {
      report.ended("tokenizer_cases", e);
    }
    fixture
        .cases()
        .forEach((name, settings) -> {
          if (fixture.selects(name)) {
            try {
              runCase(name, settings, fixture, backend, dtype, tolerances, report);
            } catch (RuntimeException e) {
              report.ended(name, e);
            }
          }
        });
  }

  /** The model of a fixture in the pipeline that takes pictures and clips at any frame. */
  private static ModelSource conditioned(Fixture fixture) {
    return new ChangedModel(ModelFolder.open(fixture.model())) {
      @Override
      public String pipelineClass() {
        return "LTXConditionPipeline";
      }
    };
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
      case "t2v", "v2v", "i2v", "vace" ->
          new PipelineParity(
                  backend, dtype, fixture, ModelFolder.open(fixture.model()), tolerances, report)
              .run(name, settings);
      case "condition" ->
          new PipelineParity(backend, dtype, fixture, conditioned(fixture), tolerances, report)
              .run(name, settings);
      case "vae", "vae_decode" -> {
        ModelFolder model = ModelFolder.open(fixture.model());
        if (fixture.has(name + "/images_uint8")) {
          new PictureVaeParity(backend, fixture, model, tolerances, report).run(name);
        } else {
          new VaeParity(backend, fixture, model, tolerances, report).run(name, settings);
        }
      }
      case "upsample" ->
          new UpsampleParity(backend, dtype, fixture, tolerances, report).run(name, settings);
      case "upsampler_model" ->
          new UpsampleParity(backend, dtype, fixture, tolerances, report).runModel(name, settings);
      default -> report.notRun(name, "kind '%s' is not supported".formatted(kind));
    }
  }
}
