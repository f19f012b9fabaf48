package io.zoetrope.tools.profile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.zoetrope.ops.Roofline;
import io.zoetrope.ops.Tracer.Operand;
import io.zoetrope.ops.Tracer.Operation;
import io.zoetrope.pipeline.Progress;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Shape;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.w3c.dom.Document;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

/** Grouping, sums and formats, on a profile with times that are easily added up. */
class ProfileReportTest {
  private static final Operand ROWS = new Operand(DType.F32, Shape.of(2, 5));
  private static final Operand WIDE = new Operand(DType.F32, Shape.of(2, 3));
  private static final Operand WEIGHT = new Operand(DType.BF16, Shape.of(3, 5));

  /** 60 FLOPs; 40 + 30 + 24 bytes. */
  private static Operation linear(String path, long startNanos, long nanos) {
    return new Operation(path, "linear", WIDE, List.of(ROWS, WEIGHT), 60, startNanos, nanos);
  }

  private static Operation add(String path, Operand operand, long startNanos, long nanos) {
    List<Operand> inputs = List.of(operand, operand);
    return new Operation(path, "add", operand, inputs, operand.shape().count(), startNanos, nanos);
  }

  private static final List<Operation> OPERATIONS =
      List.of(
          linear("denoise/step0/cond/blocks.0/attn1", 1_100, 200),
          linear("denoise/step0/cond/blocks.1/attn1", 1_300, 300),
          linear("denoise/step1/cond/blocks.1/attn2", 1_700, 100),
          add("denoise/step1/cond/blocks.1/attn2", ROWS, 1_800, 50),
          add("denoise/step1/cond/blocks.1/attn2", WIDE, 1_900, 25),
          add("vae_decode", new Operand(DType.BF16, Shape.of(2, 3)), 2_200, 125));

  /** 2 GFLOP/s, 1 GB/s: 94 bytes take longer than 60 FLOPs. */
  private static Profile profile(Optional<Roofline> roofline) {
    return new Profile(
        "a \"tiny\" model, f32",
        "cpu",
        Map.of("commit", "abc", "cpu", "EPYC"),
        roofline,
        1_000,
        2_000,
        List.of(
            new Profile.Stage(Progress.Stage.DENOISE, 2, 1, 1_050, 1_000, 675, 3 << 20),
            new Profile.Stage(Progress.Stage.DECODE, 5, 0, 2_100, 500, 125, 1 << 20)),
        List.of(),
        OPERATIONS,
        List.of(
            new Profile.Work("zoetrope-cpu-1", "work", 1_110, 150),
            new Profile.Work(Profile.Work.PACKING, "ffn.weight", 1_100, 90)),
        List.of(new MemorySampler.Sample(1_000, 64 << 20, 8 << 20)));
  }

  private static final Profile PROFILE =
      profile(Optional.of(new Roofline(Map.of(DType.F32, 2e9), 1e9)));

  private static List<String> rows(Grouping grouping, int most) {
    return KernelTable.of(PROFILE, grouping, most).rows().stream()
        .map(row ->
            "%s %s %s: %d calls, %d ns"
                .formatted(row.operation(), row.dtype(), row.place(), row.calls(), row.nanos()))
        .toList();
  }

  @Test
  void groupsByNameShapeOrPlace() {
    assertEquals(
        List.of(
            "linear F32 : 3 calls, 600 ns",
            "add BF16 : 1 calls, 125 ns",
            "add F32 : 2 calls, 75 ns"),
        rows(Grouping.OP, 9));
    assertEquals(
        List.of(
            "linear F32 [2,5] [3,5]: 3 calls, 600 ns",
            "add BF16 [2,3] [2,3]: 1 calls, 125 ns",
            "add F32 [2,5] [2,5]: 1 calls, 50 ns",
            "add F32 [2,3] [2,3]: 1 calls, 25 ns"),
        rows(Grouping.SHAPE, 9));
    assertEquals(
        List.of(
            "linear F32 denoise/step*/cond/blocks.*/attn1: 2 calls, 500 ns",
            "add BF16 vae_decode: 1 calls, 125 ns",
            "linear F32 denoise/step*/cond/blocks.*/attn2: 1 calls, 100 ns",
            "add F32 denoise/step*/cond/blocks.*/attn2: 2 calls, 75 ns"),
        rows(Grouping.PATH, 9));
  }

  /** Steps and guidance branches are together, and so are blocks. */
  @Test
  void modulesHaveTheTimeOfAllInside() {
    assertEquals(
        List.of(
            " 800 self 0",
            "denoise 675 self 0",
            "denoise/blocks.* 675 self 0",
            "denoise/blocks.*/attn1 500 self 500",
            "denoise/blocks.*/attn2 175 self 175",
            "vae_decode 125 self 125"),
        ModuleTree.of(PROFILE, 9).stream()
            .map(row -> "%s %d self %d".formatted(row.path(), row.nanos(), row.selfNanos()))
            .toList());
    assertEquals(
        List.of("", "denoise", "denoise/blocks.*", "denoise/blocks.*/attn1"),
        ModuleTree.of(PROFILE, 4).stream().map(ModuleTree.Row::path).toList());
  }

