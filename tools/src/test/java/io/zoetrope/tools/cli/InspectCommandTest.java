package io.zoetrope.tools.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zoetrope.tensor.Tensor;
import io.zoetrope.testing.Fixtures;
import io.zoetrope.weights.SafetensorsWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.w3c.dom.Document;

/** What {@code inspect} finds out about a model. */
class InspectCommandTest extends CommandTest {
  private static final List<String> SMALL = List.of("--size", "32x48", "--frames", "9");

  private List<String> inspect(String... options) {
    List<String> args = new ArrayList<>(List.of("inspect", model.toString()));
    args.addAll(SMALL);
    args.addAll(List.of(options));
    assertEquals(0, run(args.toArray(String[]::new)), err.toString());
    return out.toString().lines().toList();
  }

  private static List<String> cells(List<String> lines, String name) {
    return lines.stream()
        .filter(line -> line.strip().startsWith(name + " "))
        .map(line -> List.of(line.strip().split(" {2,}")))
        .findFirst()
        .orElseThrow(() -> new AssertionError(name + " is not in " + String.join("\n", lines)));
  }

  /** 32x48 pixels of 9 frames are 18 tokens. */
  @Test
  void theTreeHasShapesAndWork() {
    List<String> lines = inspect("--tree");
    assertEquals(
        List.of("patch_embedding", "[64, 16, 1, 2, 2] + bias", "4,160", "16,640", "8.19 K"),
        cells(lines, "patch_embedding"));
    assertEquals("0 to 2, each", cells(lines, "0 to 2, each").getFirst());
    assertEquals(
        List.of("proj", "[96, 64] + bias", "6,240", "24,960", "12.3 K"), cells(lines, "proj"));
    // Three maps of 64 by 64, and the product of 18 by 18 tokens, twice.
    assertEquals("37.4 K", cells(lines, "attn1").getLast());
    assertTrue(out.toString().contains("peak memory"), out.toString());
  }

  /** Matrices of the blocks take the bytes of their form, or none. */
  @Test
  void memoryIsThatOfTheFormOfWeights() {
    long packed = denoising();
    long quantized = denoising("--weights", "q8_0");
    long stored = denoising("--weights", "stored");
    assertTrue(stored <= quantized && quantized <= packed, stored + ", " + quantized);
    assertTrue(run("inspect", model.toString(), "--weights", "q9") > 0);
    assertTrue(err.toString().contains("Q8_0"), err.toString());
  }

  /** MiB of the weights of the stage. */
  private long denoising(String... options) {
    List<String> cells = cells(inspect(options), "denoising");
    return Long.parseLong(cells.get(1).replace(",", ""));
  }

  @Test
  void theTreeOfAFileHasNoWork() {
    String file = model.resolve("vae/diffusion_pytorch_model.safetensors").toString();
    assertEquals(0, run("inspect", file, "--tree", "--depth", "2"), err.toString());
    assertTrue(out.toString().contains("up_blocks"), out.toString());
    assertFalse(out.toString().contains("FLOPs"), out.toString());
    assertFalse(out.toString().contains("resnets"), out.toString());
  }

  @Test
  void statisticsNameWhatIsNotFinite() {
    Path file = folder.resolve("weights.safetensors");
    Tensor weight = Tensor.of(new float[] {1, Float.NaN, -1, 1}, 2, 2);
    SafetensorsWriter.write(
        file, Map.of("a.weight", weight, "b", Tensor.of(new float[] {2}, 1)), Map.of());
    assertEquals(0, run("inspect", file.toString(), "--statistics"), err.toString());
    List<String> lines = out.toString().lines().toList();
    assertEquals(
        List.of("a.weight", "F32", "-1.000", "1.000", "0.3333", "0.9428", "0", "1 NaN"),
        cells(lines, "a.weight"));
    assertTrue(out.toString().contains("1 numbers are not finite"), out.toString());
  }

  @Test
  void tablesSayWhatFits() {
    List<String> lines = inspect("--fits");
    assertTrue(
        lines.stream().anyMatch(line -> line.matches("frames +1 +5 +9 +17")), lines::toString);
    assertTrue(lines.stream().anyMatch(line -> line.matches("32x48 .*")), lines::toString);
    out.getBuffer().setLength(0);
    inspect("--fits", "--memory", "0.001");
    assertTrue(
        out.toString().lines().anyMatch(line -> line.matches("64x96 .*\\(\\d+\\)")),
        out.toString());
    assertTrue(out.toString().contains("weights beyond 0 MiB"), out.toString());
  }

  /** Stored weights take less of a card; those that have no room there come in turns. */
  @Test
  void aCardHoldsWeightsInTheirForm() {
    int all = smallestOn("1");
    assertTrue(smallestOn("1", "--weights", "q8_0") < all);
    assertTrue(smallestOn("0.01") < all);
  }

  private int smallestOn(String memory, String... options) {
    out.getBuffer().setLength(0);
    Path demo = Fixtures.path("../demo-model/model").normalize();
    List<String> args = new ArrayList<>(List.of("inspect", demo.toString()));
    args.addAll(List.of("--size", "32x32", "--frames", "5", "--fits", "--memory", memory));
    args.addAll(List.of(options));
    assertEquals(0, run(args.toArray(String[]::new)), err.toString());
    String row =
        out.toString().lines().filter(line -> line.startsWith("32x32 ")).findFirst().orElseThrow();
    return Integer.parseInt(row.split(" +")[1].replaceAll("[(),]", ""));
  }

  @Test
  void theDiagramIsThatOfTheCheckpoint() throws Exception {
    Path file = folder.resolve("model.svg");
    inspect("--diagram", file.toString());
    Document svg = DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(file.toFile());
    String text = svg.getDocumentElement().getTextContent();
    for (String part :
        List.of("UMT5EncoderModel", "3 x", "attn1", "64 \u2192 96 \u2192 64", "up_blocks")) {
      assertTrue(text.contains(part), part + " is not in " + text);
    }
    // In the order of the work, not of the alphabet.
    assertTrue(text.indexOf("patch_embedding") < text.indexOf("ffn"), text);
    assertTrue(text.indexOf("UMT5EncoderModel") < text.indexOf("WanTransformer3DModel"), text);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          --depth 0                 | --depth 0
          --tree --statistics       | --tree and --statistics
          --memory 8                | --fits
          --fits --memory -1        | --memory -1.0
          --diagram model.png       | .svg
          --diagram no/such/m.svg   | --diagram
          --fits --device reference --size 30x30 | size 30x30
          """)
  void refusesWhatItCannotShow(String options, String part) throws IOException {
    List<String> args = new ArrayList<>(List.of("inspect", model.toString()));
    args.addAll(List.of(options.split(" ")));
    assertEquals(1, run(args.toArray(String[]::new)), out.toString());
    assertEquals(1, err.toString().lines().count(), err.toString());
    assertTrue(err.toString().contains(part), err.toString());
  }

  @ParameterizedTest
  @CsvSource({"--fits", "--diagram x.svg"})
  void aFileIsNoModel(String options) {
    List<String> args = new ArrayList<>(List.of(options.split(" ")));
    args.addFirst("inspect");
    args.add(Fixtures.path("gguf/files/wan_mixed.gguf").toString());
    assertEquals(1, run(args.toArray(String[]::new)));
    assertEquals(1, err.toString().lines().count(), err.toString());
    assertTrue(err.toString().contains("name a model folder"), err.toString());
    assertFalse(Files.exists(Path.of("x.svg")));
  }
}
