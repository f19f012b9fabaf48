package io.zoetrope.tools.parity;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.zoetrope.ops.Backend;
import io.zoetrope.ops.BackendProvider;
import io.zoetrope.ops.ReferenceBackend;
import io.zoetrope.tensor.DType;
import io.zoetrope.testing.Fixtures;
import io.zoetrope.tools.parity.ParityResult.Difference;
import io.zoetrope.tools.parity.ParityResult.Verdict;
import io.zoetrope.tools.parity.Tolerances.Limit;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How results are written. */
class ParityOutputTest {
  private static final ParityRun SINGLE =
      new ParityRun(
          "tiny",
          DType.F32,
          List.of(
              result("a/step0/cond/block0", Verdict.PASS, 2e-6, 1e-6, new Limit(1e-5, false)),
              result("a/step0/cond/block1", Verdict.FAIL, 3e-5, 2e-6, new Limit(1e-5, false)),
              result("a/scheduler/sigmas", Verdict.PASS, 0, 0, new Limit(0, false)),
              new ParityResult(
                  "b", ParityStage.WHOLE_CASE, Verdict.NOT_RUN, "no i2v", Optional.empty())));

  private static final ParityRun HALF =
      new ParityRun(
          "tiny",
          DType.BF16,
          List.of(
              result("a/step0/cond/block0", Verdict.PASS, 0.5, 0.004, new Limit(0.01, true)),
              result("a/scheduler/sigmas", Verdict.PASS, 0, 0, new Limit(0, false))));

  private final StringWriter out = new StringWriter();

  private static ParityResult result(
      String name, Verdict verdict, double largest, double relative, Limit limit) {
    return new ParityResult(
        name,
        ParityStage.ofModel(name),
        verdict,
        "[2]",
        Optional.of(new Difference(largest, relative, limit)));
  }

  private String written(ParityFormat format, ParityRun... runs) {
    ParityOutput output = format.open(new PrintWriter(out, true), runs.length > 1);
    for (ParityRun run : runs) {
      output.begin(run.fixture(), run.dtype());
      run.results().forEach(output::add);
      output.end(run);
    }
    output.finish(List.of(runs));
    return out.toString();
  }

  @Test
  void aTableHasARowForEachStage() {
    assertEquals(
        """
        | `tiny`, 4 results | largest difference, f32 | share of the bound | relative difference, bf16 | share of the bound |
        |---|---|---|---|---|
        | transformer, layer by layer | 3.0e-5 | 3.00, 1 out | 4.0e-3 | 0.40 |
        | token ids, masks, prompts after cleaning, sigmas, timesteps | equal |  | equal |  |
        | whole cases |  | 1 not run |  |  |

        4 passed, 1 failed, 1 not run
        """,
        written(ParityFormat.MD, SINGLE, HALF));
  }

  /** So that the documented table can be made again, row by row, with the command beside it. */
  @Test
  void theDocumentedTableHasTheSameRows() throws IOException {
    List<String> documented =
        Files.readAllLines(Fixtures.path("../docs/agreement.md")).stream()
            .dropWhile(line -> !line.startsWith("| `wan21-t2v-tiny`, "))
            .takeWhile(line -> line.startsWith("|"))
            .toList();
    String name = "wan21-t2v-tiny";
    ParityOutput output = ParityFormat.MD.open(new PrintWriter(out, true), true);
    try (Backend backend = BackendProvider.open("cpu", 0)) {
      output.finish(
          Stream.of(DType.F32, DType.BF16)
              .map(dtype -> Parity.run(Fixtures.path(name), List.of(), backend, dtype, _ -> {}))
              .toList());
    }
    List<String> lines = out.toString().lines().takeWhile(line -> line.startsWith("|")).toList();
    assertEquals(documented.getFirst(), lines.getFirst());
    assertEquals(
        documented.stream().map(ParityOutputTest::firstCell).toList(),
        lines.stream().map(ParityOutputTest::firstCell).toList());
  }

  private static String firstCell(String row) {
    return row.split("\\|")[1].strip();
  }

  @Test
  void aPageHasStagesBlocksAndEveryCheckWithItsTolerance() {
    String page = ParityPage.of(List.of(SINGLE, HALF));
    for (String part :
        List.of(
            "<p>4 passed, 1 failed, 1 not run</p>",
            "<h2>tiny, f32</h2>",
            "<td>transformer, layer by layer</td><td>1</td><td>1</td><td>0</td><td>3.0e-05</td>",
            // Blocks 0 and 1 of step 0: a fifth of the tolerance, and three times as much.
            "<th>0</th><td style=\"background: hsl(14 80% 49%); color: #fff\">-0.7</td>",
            "<th>1</th><td style=\"background: hsl(14 80% 35%); color: #fff\">0.5</td>",
            "<tr class=\"apart\"><td>a/step0/cond/block1</td><td>[2]</td><td>3.0e-05</td>"
                + "<td>2.0e-06</td><td>1.0e-05</td><td>FAIL</td></tr>",
            "<td>relative 1.0e-02</td><td>pass</td>",
            "<td>b</td><td>no i2v</td><td></td><td></td><td></td><td>NOT RUN</td>")) {
      assertTrue(page.contains(part), part + " in " + page);
    }
  }

