package io.zoetrope.pipeline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.zoetrope.VideoPipeline;
import io.zoetrope.config.JsonConfig;
import io.zoetrope.dit.cache.StepCaching;
import io.zoetrope.dit.scheduler.config.Schedulers;
import io.zoetrope.ops.Backend;
import io.zoetrope.ops.BackendProvider;
import io.zoetrope.ops.Tracer;
import io.zoetrope.pipeline.run.Job;
import io.zoetrope.pipeline.task.Task;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.testing.Fixtures;
import io.zoetrope.testing.Golden;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Steps that reuse what the transformer made of the one before, and steps that are not guided. */
class StepCacheTest {
  private static final String BASE = "wan21-t2v-tiny";
  private static final Backend CPU = BackendProvider.open("cpu", 1);

  @AfterAll
  static void close() {
    CPU.close();
  }

  private static VideoPipeline open(String fixture) {
    return VideoPipeline.open(Fixtures.path(fixture), CPU, DType.F32);
  }

  private static StepCaching cache(String text) {
    return StepCaching.parse(text).orElseThrow();
  }

  private static GenerationRequest request(VideoPipeline pipeline, int steps) {
    GenerationRequest request =
        pipeline
            .request("a prompt")
            .with(
                new ClipSize(
                    3 * pipeline.geometry().widthMultiple(),
                    2 * pipeline.geometry().heightMultiple(),
                    pipeline.kind().startsWith("Latte") ? 4 : pipeline.geometry().framesNearest(6)))
            .with(Setting.STEPS, steps);
    Task first = pipeline.tasks().getFirst();
    return first.withExample(request);
  }

  /** Notes what a run does. */
  private static class Seen implements Progress, Tracer {
    final List<StageNeeds> needs = new ArrayList<>();
    final TreeSet<String> paths = new TreeSet<>();
    int reused;

    @Override
    public void reused(Stage stage, int predictions) {
      assertEquals(reused + 1, predictions);
      reused = predictions;
    }

    @Override
    public void end(Stage stage, Report report) {
      needs.add(new StageNeeds(stage, report.weightBytes(), report.scratchBytes(), report.flops()));
    }

    @Override
    public boolean wants(String path) {
      return path.endsWith("/noise_pred");
    }

    @Override
    public void tensor(String path, Tensor tensor) {
      paths.add(path);
    }

    @Override
    public boolean wantsOperations() {
      return true;
    }

    @Override
    public void scope(String path, long startNanos, long nanos) {
      paths.add(path);
    }

    boolean ran(int step, String branch, String part) {
      return paths.contains("denoise/step%d/%s/transformer/%s".formatted(step, branch, part));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "first_block_0.4",
        "first_block_0.6",
        "first_block_0.8",
        "magcache_0.06",
        "magcache_0.3_interpolated"
      })
  void stepsAndLatentsAreThoseOfTheReference(String name) {
    try (Golden golden = Golden.open(Fixtures.path("step-cache"));
        VideoPipeline pipeline = open(BASE)) {
      JsonNode run =
          golden
              .json()
              .required("cases")
              .valueStream()
              .filter(node -> node.path("name").asText().equals(name))
              .findFirst()
              .orElseThrow();
      StepCaching caching = cache(run.required("cache").asText());
      if (run.has("mag_ratios")) {
        List<Double> ratios =
            run.required("mag_ratios").valueStream().map(JsonNode::doubleValue).toList();
        caching = ((StepCaching.Mag) caching).with(List.of(ratios, ratios));
      }
      GenerationRequest request =
          pipeline
              .request(run.required("prompt").asText())
              .with(Setting.NEGATIVE_PROMPT, run.required("negative_prompt").asText())
              .with(
                  new ClipSize(
                      run.required("width").intValue(),
                      run.required("height").intValue(),
                      run.required("frames").intValue()))
              .with(Setting.STEPS, run.required("steps").intValue())
              .with(Setting.GUIDANCE_SCALE, run.required("guidance_scale").doubleValue())
              .with(Setting.MAX_SEQUENCE_LENGTH, run.required("max_sequence_length").intValue())
              .with(new Input.Noise(golden.get("shared/initial_latents")))
              .with(Setting.CACHE, caching);
      List<String> compared = new ArrayList<>();
      Tracer latents =
          new Tracer() {
            @Override
            public boolean wants(String path) {
              return path.endsWith("/latents_after");
            }

            @Override
            public void tensor(String path, Tensor tensor) {
              compared.add(path);
              golden.check(path.replace("denoise/", name + "/"), tensor, DType.F32);
            }
          };
      GenerationResult result = pipeline.generate(request, Progress.NONE, latents);
      assertEquals(run.required("steps").intValue(), compared.size());
      assertEquals(
          run.required("reused_steps"),
          JsonConfig.MAPPER.valueToTree(result.settings().get("cache_reused_steps")));
    }
  }

