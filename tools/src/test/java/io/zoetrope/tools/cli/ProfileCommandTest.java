package io.zoetrope.tools.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code profile}, from its options to its files. */
class ProfileCommandTest extends CommandTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Profiles a small job on the reference backend, whose roofline takes no time to measure. */
  private int profile(String... more) {
    return profileOn("reference", more);
  }

  private int profileOn(String device, String... more) {
    List<String> args = new ArrayList<>(List.of("profile", "a prompt", "--model"));
    args.addAll(List.of(model.toString(), "--size", "32x32", "--frames", "1", "--steps", "1"));
    args.addAll(List.of("--device", device));
    args.addAll(List.of(more));
    return run(args.toArray(String[]::new));
  }

  @Test
  void kernelsAndGapMakeTheWallTimeOfTheJobAndOfEachStage() throws IOException {
    assertEquals(0, profile("--no-output", "--format", "json"), err.toString());
    JsonNode report = JSON.readTree(out.toString());
    double wall = report.get("wall_seconds").doubleValue();
    double kernels = sum(report.get("kernels"), "self_seconds");
    assertEquals(wall, kernels + report.get("gap_seconds").doubleValue(), 0.01 * wall);
    assertTrue(report.get("gap_seconds").doubleValue() > 0);
    assertEquals(
        List.of("text encoder", "denoising", "video decoder"),
        report.get("stages").valueStream().map(stage -> stage.get("name").textValue()).toList());
    assertTrue(sum(report.get("stages"), "seconds") <= wall);
    assertEquals(kernels, sum(report.get("stages"), "kernel_seconds"), 0.01 * kernels);
    for (JsonNode stage : report.get("stages")) {
      assertTrue(stage.get("gap_seconds").doubleValue() > 0);
      assertTrue(stage.get("peak_memory_bytes").longValue() > 0);
    }
  }

  /** No less than all products or all traffic alone, and no more than one after the other. */
  @Test
  void estimatesTheLeastTimeOnACard() throws IOException {
    assertEquals(0, profile("--estimate-on", "A100", "--format", "json"), err.toString());
    JsonNode report = JSON.readTree(out.toString());
    assertTrue(report.get("kind").textValue().contains("estimate"));
    JsonNode stages = report.get("stages");
    JsonNode job = stages.get(3);
    assertEquals("denoising", stages.get(1).get("name").textValue());
    double least = job.get("least_seconds").doubleValue();
    assertEquals(2 * least, sum(stages, "least_seconds"), 1e-9 * least);
    assertTrue(least >= job.get("flops").doubleValue() / 19.5e12);
    assertTrue(least >= job.get("bytes").doubleValue() / 1555e9);
    assertTrue(
        least
            <= job.get("flops").doubleValue() / 19.5e12 + job.get("bytes").doubleValue() / 1555e9);
  }

  private static double sum(JsonNode rows, String field) {
    return rows.valueStream().mapToDouble(row -> row.get(field).doubleValue()).sum();
  }

  @Test
  void theTraceNests() throws IOException {
    Path trace = folder.resolve("trace.json");
    assertEquals(0, profile("--no-output", "--trace", trace.toString()), err.toString());
    List<JsonNode> events =
        JSON.readTree(trace.toFile())
            .get("traceEvents")
            .valueStream()
            .filter(event -> event.get("ph").textValue().equals("X"))
            .filter(event -> event.get("tid").intValue() == 1)
            .sorted(
                Comparator.comparing(ProfileCommandTest::start)
                    .thenComparing(event -> event.get("dur").decimalValue().negate()))
            .toList();
    Map<String, Integer> categories = new TreeMap<>();
    Deque<JsonNode> open = new ArrayDeque<>();
    for (JsonNode event : events) {
      while (!open.isEmpty() && end(open.peek()).compareTo(start(event)) <= 0) {
        open.pop();
      }
      assertTrue(open.isEmpty() || end(event).compareTo(end(open.peek())) <= 0, event.toString());
      String category = event.get("cat").textValue();
      categories.merge(category, 1, Integer::sum);
      if (category.equals("op")) {
        String path = event.at("/args/path").textValue();
        boolean inScope = open.peek().get("cat").textValue().equals("scope");
        assertEquals(path, inScope ? open.peek().at("/args/path").textValue() : "");
      }
      open.push(event);
    }
    assertEquals(List.of("job", "op", "scope", "stage"), List.copyOf(categories.keySet()));
    assertEquals(3, categories.get("stage"));
    for (String name : List.of("open_weights", "memory")) {
      assertTrue(Files.readString(trace).contains("\"name\":\"%s\"".formatted(name)), name);
    }
  }

  /** What stands before the profiler in a job that is changed hides nothing from it. */
  @Test
  void theTraceOfAChangedJobHasThreads() throws IOException {
    Path trace = folder.resolve("trace.json");
    assertEquals(
        0,
        profileOn(
            "cpu",
            "--no-output",
            "--trace",
            trace.toString(),
            "--threads",
            "2",
            "--ablate",
            "**/blocks.0/attn2=zero"),
        err.toString());
    Set<String> operations = new TreeSet<>();
    Set<String> works = new TreeSet<>();
    for (JsonNode event : JSON.readTree(trace.toFile()).get("traceEvents")) {
      if (event.path("cat").textValue() instanceof String category) {
        Set<String> names = category.equals("thread") ? works : operations;
        names.add(event.get("name").textValue());
      }
    }
    assertTrue(works.contains("linear"), works.toString());
    assertTrue(
        works.stream().anyMatch(name -> name.endsWith("attn1.to_out.0.weight")), works.toString());
    assertTrue(operations.contains("linear"), operations.toString());
  }

  @Test
  void theFlightRecordingHasEveryOperationWithinAStage() throws IOException {
    Path file = folder.resolve("job.jfr");
    assertEquals(
        0,
        profile("--no-output", "--jfr", file.toString(), "--format", "json", "--by", "op"),
        err.toString());
    List<RecordedEvent> events = RecordingFile.readAllEvents(file);
    List<RecordedEvent> stages = named(events, "zoetrope.Stage");
    List<RecordedEvent> operations = named(events, "zoetrope.Operation");
    assertEquals(3, stages.size());
    assertEquals(
        sum(JSON.readTree(out.toString()).get("kernels"), "calls"), (double) operations.size());
    assertTrue(!named(events, "jdk.JVMInformation").isEmpty());
    RecordedEvent linear =
        operations.stream()
            .filter(event -> event.getString("path").endsWith("blocks.0/ffn"))
            .findFirst()
            .orElseThrow();
    assertTrue(linear.getLong("flops") > 0 && linear.getString("inputs").contains("F32 ["));
    RecordedEvent denoising =
        stages.stream()
            .filter(stage -> stage.getString("stage").equals("denoising"))
            .findFirst()
            .orElseThrow();
    assertTrue(!linear.getStartTime().isBefore(denoising.getStartTime()));
    assertTrue(!linear.getEndTime().isAfter(denoising.getEndTime()));
  }

  private static List<RecordedEvent> named(List<RecordedEvent> events, String name) {
    return events.stream().filter(event -> event.getEventType().getName().equals(name)).toList();
  }

  private static BigDecimal start(JsonNode event) {
    return event.get("ts").decimalValue();
  }

  private static BigDecimal end(JsonNode event) {
    return start(event).add(event.get("dur").decimalValue());
  }

  @Test
  void writesTheClipAndTheReportWhereTold() throws IOException {
    Path clip = folder.resolve("clip.gif");
    Path report = folder.resolve("report.md");
    assertEquals(
        0,
        profile("-o", clip.toString(), "--report", report.toString(), "--format", "MD"),
        err.toString());
    assertTrue(Files.size(clip) > 0);
    assertTrue(Files.readString(report).contains("| kernel"));
    assertEquals("", out.toString());
    assertTrue(err.toString().contains("wrote " + clip), err.toString());
  }

  /** The reference backend's speed is of no interest; that is said before the job. */
  @ParameterizedTest
  @CsvSource({"roof.svg, is not measured", "roof.png, ends in .svg"})
  void refusesARoofThatCannotBeDrawn(String name, String message) {
    assertEquals(1, profile("--no-output", "--roofline", folder.resolve(name).toString()));
    String last = err.toString().lines().toList().getLast();
    assertTrue(last.contains(message), last);
    assertFalse(err.toString().contains("denoising"), err.toString());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          --top          | 0             | --top 0         | below 1
          --warm-up      | -1            | --warm-up -1    | 0 to 100
          --format       | xml           | --format        | xml
          --by           | layer         | --by            | layer
          --estimate-on  | v100          | --estimate-on   | RTX4090
          --jfr          | no/such/t.jfr | --jfr           | doesn't exist
          --roofline     | no/such/t.svg | --roofline      | doesn't exist
          --trace        | no/such/t.json | --trace        | doesn't exist
          --report       | no/such/r.md  | --report        | doesn't exist
          --report       | out.mp4       | out.mp4         | another output
          """)
  void refusesAWrongOption(String option, String value, String first, String second) {
    assertTrue(profile(option, value) > 0);
    List<String> lines = err.toString().lines().toList();
    assertEquals(1, lines.size(), err.toString());
    assertTrue(lines.getFirst().contains(first), lines.getFirst());
    assertTrue(lines.getFirst().contains(second), lines.getFirst());
    assertFalse(Files.exists(Path.of("out.mp4")));
  }
}
