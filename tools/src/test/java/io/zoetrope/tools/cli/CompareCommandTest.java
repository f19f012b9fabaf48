package io.zoetrope.tools.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zoetrope.tensor.Shape;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.weights.SafetensorsFile;
import io.zoetrope.weights.SafetensorsWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code --save-tensors} with {@code --tensors}, and where two such runs part. */
class CompareCommandTest extends CommandTest {
  private static final String ALL = "**";

  private String save(String name, String... options) {
    String file = folder.resolve(name).toString();
    List<String> all = new ArrayList<>(List.of("--save-tensors", file, "--tensors", ALL));
    all.addAll(List.of(options));
    assertEquals(0, generate(all.toArray(String[]::new)), err.toString());
    return file;
  }

  /** The line that says where the second run parts from the first. */
  private String parting(String first, String second) {
    out.getBuffer().setLength(0);
    int code = run("compare", first, second);
    String last = out.toString().lines().toList().getLast();
    assertEquals(last.startsWith("they part") ? 1 : 0, code, last);
    return last;
  }

  @Test
  void allPathsAreSaved() {
    try (SafetensorsFile file = SafetensorsFile.open(Path.of(save("all.safetensors")))) {
      // 32x32 pixels of 5 frames are 8 tokens, of 2 heads of 32.
      String block = "denoise/step0/cond/transformer/blocks.1/";
      for (String name : List.of("attn1/query", "attn1/key", "attn1/value", "attn2/query")) {
        assertEquals(Shape.of(8, 64), file.tensor(block + name).shape(), name);
      }
      for (String name : List.of("norm1/shift", "norm1/scale", "attn1/gate", "ffn/gate")) {
        assertEquals(64, file.tensor(block + name).count(), name);
      }
      assertEquals(
          Shape.of(16, 2, 4, 4), file.tensor("denoise/step0/pred_original_sample").shape());
      assertTrue(file.has("vae_decode/video_out#2"), file.names()::toString);
    }
  }

  @Test
  void runsPartWhereTheyDiffer() throws IOException {
    String first = save("a.safetensors");
    String same = save("b.safetensors");
    assertTrue(parting(first, same).startsWith("all "), out.toString());
    String half = save("half.safetensors", "--dtype", "bf16");
    assertTrue(parting(first, half).startsWith("they part at text/prompt/"), out.toString());
    String longer = save("longer.safetensors", "--steps", "2");
    assertTrue(parting(first, longer).contains("sigmas: shapes [2] and [3]"), out.toString());
    changeWeight("blocks.1.ffn.net.2.weight");
    String changed = save("changed.safetensors");
    assertTrue(
        parting(first, changed)
            .startsWith("they part at denoise/step0/cond/transformer/blocks.1/ffn: "),
        out.toString());
    Path page = folder.resolve("page.html");
    assertEquals(1, run("compare", first, changed, "--html", page.toString()));
    assertTrue(Files.readString(page).contains("blocks.1/ffn"));
  }

  /** A file of vectors, by the names of a job. */
  private String vectors(String name, Map<String, float[]> values) {
    Path file = folder.resolve(name);
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    values.forEach((path, vector) -> tensors.put(path, Tensor.of(vector, vector.length)));
    SafetensorsWriter.write(file, tensors, Map.of());
    return file.toString();
  }

  @Test
  void numbersThatAreNoneAreADifferenceWhereOneRunAloneHasThem() throws IOException {
    float nan = Float.NaN;
    float endless = Float.POSITIVE_INFINITY;
    String a =
        vectors(
            "a", Map.of("denoise/step0/x", new float[] {1, nan, endless}, "z", new float[] {3, 4}));
    String b =
        vectors(
            "b",
            Map.of("denoise/step0/x", new float[] {1, nan, endless}, "z", new float[] {3, nan}));
    assertEquals(
        "they part at z: relative difference infinite, beyond 1.0e-04; largest infinite, cosine -",
        parting(a, b));
    assertTrue(parting(a, a).startsWith("all 2 tensors agree"), out.toString());
    Path page = folder.resolve("page.html");
    assertEquals(1, run("compare", a, b, "--html", page.toString()));
    assertTrue(Files.readString(page).contains(">infinite<"));
  }

  @Test
  void differencesOfPicturesAndDirectionsAreShown() {
    String a =
        vectors("a", Map.of("frames_uint8", new float[] {0, 100, 255, 7}, "x", new float[] {1, 0}));
    String b =
        vectors("b", Map.of("frames_uint8", new float[] {2, 100, 255, 7}, "x", new float[] {1, 1}));
    // A square error of 4 in one of four elements is 1 on average: 20 log10(255) decibels.
    parting(a, b);
    assertTrue(out.toString().contains("frames_uint8: PSNR 48.1 dB"), out.toString());
    assertTrue(out.toString().contains("1.0e+00      1.0e+00    0.7071068"), out.toString());
  }

  private void changeWeight(String name) throws IOException {
    List<Path> shards;
    try (Stream<Path> files = Files.list(model.resolve("transformer"))) {
      shards = files.filter(file -> file.toString().endsWith(".safetensors")).toList();
    }
    for (Path shard : shards) {
      Map<String, Tensor> tensors = new LinkedHashMap<>();
      try (SafetensorsFile file = SafetensorsFile.open(shard)) {
        for (String stored : file.names()) {
          Tensor tensor = file.tensor(stored).load();
          float[] values = tensor.toFloats();
          values[0] += stored.equals(name) ? 1 : 0;
          tensors.put(stored, Tensor.of(values, tensor.shape().sizes()));
        }
      }
      if (tensors.containsKey(name)) {
        SafetensorsWriter.write(shard, tensors, Map.of());
        return;
      }
    }
    throw new AssertionError(name);
  }

  @ParameterizedTest
  @CsvSource({"[a, is no glob", "no/such/path, matches nothing in this job"})
  void refusesWrongGlobs(String glob, String part) {
    String file = folder.resolve("x.safetensors").toString();
    assertEquals(1, generate("--save-tensors", file, "--tensors", glob));
    assertEquals(1, err.toString().lines().count(), err.toString());
    assertTrue(err.toString().contains(part), err.toString());
    err.getBuffer().setLength(0);
    assertEquals(1, generate("--tensors", ALL));
    assertTrue(err.toString().contains("--save-tensors"), err.toString());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          no.safetensors |                        | no such file
          text           |                        | text
          other          |                        | no tensor in common
          a              | --tolerance -1         | --tolerance -1.0
          a              | --html no/such/x.html  | --html
          """)
  void refusesWhatItCannotCompare(String second, String options, String part) throws IOException {
    Path first = folder.resolve("a");
    SafetensorsWriter.write(first, Map.of("x", Tensor.of(new float[] {1}, 1)), Map.of());
    SafetensorsWriter.write(
        folder.resolve("other"), Map.of("y", Tensor.of(new float[] {1}, 1)), Map.of());
    Files.writeString(folder.resolve("text"), "no tensors");
    List<String> args =
        new ArrayList<>(List.of("compare", first.toString(), folder.resolve(second).toString()));
    if (options != null) {
      args.addAll(List.of(options.split(" ")));
    }
    assertEquals(1, run(args.toArray(String[]::new)), out.toString());
    assertEquals(1, err.toString().lines().count(), err.toString());
    assertTrue(err.toString().contains(part), err.toString());
  }
}
