package io.zoetrope.tools.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BenchCommandTest extends CommandTest {
  private int bench(String... more) {
    return run(
        Stream.concat(Stream.of("bench", "--model", model.toString()), Stream.of(more))
            .toArray(String[]::new));
  }

  @Test
  void measuresAndAppends() throws IOException {
    Path results = folder.resolve("results.jsonl");
    int code =
        bench(
            "--warm-up",
            "0",
            "-p",
            "forward:16x16x1,clip:16x16x1",
            "-r",
            "2",
            "--format",
            "json",
            "--dtype",
            "bf16",
            "--results",
            results.toString());
    assertEquals(0, code, err.toString());
    JsonNode json = new ObjectMapper().readTree(out.toString());
    assertEquals(2, json.size());
    assertEquals(2, json.get(0).get("seconds").size());
    assertEquals("bf16", json.get(0).get("dtype").textValue());
    assertEquals("bf16+f32", json.get(1).get("dtype").textValue());
    List<String> lines = Files.readAllLines(results);
    assertEquals(2, lines.size());
    assertTrue(lines.get(1).contains("\"clip\""), lines.get(1));
  }

  @Test
  void formsOfWeightsAreMeasuredInTurn() throws IOException {
    String[] options = {"--warm-up", "0", "-r", "1", "--format", "json", "--weights", "q8_0,int8"};
    int code =
        bench(
            Stream.concat(Stream.of("-p", "forward:16x16x1"), Stream.of(options))
                .toArray(String[]::new));
    assertEquals(0, code, err.toString());
    JsonNode json = new ObjectMapper().readTree(out.toString());
    assertEquals(
        List.of("packed", "q8_0", "int8"),
        json.findValues("weights").stream().map(JsonNode::textValue).toList());
    assertEquals(1, json.get(0).get("speed").doubleValue());
    assertTrue(json.get(2).get("speed").doubleValue() > 0, out.toString());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          -p forward                          | TEST:WIDTHxHEIGHTxFRAMES
          -p sideways:16x16x1                 | block, forward, vae-decode, clip
          -p forward:17x16x1                  | multiple of 16
          -r 0                                | --repetitions 0
          --up-to 5                           | --scaling
          --scaling tokens -p forward:16x16x1 | exclude each other
          --scaling tokens --up-to 0          | --up-to 0
          --weights q8_0 -p vae-decode:16x16x1 | those of the transformer
          --weights q9 -p forward:16x16x1     | --weights
          --threads 0                         | --threads 0
          --vae-dtype f64                     | --vae-dtype
          --scaling colours                   | --scaling
          --format xml                        | --format
          """)
  void oneLineSaysWhatIsWrong(String args, String reason) {
    int code = bench(args.split(" +"));
    assertTrue(code == 1 || code == 2, "exit code " + code);
    assertEquals(1, err.toString().lines().count(), err.toString());
    assertTrue(err.toString().contains(reason), err.toString());
  }
}
