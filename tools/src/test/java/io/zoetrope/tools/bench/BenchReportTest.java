package io.zoetrope.tools.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.zoetrope.tools.bench.BenchReport.Format;
import io.zoetrope.tools.bench.Workload.Sample;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BenchReportTest {
  /** Half a second and one and a half: mean 1, standard deviation of the sample sqrt(0.5). */
  private static final BenchResult RESULT =
      new BenchResult(
          "some, \"model\"",
          new WeightTotals(3L << 20, 1_500_000),
          "packed",
          "cpu",
          "bf16",
          2,
          BenchTest.parse("vae-decode:64x32x5"),
          8,
          "frames",
          5,
          List.of(
              new Sample(0.5, 2_000_000_000L, 100, 200),
              new Sample(1.5, 2_000_000_000L, 1 << 20, 1 << 21)),
          3L << 29,
          OptionalLong.of(5L << 29));

  private static String written(Format format, BenchResult... results) {
    StringWriter text = new StringWriter();
    BenchReport report = new BenchReport(format, new PrintWriter(text));
    for (BenchResult result : results) {
      report.add(List.of(result));
    }
    report.finish();
    return text.toString();
  }

  @Test
  void statisticsAreThoseOfTheSample() {
    assertEquals(1, RESULT.seconds().getMean(), 1e-12);
    assertEquals(Math.sqrt(0.5), RESULT.seconds().getStandardDeviation(), 1e-12);
    // Of the rates of the runs, 10 and 3.33 frames a second, not of their mean time.
    assertEquals(20 / 3.0, RESULT.rate().getMean(), 1e-12);
    assertEquals((4 + 4 / 3.0) / 2, RESULT.gigaflops().getMean(), 1e-12);
  }

  @Test
  void tableHasARowForEachResult() {
    List<String> lines = written(Format.MD, RESULT, RESULT).lines().toList();
    assertEquals(4, lines.size());
    assertEquals(
        "| some, \"model\" | 3.0 MiB | 1.50 M | cpu | bf16 | vae-decode 64x32x5 | 1000 ± 707 ms"
            + " | 6.67 ± 4.71 frames/s | 2.67 | 1.0 MiB | 1.50 GiB | 2.50 GiB |",
        lines.getLast());
    long bars = lines.getFirst().chars().filter(c -> c == '|').count();
    lines.forEach(line -> assertEquals(bars, line.chars().filter(c -> c == '|').count(), line));
  }

  @Test
  void furtherFormsSayHowFastTheyAreBesideTheFirst() {
    StringWriter text = new StringWriter();
    BenchResult other =
        new BenchResult(
            RESULT.model(),
            RESULT.weights(),
            "q8_0",
            RESULT.backend(),
            RESULT.dtype(),
            RESULT.threads(),
            RESULT.test(),
            RESULT.tokens(),
            RESULT.unit(),
            RESULT.unitsPerRun(),
            // Twice as fast as in one pair, and half as fast in the other: the median is 1.25.
            List.of(new Sample(0.25, 1, 1, 1), new Sample(3, 1, 1, 1)),
            1,
            OptionalLong.empty());
    BenchReport report = new BenchReport(Format.MD, new PrintWriter(text));
    assertEquals(
        List.of(1.0, 1.25),
        report.add(List.of(RESULT, other)).stream().map(result -> result.get("speed")).toList());
    List<String> lines = text.toString().lines().toList();
    assertFalse(lines.get(2).contains("times"), lines.get(2));
    assertTrue(lines.get(3).contains("| bf16 q8_0 |"), lines.get(3));
    assertTrue(lines.get(3).contains(" frames/s, 1.250 times |"), lines.get(3));
  }

  @Test
  void commasAndQuotesInValuesAreQuoted() {
    List<String> lines = written(Format.CSV, RESULT).lines().toList();
    assertTrue(lines.get(0).startsWith("model,weight_bytes,"), lines.get(0));
    assertTrue(
        lines.get(1).startsWith("\"some, \"\"model\"\"\",3145728,1500000,packed,cpu,bf16,2,"),
        lines.get(1));
    assertTrue(lines.get(1).contains("\"[0.5, 1.5]\""), lines.get(1));
  }

  @Test
  void jsonIsOneArray() throws IOException {
    JsonNode json = new ObjectMapper().readTree(written(Format.JSON, RESULT, RESULT));
    assertEquals(2, json.size());
    assertEquals(1.0, json.get(1).get("median_s").doubleValue());
    assertEquals(1 << 20, json.get(0).get("scratch_bytes").longValue());
    assertEquals("vae-decode", json.get(0).get("test").textValue());
    assertEquals(0, new ObjectMapper().readTree(written(Format.JSON)).size());
  }

  @Test
  void resultsAreAppendedWithTheMachineAndWithoutItsPlaces(@TempDir Path folder)
      throws IOException {
    Path file = folder.resolve("results.jsonl");
    ResultsFile results = new ResultsFile(file, folder);
    results.append(RESULT.toJson());
    results.append(RESULT.toJson());
    List<String> lines = Files.readAllLines(file);
    assertEquals(2, lines.size());
    JsonNode line = new ObjectMapper().readTree(lines.get(1));
    assertEquals(Runtime.getRuntime().availableProcessors(), line.get("cores").intValue());
    assertEquals("unknown", line.get("commit").textValue());
    assertEquals(2, line.get("threads").intValue());
    assertFalse(line.get("cpu").textValue().isBlank());
    assertFalse(lines.get(1).contains(folder.toString()), lines.get(1));
    assertFalse(lines.get(1).contains(System.getProperty("user.dir")), lines.get(1));
  }
}
