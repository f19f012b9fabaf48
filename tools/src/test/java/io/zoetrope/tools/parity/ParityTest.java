package io.zoetrope.tools.parity;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.abort;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.zoetrope.config.JsonConfig;
import io.zoetrope.ops.Backend;
import io.zoetrope.ops.BackendProvider;
import io.zoetrope.pipeline.PipelineException;
import io.zoetrope.tensor.DType;
import io.zoetrope.testing.Fixtures;
import io.zoetrope.tools.parity.ParityResult.Verdict;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Everything that the fixtures hold agrees with the reference, and what does not is noticed. */
class ParityTest {
  private final StringWriter out = new StringWriter();

  private List<ParityRun> run(
      Path folder, List<DType> dtypes, ParityFormat format, String... cases) {
    try (Backend backend = BackendProvider.open("cpu", 0)) {
      return Parity.run(
          folder, List.of(cases), backend, dtypes, format, new PrintWriter(out, true));
    }
  }

  private ParityRun run(Path folder, DType dtype, List<String> cases) {
    return run(folder, List.of(dtype), ParityFormat.TEXT, cases.toArray(String[]::new)).getFirst();
  }

  private void assertPasses(String fixture, DType dtype, String... cases) {
    assertTrue(run(Fixtures.path(fixture), dtype, List.of(cases)).isAllRight(), out::toString);
  }

  @Test
  void wanInSinglePrecision() {
    assertPasses("wan21-t2v-tiny", DType.F32);
  }

  @Test
  void wanInHalfPrecision() {
    assertPasses("wan21-t2v-tiny", DType.BF16);
  }

  /** Images, two transformers, few steps, clips: all tensors of all cases. */
  @ParameterizedTest
  @CsvSource({
    "wan22-ti2v-tiny, F32",
    "wan22-ti2v-tiny, BF16",
    "wan21-i2v-tiny, F32",
    "wan21-i2v-tiny, BF16",
    "wan21-flf2v-tiny, F32",
    "wan21-flf2v-tiny, BF16",
    "wan22-a14b-tiny, F32",
    "wan22-a14b-tiny, BF16",
    "wan-few-step, F32",
    "wan-few-step, BF16",
    "wan22-few-step, F32",
    "wan22-few-step, BF16",
    "wan-v2v-schedulers, F32",
    "wan-v2v-schedulers, BF16",
    "wan21-vace-tiny, F32",
    "wan21-vace-tiny, BF16",
    "single-file, F32",
    "cogvideox-2b-tiny, F32",
    "cogvideox-2b-v2v-tiny, F32",
    "cogvideox-2b-v2v-tiny, BF16",
    "cogvideox-5b-i2v-tiny, F32",
    "cogvideox-5b-i2v-tiny, BF16",
    "cogvideox-15-i2v-tiny, F32",
    "cogvideox-15-i2v-tiny, BF16",
    "latte-tiny, F32",
    "latte-tiny, BF16",
    "ltx-conditions, F32",
    "ltx-conditions, BF16",
    "gguf, F32",
    "ltx-upsample-tiny, F32",
    "ltx-upsample-tiny, BF16",
    "fp8-scaled, F32",
    "step-cache, F32",
  })
  void everyTask(String fixture, DType dtype) {
    assertPasses(fixture, dtype);
  }

  /** Every pipeline of LTX-Video; its autoencoders stand beside them. */
  @ParameterizedTest
  @CsvSource({
    "ltx-video-tiny, F32",
    "ltx-video-tiny, BF16",
    "ltx-video-095-tiny, F32",
    "ltx-video-095-tiny, BF16",
  })
  void tokensThatKnowWhereTheyLie(String fixture, DType dtype) {
    assertPasses(fixture, dtype, "t2v*", "i2v*", "condition*");
  }

  /** Batches, empty prompts, clips that do not come out even, other patches and scales. */
  @Test
  void otherSizesAndPromptsInSinglePrecision() {
    assertPasses("wan21-t2v-variants-tiny", DType.F32, "t2v*", "v2v*");
  }