  @Test
  void severalRunsAreAddedUp() {
    List<String> lines = written(ParityFormat.TEXT, SINGLE, HALF).lines().toList();
    assertEquals("tiny, f32", lines.getFirst());
    assertEquals(
        List.of(
            "tiny, f32                                2 passed, 1 failed, 1 not run",
            "tiny, bf16                               2 passed, 0 failed",
            "4 passed, 1 failed, 1 not run"),
        lines.subList(lines.size() - 3, lines.size()));
  }

  @Test
  void programsGetEveryResultAndTheStages() throws IOException {
    JsonNode json = new ObjectMapper().readTree(written(ParityFormat.JSON, SINGLE));
    assertEquals(2, json.get("passed").intValue());
    assertEquals(1, json.get("failed").intValue());
    assertEquals(1, json.get("not_run").intValue());
    JsonNode run = json.at("/runs/0");
    assertEquals("f32", run.get("dtype").textValue());
    assertEquals(3, run.get("stages").size());
    assertEquals("transformer", run.at("/stages/0/stage").textValue());
    assertEquals(3, run.at("/stages/0/share_of_bound").doubleValue(), 1e-9);
    assertEquals(4, run.get("results").size());
    JsonNode failed = run.at("/results/1");
    assertEquals("fail", failed.get("verdict").textValue());
    assertEquals(3e-5, failed.get("max_abs").doubleValue());
    assertEquals("max_abs", failed.get("bound_of").textValue());
    assertEquals("not_run", run.at("/results/3/verdict").textValue());
  }

  @Test
  void whatIsInfinitelyFarOffIsJsonToo() throws IOException {
    ParityRun run =
        new ParityRun(
            "tiny",
            DType.F32,
            List.of(
                result(
                    "a/video_out",
                    Verdict.FAIL,
                    Double.POSITIVE_INFINITY,
                    Double.NaN,
                    new Limit(1, false))));
    JsonNode json = new ObjectMapper().readTree(written(ParityFormat.JSON, run));
    assertEquals("Infinity", json.at("/runs/0/results/0/max_abs").textValue());
    assertEquals("NaN", json.at("/runs/0/results/0/rel_rms").textValue());
  }

  @ParameterizedTest
  @CsvSource({
    "t2v_9f/text/prompt/block0_first64, TEXT_ENCODER",
    "t2v_9f/text/prompt/token_ids, EXACT",
    "t2v_9f/text/negative_prompt_embeds, TEXT_ENCODER",
    "t2v_9f/scheduler/sigmas, EXACT",
    "t2v_9f/step0/timestep, EXACT",
    "t2v_9f/step0/cond/timestep_proj, TRANSFORMER",
    "t2v_9f/step0/uncond/noise_pred, TRANSFORMER",
    "t2v_9f/step0/noise_pred_guided, GUIDANCE",
    "t2v_9f/step0/latents_after, LATENTS",
    "t2v_9f/vae_decode/video_out, AUTOENCODER",
    "vae_9f/encode_mean, AUTOENCODER",
    "t2v_9f/frames_uint8, AUTOENCODER",
    "t2v_9f/prompt_after_cleaning, EXACT",
    "t2v_9f/scheduler/timesteps_used, EXACT",
    "v2v_9f/v2v/timestep, EXACT",
    "v2v_9f/v2v/noised_latents, LATENTS",
    "t2v_9f/step1/noise, LATENTS",
    "i2v_9f/image_embeds, IMAGE_ENCODER",
    "i2v_9f/step0/cond/image_embedding, TRANSFORMER",
    "tokenizer_cases/3, EXACT",
    "tokenizer_cases, WHOLE_CASE",
    "i2v_9f, WHOLE_CASE"
  })
  void everyResultBelongsToAStage(String name, ParityStage stage) {
    assertEquals(stage, ParityStage.ofModel(name));
  }

  /** Of a folder every fixture is run that has the case. */
  @Test
  void aFolderOfFixturesRunsAll() {
    try (Backend backend = new ReferenceBackend()) {
      List<ParityRun> runs =
          Parity.run(
              Fixtures.path(""),
              List.of("dtype_F32*", "unipc_flow5_1", "cogvideox_ddim_2b_5", "tokenizer_cases"),
              backend,
              List.of(DType.F32),
              ParityFormat.TEXT,
              new PrintWriter(out, true));
      assertEquals(
          List.of(
              "ltx-video-091-tiny",
              "ltx-video-095-tiny",
              "ltx-video-tiny",
              "safetensors",
              "schedulers",
              "wan21-t2v-tiny",
              "wan21-t2v-variants-tiny"),
          runs.stream().map(ParityRun::fixture).toList());
      assertEquals(0, ParityRun.count(runs, Verdict.FAIL), out::toString);
      assertEquals(0, ParityRun.count(runs, Verdict.NOT_RUN), out::toString);
    }
  }
}
