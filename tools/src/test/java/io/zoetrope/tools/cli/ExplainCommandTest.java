package io.zoetrope.tools.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code explain}, from its options to its page. */
class ExplainCommandTest extends CommandTest {
  private int explain(Path page, String... more) {
    List<String> args = new ArrayList<>(List.of("explain", "A red ball", "--model"));
    args.addAll(List.of(model.toString(), "--size", "32x32", "--frames", "5", "--steps", "2"));
    args.addAll(List.of("-o", page.toString()));
    args.addAll(List.of(more));
    return run(args.toArray(String[]::new));
  }

  @Test
  void theSameJobIsTheSamePage() throws IOException {
    Path first = folder.resolve("first.html");
    Path second = folder.resolve("second.html");
    assertEquals(0, explain(first, "--vae-preview"), err.toString());
    assertEquals(0, explain(second, "--vae-preview"), err.toString());
    assertArrayEquals(Files.readAllBytes(first), Files.readAllBytes(second));
    assertTrue(err.toString().contains("beside the job"), err.toString());
    assertTrue(err.toString().contains("fits colours of this model's latents"), err.toString());
    assertTrue(err.toString().contains("video encoder"), err.toString());
    assertTrue(err.toString().contains("wrote " + second), err.toString());
    try (Stream<Path> files = Files.list(folder)) {
      assertEquals(3, files.count(), "the model and two pages");
    }
  }

  /** What is left out makes the page smaller; what is changed is said. */
  @Test
  void showsWhatIsAskedFor() throws IOException {
    Path all = folder.resolve("all.html");
    Path some = folder.resolve("some.html");
    Path tensors = folder.resolve("tensors.safetensors");
    assertEquals(0, explain(all, "--patches", "2"), err.toString());
    assertEquals(
        0,
        explain(
            some,
            "--word",
            "BALL",
            "--block",
            "1",
            "--patches",
            "1",
            "--ablate",
            "**/blocks.0/attn2=zero",
            "--save-tensors",
            tensors.toString()),
        err.toString());
    assertTrue(Files.size(some) < Files.size(all));
    assertTrue(Files.readString(some).contains("ablated: **/blocks.0/attn2=zero"));
    assertFalse(Files.readString(all).contains("ablated"));
    assertTrue(Files.size(tensors) > 0);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          --word    | cat   | 'cat' is no word of the prompt, which has A, red, ball
          --block   | 3     | there is no block 3: this model has blocks 0 to 2
          --patches | 65    | --patches 65 is outside 1 to 64
          --tensors | **    | --tensors says what --save-tensors saves: add it
          --steps   | 0     | 0
          """)
  void whatCannotBeShownIsFoundBeforeTheJob(String option, String value, String sentence) {
    List<String> args =
        List.of("explain", "A red ball", "--model", model.toString(), "--size", "32x32");
    Path page = folder.resolve("page.html");
    List<String> all = new ArrayList<>(args);
    all.addAll(List.of("--frames", "5", "-o", page.toString(), option, value));
    assertNotEquals(0, run(all.toArray(String[]::new)));
    assertRefused(sentence, page);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          nowhere/page.html | doesn't exist
          page.mp4          | an explanation is a page; use a name that ends in .html
          """)
  void whereItCannotBeWrittenIsFoundBeforeTheJob(String name, String sentence) {
    Path page = folder.resolve(name);
    assertEquals(1, explain(page));
    assertRefused(sentence, page);
  }

  private void assertRefused(String sentence, Path page) {
    assertTrue(err.toString().contains(sentence), err.toString());
    assertEquals(1, err.toString().lines().count(), err.toString());
    assertFalse(Files.exists(page));
  }
}
