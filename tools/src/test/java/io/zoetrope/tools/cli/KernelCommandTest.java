package io.zoetrope.tools.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.zoetrope.kernels.cuda.runtime.PtxLibrary;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code kernel}, and {@code profile --kernel}. */
class KernelCommandTest extends CommandTest {
  @Test
  void listsEveryKernelWithAnOperationThatLaunchesIt() {
    assertEquals(0, run("kernel"), err.toString());
    List<String> lines = out.toString().lines().skip(2).toList();
    assertEquals(
        List.copyOf(new PtxLibrary().kernels()),
        lines.stream().map(line -> line.substring(0, line.indexOf(' '))).toList());
  }

  /** A thread takes 8 elements, a block 2048: 4096 elements of 2 bytes are stored in 2 blocks. */
  @Test
  void countsWhatAFillStores() throws IOException {
    assertEquals(0, run("kernel", "fill", "--shape", "32x128", "--format", "json"), err.toString());
    JsonNode report = new ObjectMapper().readTree(out.toString());
    assertEquals("fill", report.get("kernel").textValue());
    assertEquals(2, report.at("/grids/0/0").intValue());
    assertEquals(256, report.get("threads_per_block").intValue());
    JsonNode stores = report.at("/memory/0");
    assertEquals("global stores", stores.get("name").textValue());
    assertEquals(2 * 4096, stores.get("bytes").intValue());
    assertEquals(2 * 4096 / 32, stores.get("transactions").intValue());
    assertEquals(stores.get("ideal"), stores.get("transactions"));
    double shares =
        report
            .get("lines")
            .valueStream()
            .mapToDouble(line -> line.get("share").doubleValue())
            .sum();
    assertEquals(1, shares, 1e-9);
  }

  @Test
  void showsThePageWithTheListing() {
    assertEquals(0, run("kernel", "linear_bf16_none", "--top", "3000"), err.toString());
    String page = out.toString();
    for (String part :
        List.of("on tensor cores", "shared loads", "divergent", "sm_86", "tensor_tile.cuh:")) {
      assertTrue(page.contains(part), page);
    }
    assertTrue(page.lines().anyMatch(line -> line.contains("mma.sync") && line.contains("%")));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          linear_bf61                      | linear_bf16_none
          linear_bf16_none --shape 150x128 | 150x128x136
          linear_bf16_none --shape 7x5x3   | no operation of these sizes launches
          linear_bf16_none --shape 0x5x3   | from 1 to
          rope --shape 3,4                 | from 1 to
          rope --shape 99999x999x64        | ZOETROPE_JAVA_OPTIONS
          rope --format csv                | text, md or json
          rope --top 0                     | --top 0
          to_pixels --threads 9999         | --threads 9999
          linear_f32 --dtype bf16          | leave --dtype out
          """)
  void refusesWhatCannotBe(String arguments, String message) {
    assertEquals(1, run(("kernel " + arguments).split(" +")));
    List<String> lines = err.toString().lines().toList();
    assertEquals(1, lines.size(), err.toString());
    assertTrue(lines.getFirst().contains(message), lines.getFirst());
    assertEquals("", out.toString());
  }

  @Test
  void profilesAKernelOfAJob() throws IOException {
    Files.writeString(model.resolve("zoetrope.json"), "{\"max_sequence_length\": 16}");
    assertEquals(
        0,
        run(
            "profile",
            "a prompt",
            "--model",
            model.toString(),
            "--size",
            "16x16",
            "--frames",
            "1",
            "--steps",
            "1",
            "--no-output",
            "--device",
            "cuda-emulated",
            "--guidance",
            "1",
            "--kernel",
            "rms_norm_rope"),
        err.toString());
    assertTrue(out.toString().contains("launches of blocks of 256 threads"), out.toString());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          --kernel rope                                      | add --device cuda-emulated
          --kernel roop --device cuda-emulated               | did you mean rope
          --kernel rope --device cuda-emulated --by path     | leave it out
          --kernel rope --device cuda-emulated --format csv  | text, md or json
          """)
  void refusesAKernelThatCannotBeCounted(String arguments, String message) {
    String job = "profile prompt --no-output --model %s --size 16x16 --frames 1 --steps 1 %s";
    assertTrue(run(job.formatted(model, arguments).split(" +")) > 0);
    String last = err.toString().lines().toList().getLast();
    assertTrue(last.contains(message), last);
    assertEquals("", out.toString());
  }
}