  @Test
  void otherFamiliesNameTheirBlocksOtherwise() {
    Operation operation =
        linear("denoise/step1/uncond/transformer/temporal_transformer_blocks.12/ff", 0, 1);
    assertEquals(
        "denoise/transformer/temporal_transformer_blocks.*/ff", Grouping.MODULE.place(operation));
    assertEquals(
        "vae/up_blocks.1", Grouping.MODULE.place(linear("vae/up_blocks.1", 0, 1)), "differs");
    assertEquals("text", Grouping.MODULE.place(linear("text/negative_prompt", 0, 1)));
  }

  @Test
  void blocksHaveTheirTimeInEachStep() {
    BlockSteps blocks = BlockSteps.of(PROFILE);
    assertEquals(List.of(0, 1), blocks.steps());
    assertEquals(
        List.of("blocks.0 [200, 0]", "blocks.1 [300, 175]", "outside blocks [0, 0]"),
        blocks.nanos().entrySet().stream()
            .map(row -> row.getKey() + " " + Arrays.toString(row.getValue()))
            .toList());
    assertEquals("█ ", "" + blocks.shade(300) + blocks.shade(0));
    String text = ProfileReport.of(PROFILE, Grouping.BLOCK_STEP, null, ReportFormat.TEXT);
    assertTrue(text.contains("blocks.1        0.5us   0.2us  0.3us █  0.2us ▒"), text);
    String csv = ProfileReport.of(PROFILE, Grouping.BLOCK_STEP, null, ReportFormat.CSV);
    assertTrue(csv.lines().anyMatch(line -> line.startsWith("block,blocks.1,1.75E-7")), csv);
  }

  @Test
  void theTraceHasThreadsAndMemoryBesideTheJob(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("trace.json");
    ChromeTrace.write(PROFILE, file);
    List<String> events =
        new ObjectMapper()
            .readTree(file.toFile())
            .get("traceEvents")
            .valueStream()
            .filter(event -> event.path("tid").intValue() != 1)
            .map(event ->
                "%s %s %s %s"
                    .formatted(
                        event.get("ph").textValue(),
                        event.path("tid").asText(),
                        event.get("name").textValue(),
                        event.path("ts").asText()))
            .toList();
    assertEquals(
        List.of(
            "M 2 thread_name ",
            "M 3 thread_name ",
            "X 3 work 0.11",
            "X 2 ffn.weight 0.1",
            "C  memory 0.0"),
        events);
  }

  /** 60 FLOPs and 94 bytes in 200 to 300 ns lie below both roofs; sums are points, too. */
  @Test
  void drawsKernelsBelowTheRoofs() throws Exception {
    String svg = RooflinePlot.draw(PROFILE, Grouping.OP);
    Document document =
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(new InputSource(new StringReader(svg)));
    NodeList points = document.getElementsByTagName("title");
    assertEquals(3, points.getLength());
    assertEquals("linear F32 · 30.0% · 47%", points.item(0).getTextContent());
    assertTrue(svg.contains("F32 2 GFLOP/s") && svg.contains("copy 1 GB/s"), svg);
    assertTrue(svg.contains(">0.2<") && !svg.contains("NaN"), svg);
  }

  @Test
  void rowsBeyondTheTopAreAddedUp() {
    assertEquals(
        List.of("linear F32 [2,5] [3,5]: 3 calls, 600 ns", "3 others null : 3 calls, 200 ns"),
        rows(Grouping.SHAPE, 1));
  }

  @Test
  void theRoofIsTheLongerOfProductsAndTraffic() {
    KernelTable.Row linear = KernelTable.of(PROFILE, Grouping.OP, 9).rows().getFirst();
    assertEquals(3 * 94 / 600.0, linear.roofShare().orElseThrow(), 1e-9);
    Profile fast = profile(Optional.of(new Roofline(Map.of(DType.F32, 2e9), 1e12)));
    linear = KernelTable.of(fast, Grouping.OP, 9).rows().getFirst();
    assertEquals(3 * 30 / 600.0, linear.roofShare().orElseThrow(), 1e-9);
    linear = KernelTable.of(profile(Optional.empty()), Grouping.OP, 9).rows().getFirst();
    assertTrue(linear.roofShare().isEmpty());
  }