  /**
   * The last stage magnifies what was rounded before it, as docs/agreement.md says: results that
   * are as good on AVX-512 and AMX as elsewhere lead beyond the bound there, but not beyond what
   * other roundings of the last bit lead to.
   */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          reference           | F32  | 1
          cpu,gemm=vector     | F32  | 1
          cpu,gemm=avx2       | F32  | 1
          cpu,gemm=avx2       | BF16 | 1
          cpu,gemm=avx512     | F32  | 4
          cpu,gemm=avx512bf16 | BF16 | 4
          cpu,gemm=amx        | F32  | 4
          cpu,gemm=amx        | BF16 | 4
          """)
  void aDecoderThatMagnifiesRounding(String device, DType dtype, double lastShare) {
    try (Backend backend = BackendProvider.open(device, 0)) {
      Path fixture = Fixtures.path("wan21-t2v-variants-tiny");
      ParityRun run =
          Parity.run(
              fixture, List.of("vae_11f"), backend, dtype, result -> out.append(result + "\n"));
      for (ParityResult result : run.results()) {
        boolean last = result.name().matches("vae_11f/decode_(video|before_clamp)");
        boolean right =
            last
                ? result.difference().orElseThrow().share() <= lastShare
                : result.verdict() == Verdict.PASS;
        assertTrue(right, out::toString);
      }
    } catch (IllegalStateException e) {
      abort(e.getMessage());
    }
  }

  /**
   * Without {@code v2v_7f}: the embedding of its negative prompt, 8 rows of which most are padding,
   * is 3 times as far from F32 as in the reference's BF16 run. The README says so.
   */
  @Test
  void otherSizesAndPromptsInHalfPrecision() {
    assertPasses("wan21-t2v-variants-tiny", DType.BF16, "t2v*", "v2v_5f");
  }

  @Test
  void safetensors() {
    assertPasses("safetensors", DType.F32);
  }

  @Test
  void schedulers() {
    assertPasses("schedulers", DType.F32);
  }

  @Test
  void operations() {
    assertPasses("ops", DType.F32);
  }

  /** What fixtures hold for the host, and what comes back to it, on a device with own memory. */
  @Test
  void operationsOnACard() {
    try (Backend card = BackendProvider.open("cuda-emulated", 0)) {
      List<String> cases =
          List.of("bfloat16*", "rope_wan/*24", "sdpa/bool*", "t5_*/causal_16*", "timestep*/odd*");
      ParityRun run =
          Parity.run(
              Fixtures.path("ops"), cases, card, DType.F32, result -> out.append(result + "\n"));
      assertTrue(run.isAllRight(), out::toString);
    }
  }

  @Test
  void whatCannotRunIsNotPassed(@TempDir Path folder) throws IOException {
    Path schedulers = Fixtures.path("schedulers");
    JsonNode golden = JsonConfig.read(schedulers.resolve("golden.json")).json();
    ((ObjectNode) golden.path("cases").path("ddim_latte_10")).put("class", "PNDMScheduler");
    Files.writeString(folder.resolve("golden.json"), golden.toString());
    Files.copy(schedulers.resolve("golden.safetensors"), folder.resolve("golden.safetensors"));
    ParityRun run = run(folder, DType.F32, List.of("ddim_latte_10", "unipc_flow5_1"));
    assertFalse(run.isAllRight());
    assertEquals(0, run.count(Verdict.FAIL));
    assertEquals(1, run.count(Verdict.NOT_RUN));
    assertTrue(out.toString().contains("NOT RUN"), out::toString);
    assertTrue(
        out.toString()
            .endsWith("%d passed, 0 failed, 1 not run%n".formatted(run.count(Verdict.PASS))),
        out::toString);
  }

  @ParameterizedTest
  @CsvSource({
    "ops, nothing, has no case that",
    "ops, [a, is no glob",
    ".., *, golden.json does not"
  })
  void whatHasNoCasesIsSaid(String fixture, String glob, String message) {
    PipelineException e =
        assertThrows(
            PipelineException.class, () -> run(Fixtures.path(fixture), DType.F32, List.of(glob)));
    assertTrue(e.getMessage().contains(message), e::getMessage);
  }

  @Test
  void casesThatCannotRunAreNamed(@TempDir Path folder) throws IOException {
    Files.writeString(
        folder.resolve("golden.json"),
        """
        {"cases": [{"name": "a", "kind": "sound"}, {"name": "b", "kind": "t2v"}],
         "tokenizer_cases": []}
        """);
    Files.copy(
        Fixtures.path("safetensors/ok_two_f32.safetensors"), folder.resolve("golden.safetensors"));
    Files.writeString(folder.resolve("model_index.json"), "{\"_class_name\": \"MochiPipeline\"}");
    assertEquals(3, run(folder, DType.F32, List.of()).count(Verdict.NOT_RUN));
    String lines = out.toString();
    assertEquals(3, lines.split("NOT RUN", -1).length - 1, lines);
    assertTrue(lines.contains("kind 'sound' is not supported"), lines);
    assertTrue(lines.contains("'MochiPipeline' is not supported"), lines);
    assertTrue(lines.contains("0 passed, 0 failed, 3 not run"), lines);
  }

  @Test
  void anotherValueIsNoticed(@TempDir Path folder) throws IOException {
    Path source = Fixtures.path("ops");
    Files.copy(source.resolve("golden.json"), folder.resolve("golden.json"));
    byte[] bytes = Files.readAllBytes(source.resolve("golden.safetensors"));
    // The last tensors of the file are results and masks of attention: flip their high bits.
    for (int i = bytes.length * 3 / 4; i < bytes.length; i++) {
      bytes[i] ^= 0x40;
    }
    Files.write(folder.resolve("golden.safetensors"), bytes);
    assertTrue(run(folder, DType.F32, List.of()).count(Verdict.FAIL) > 0);
    assertTrue(out.toString().contains("FAIL"), out::toString);
  }
}