  /** Whatever stands between the blocks of a family; memory is what was forecast. */
  @ParameterizedTest
  @CsvSource({
    "wan21-t2v-tiny, first-block:1",
    "wan21-t2v-tiny, 'easycache:1,2'",
    "wan22-ti2v-tiny, first-block:1",
    "wan21-i2v-tiny, first-block:1",
    "wan21-i2v-tiny, 'easycache:1,2'",
    "wan21-vace-tiny, first-block:1",
    "latte-tiny, first-block:1",
    "cogvideox-2b-tiny, first-block:1",
    "cogvideox-5b-i2v-tiny, 'easycache:1,2'",
    "ltx-video-tiny, first-block:1",
  })
  void everyFamilyReuses(String fixture, String text) {
    try (VideoPipeline pipeline = open(fixture)) {
      GenerationRequest request = request(pipeline, 5).with(Setting.CACHE, cache(text));
      Seen seen = new Seen();
      GenerationResult result = pipeline.generate(request, seen, seen);
      assertTrue(seen.reused > 0 && seen.reused < 10, () -> seen.reused + " reused");
      int listed =
          ((Map<?, ?>) result.settings().get("cache_reused_steps"))
              .values().stream().mapToInt(steps -> ((List<?>) steps).size()).sum();
      assertEquals(seen.reused, listed);
      assertEquals(text.split(",")[0], result.settings().get("cache").toString().split("\\.0")[0]);
      JobNeeds needs = pipeline.needs(request);
      for (int i = 0; i < seen.needs.size(); i++) {
        assertEquals(needs.stages().get(i).peakBytes(), seen.needs.get(i).peakBytes());
      }
      assertEquals(
          result.frames(), pipeline.generate(request, Progress.NONE).frames(), "once more");
    }
  }

  /** What is remembered of the first transformer is nothing to the second. */
  @Test
  void theSecondTransformerBeginsAnew() {
    try (VideoPipeline pipeline = open("wan22-a14b-tiny")) {
      GenerationRequest request =
          request(pipeline, 6)
              .with(Setting.BOUNDARY_RATIO, 0.9)
              .with(Setting.CACHE, cache("first-block:1"));
      List<float[]> experts = new ArrayList<>();
      Seen seen = new Seen();
      Tracer both =
          new Tracer() {
            @Override
            public boolean wantsOperations() {
              return true;
            }

            @Override
            public void scope(String path, long startNanos, long nanos) {
              seen.scope(path, startNanos, nanos);
            }

            @Override
            public boolean wants(String path) {
              return path.equals("denoise/expert");
            }

            @Override
            public void tensor(String path, Tensor tensor) {
              experts.add(tensor.toFloats());
            }
          };
      pipeline.generate(request, seen, both);
      assertEquals(2, experts.size());
      for (float[] expert : experts) {
        int first = (int) expert[1];
        assertTrue(seen.ran(first, "cond", "blocks.1"), "step " + first);
      }
      assertTrue(seen.reused > 0);
    }
  }