  @Test
  void kernelsAndGapMakeTheWallTime() {
    assertEquals(800, PROFILE.kernelNanos());
    assertEquals(1_200, PROFILE.gapNanos());
    assertEquals(500, PROFILE.outsideNanos());
    for (Grouping grouping : Grouping.values()) {
      for (int most : new int[] {1, 2, 9}) {
        KernelTable table = KernelTable.of(PROFILE, grouping, most);
        long sum = table.rows().stream().mapToLong(KernelTable.Row::nanos).sum();
        assertEquals(PROFILE.nanos(), sum + PROFILE.gapNanos());
        assertEquals(sum, table.total().nanos());
      }
    }
  }

  @Test
  void textHasTheTablesSideBySide() {
    List<String> lines =
        ProfileReport.of(PROFILE, Grouping.SHAPE, 1, ReportFormat.TEXT).lines().toList();
    assertEquals("a \"tiny\" model, f32", lines.get(0));
    assertEquals(
        "cpu; at best 2.00 GFLOP/s F32, 1.00 GB/s; 1 predictions reused in 2 steps", lines.get(1));
    assertEquals("commit abc; cpu EPYC", lines.get(2));
    assertEquals(
        List.of(
            "stage            time   share  it  time/it  kernels    gap  peak MiB",
            "--------------------------------------------------------------------",
            "denoising       1.0us   50.0%   2    0.5us    0.7us  0.3us       3.0",
            "video decoder   0.5us   25.0%   5    0.1us    0.1us  0.4us       1.0",
            "outside stages  0.5us   25.0%                 0.0us  0.5us",
            "wall time       2.0us  100.0%                 0.8us  1.2us       3.0"),
        lines.subList(4, 10));
    assertEquals(
        List.of(
            "linear       F32        3      0.6us   30.0%     0.2us     0.30  0.47   47%  [2,5] [3,5]",
            "3 others                3      0.2us   10.0%     0.1us     0.11  1.14  114%",
            "all kernels             6      0.8us   40.0%     0.1us     0.25  0.64   64%",
            "gap                            1.2us   60.0%",
            "wall time                      2.0us  100.0%"),
        lines.subList(13, 18));
  }

  @Test
  void markdownRowsHaveAsManyCellsAsTheirHeadings() {
    List<String> table =
        ProfileReport.of(PROFILE, Grouping.SHAPE, null, ReportFormat.MD)
            .lines()
            .filter(line -> line.startsWith("|"))
            .toList();
    assertEquals(2 + 4 + 2 + 7, table.size());
    for (String line : table) {
      long cells = line.chars().filter(c -> c == '|').count() - 1;
      assertEquals(table.indexOf(line) < 6 ? 8 : 10, cells, line);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"OP", "SHAPE", "PATH"})
  void jsonAddsUp(Grouping grouping) throws IOException {
    JsonNode json =
        new ObjectMapper().readTree(ProfileReport.of(PROFILE, grouping, 2, ReportFormat.JSON));
    assertEquals("a \"tiny\" model, f32", json.get("job").textValue());
    assertEquals(2e9, json.at("/roofline/flops_per_second/F32").doubleValue());
    assertEquals(
        json.get("wall_seconds").doubleValue(),
        sum(json.get("kernels"), "self_seconds") + json.get("gap_seconds").doubleValue(),
        1e-15);
    assertEquals(3 * 60 + 10 + 2 * 6, sum(json.get("kernels"), "flops"));
    assertEquals(2, json.get("stages").size());
    assertEquals(675e-9, json.at("/stages/0/kernel_seconds").doubleValue(), 1e-15);
  }

  private static double sum(JsonNode rows, String field) {
    return rows.valueStream().mapToDouble(row -> row.get(field).doubleValue()).sum();
  }

  @Test
  void csvHasOneCellForEachColumn() {
    List<String> lines =
        ProfileReport.of(PROFILE, Grouping.SHAPE, null, ReportFormat.CSV).lines().toList();
    int columns = lines.getFirst().split(",").length;
    assertEquals(1 + 2 + 4 + 3, lines.size());
    for (String line : lines) {
      // Shapes have commas, and therefore quotes.
      String unquoted = line.replaceAll("\"[^\"]*\"", "quoted");
      assertEquals(columns, unquoted.split(",", -1).length, line);
    }
    assertTrue(lines.get(3).startsWith("kernel,linear,"), lines.get(3));
    assertTrue(lines.get(3).contains("\"[2,5] [3,5]\""), lines.get(3));
    assertEquals(
        List.of("stage", "stage", "kernel", "kernel", "kernel", "kernel", "sum", "sum", "sum"),
        lines.stream().skip(1).map(line -> line.substring(0, line.indexOf(','))).toList());
  }

  @ParameterizedTest
  @EnumSource(ReportFormat.class)
  void withoutARooflineNothingIsSaidAboutIt(ReportFormat format) {
    String report = ProfileReport.of(profile(Optional.empty()), Grouping.OP, null, format);
    assertFalse(Stream.of("NaN", "Infinity", "at best", "roof_share").anyMatch(report::contains));
  }
}
