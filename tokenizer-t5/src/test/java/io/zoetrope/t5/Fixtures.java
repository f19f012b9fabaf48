package io.zoetrope.t5;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Where the checkpoints of the tests lie. */
final class Fixtures {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private Fixtures() {}

  /**
   * The folder {@code fixtures}: named by a system property, or found above the working directory.
   */
  static Path root() {
    String property = System.getProperty("zoetrope.fixtures");
    if (property != null) {
      return Path.of(property);
    }
    Path folder = Path.of("").toAbsolutePath();
    while (!Files.isDirectory(folder.resolve("fixtures"))) {
      folder = folder.getParent();
    }
    return folder.resolve("fixtures");
  }

  static Path demoTokenizer() {
    return root().resolveSibling("demo-model").resolve("model").resolve("tokenizer");
  }

  /** A tokenizer folder among the test resources of this module. */
  static Path resource(String name) {
    try {
      return Path.of(Fixtures.class.getResource(name).toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  static JsonNode json(Path file) throws IOException {
    return MAPPER.readTree(file.toFile());
  }

  /** A text with what tokenizers and sentencepiece, the Python libraries, make of it. */
  record Case(Path tokenizer, String text, int[] ids, int[] sentencePieceIds) {}

  static List<Case> tokenizerCases() throws IOException {
    List<Case> cases = new ArrayList<>();
    try (DirectoryStream<Path> goldens = Files.newDirectoryStream(root(), "*")) {
      for (Path golden : goldens) {
        if (Files.isDirectory(golden.resolve("tokenizer"))) {
          addCases(golden, golden.resolve("tokenizer"), cases);
        }
      }
    }
    for (String name : List.of("t5-layout-with-map", "t5-layout-plain")) {
      addCases(resource(name), resource(name), cases);
    }
    return cases;
  }

  private static void addCases(Path golden, Path tokenizer, List<Case> cases) throws IOException {
    for (JsonNode entry : json(golden.resolve("golden.json")).path("tokenizer_cases")) {
      String text = entry.get("text").textValue();
      cases.add(
          new Case(tokenizer, text, ints(entry.get("ids")), ints(entry.get("sentencepiece_ids"))));
    }
  }

  private static int[] ints(JsonNode array) {
    return MAPPER.convertValue(array, int[].class);
  }
}