  @Test
  void onlyStepsOfTheIntervalAreGuided() {
    try (VideoPipeline pipeline = open(BASE)) {
      GenerationRequest request =
          request(pipeline, 5)
              .with(Setting.GUIDANCE_SCALE, 4.0)
              .with(Setting.GUIDANCE_INTERVAL, GuidanceInterval.parse("0.25-0.8"));
      Seen seen = new Seen();
      GenerationResult result = pipeline.generate(request, seen, seen);
      assertEquals("0.25-0.8", result.settings().get("guidance_interval"));
      for (int step = 0; step < 5; step++) {
        assertTrue(seen.ran(step, "cond", "blocks.0"));
        // floor(0.25 * 5) to floor(0.8 * 5)
        assertEquals(step >= 1 && step < 4, seen.ran(step, "uncond", "blocks.0"), "step " + step);
      }
      // A negative prompt that was not asked for in between knows nothing of the step before.
      Seen cached = new Seen();
      pipeline.generate(request.with(Setting.CACHE, cache("easycache:1,2")), cached, cached);
      assertTrue(cached.reused > 0);
      assertTrue(cached.ran(1, "uncond", "blocks.0"));
    }
  }

  @Test
  void nothingDependsOnTheNumberOfThreads() {
    try (Backend two = BackendProvider.open("cpu", 2);
        VideoPipeline other = VideoPipeline.open(Fixtures.path(BASE), two, DType.F32);
        VideoPipeline pipeline = open(BASE)) {
      for (String text : List.of("first-block:1", "easycache:1,2")) {
        GenerationRequest request = request(pipeline, 6).with(Setting.CACHE, cache(text));
        GenerationResult one = pipeline.generate(request, Progress.NONE);
        GenerationResult same = other.generate(request, Progress.NONE);
        assertEquals(one.frames(), same.frames());
        assertEquals(one.settings(), same.settings());
        assertNotEquals(
            one.frames(), pipeline.generate(request(pipeline, 6), Progress.NONE).frames());
      }
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          teacache        | needs coefficients that are fitted to a model, and for this one none are
          magcache        | needs a table that was measured on a model, and for this one none is
          easycache:0.1   | computes the first 10 steps and the last one, and of 8 steps leaves out none
          """)
  void aCacheThatDoesNotFitIsRefused(String text, String reason) {
    try (VideoPipeline pipeline = open(BASE)) {
      assertRefused(pipeline, request(pipeline, 8).with(Setting.CACHE, cache(text)), reason);
    }
  }

  private static StepCaching fitted(String text) {
    return switch (cache(text)) {
      case StepCaching.Tea tea -> tea.with(List.of(1.0, 0.0));
      case StepCaching.Mag mag -> mag.with(List.of(List.of(1.0, 0.97), List.of(1.0, 0.98)));
      case StepCaching other -> other;
    };
  }

  /** Wherever a job stops, it goes on to the bit, and with the memory that was forecast. */
  @ParameterizedTest
  @CsvSource({
    "wan21-t2v-tiny, first-block:0.6, BF16",
    "wan21-t2v-tiny, teacache:1, F32",
    "wan21-t2v-tiny, 'magcache:0.1,2,0.2', F32",
    "wan21-t2v-tiny, 'easycache:1,2', BF16",
    "wan22-a14b-tiny, first-block:1, F32",
    "wan22-a14b-tiny, 'easycache:1,2', F32",
  })
  void aJobThatGoesOnRemembersTheSame(
      String fixture, String text, DType dtype, @TempDir Path folder) throws IOException {
    int steps = 7;
    Path file = folder.resolve("state.safetensors");
    try (VideoPipeline pipeline = VideoPipeline.open(Fixtures.path(fixture), CPU, dtype)) {
      GenerationRequest request = request(pipeline, steps).with(Setting.CACHE, fitted(text));
      Seen seen =
          new Seen() {
            @Override
            public void step(Stage stage, int done) {
              if (stage == Stage.DENOISE) {
                try {
                  Files.copy(file, folder.resolve("after" + done));
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
              }
            }
          };
      Job job = pipeline.job(request.with(Setting.CHECKPOINT, file));
      GenerationResult whole = job.run(seen, Tracer.NONE);
      assertTrue(seen.reused > 0);
      assertEquals(peaks(job.needs().stages()), peaks(seen.needs));
      assertTrue(2 * Files.size(file) <= job.checkpointBytes());
      for (int taken = 1; taken < steps; taken++) {
        Seen rest = new Seen();
        Job going = pipeline.job(request.with(Setting.RESUME, folder.resolve("after" + taken)));
        rest.reused = count(going.takenSteps(), whole);
        GenerationResult result = going.run(rest, Tracer.NONE);
        assertEquals(whole.frames(), result.frames(), "after " + taken);
        assertEquals(whole.settings(), result.settings());
        // Steps that reuse all may be all that is left.
        for (int i = 0; i < rest.needs.size(); i++) {
          assertTrue(
              peaks(rest.needs).get(i) <= peaks(going.needs().stages()).get(i), "after " + taken);
        }
      }
    }
  }

  private static List<Long> peaks(List<StageNeeds> needs) {
    return needs.stream().map(StageNeeds::peakBytes).toList();
  }

  /** How many predictions of the first steps were reused. */
  private static int count(int steps, GenerationResult result) {
    return (int)
        ((Map<?, ?>) result.settings().get("cache_reused_steps"))
            .values().stream()
                .flatMap(branch -> ((List<?>) branch).stream())
                .filter(step -> (Integer) step <= steps)
                .count();
  }

  /** Of 12 steps no transformer takes more than the ten that are computed in any case. */
  @Test
  void aCacheCountsTheStepsOfEachTransformer() {
    try (VideoPipeline pipeline = open("wan22-a14b-tiny")) {
      GenerationRequest request =
          request(pipeline, 12)
              .with(Setting.BOUNDARY_RATIO, 0.9)
              .with(Setting.CACHE, cache("easycache:0.1"));
      assertRefused(pipeline, request, "of a transformer leaves out none: take more steps, or");
      pipeline.job(request.with(Setting.CACHE, cache("easycache:0.1,2")));
    }
  }

  @Test
  void whatACacheCannotStandBesideIsRefused() {
    try (VideoPipeline pipeline = open("wan-few-step")) {
      GenerationRequest request = request(pipeline, 8).with(Setting.CACHE, cache("first-block"));
      assertRefused(
          pipeline,
          request.with(Setting.SCHEDULER, Schedulers.ofOption("lcm")),
          "draws noise anew in each step");
      assertRefused(
          pipeline,
          request.with(Setting.GUIDANCE_INTERVAL, new GuidanceInterval(0.1, 0.12)),
          "of 8 steps it holds none");
      assertTrue(
          pipeline.job(request).warnings().stream()
              .anyMatch(warning -> warning.contains("8 steps are few for a cache")));
      assertFalse(
          pipeline.job(request.with(Setting.STEPS, 12)).warnings().stream()
              .anyMatch(warning -> warning.contains("few for a cache")));
    }
  }

  private static void assertRefused(
      VideoPipeline pipeline, GenerationRequest request, String reason) {
    String message =
        assertThrows(PipelineException.class, () -> pipeline.job(request)).getMessage();
    assertTrue(message.contains(reason), message);
    assertEquals(1, message.lines().count());
  }

  @ParameterizedTest
  @ValueSource(strings = {"0.9-0.1", "0.5-0.5", "0-1.5", "0.1", "a-b", "-0.1-0.5", "0.1-0.9-1"})
  void anIntervalIsTwoSharesInOrder(String text) {
    assertThrows(PipelineException.class, () -> GuidanceInterval.parse(text));
  }
}
