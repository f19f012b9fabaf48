package io.zoetrope.tools.film;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zoetrope.pipeline.PipelineException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StoryboardReaderTest {
  @TempDir Path folder;

  private List<Shot> read(String yaml) throws IOException {
    return StoryboardReader.read(Files.writeString(folder.resolve("film.yaml"), yaml));
  }

  private String refusal(String yaml) {
    String message = assertThrows(PipelineException.class, () -> read(yaml)).getMessage();
    assertFalse(message.contains("\n"), message);
    assertTrue(message.contains("film.yaml"), message);
    return message;
  }

  @Test
  void readsShotsWithWhatHoldsForAll() throws IOException {
    Path image = Files.write(folder.resolve("a.png"), new byte[1]);
    List<Shot> shots =
        read(
            """
            style: cartoon
            seed: 18446744073709551615
            seconds: 2
            camera: pan-left
            camera-speed: slow
            transition: crossfade
            shots:
              - prompt: "a ball: red"   # quoted, for its colon
                action: bounces
              - image: a.png
                camera: static
                seconds: 0.5
                style: film
                transition: cut
                seed: 7
              - prompt: 1984
                continue: true
                negative-prompt: blur
                transition-seconds: 0.25
            """);
    assertEquals(3, shots.size());
    Shot first = shots.getFirst();
    assertEquals(
        "camera slowly pans left, a ball: red bounces, cartoon style", first.prompt().compose());
    assertEquals(OptionalLong.of(-1), first.seed());
    assertEquals(Transition.CROSSFADE, first.transition());
    Shot second = shots.get(1);
    assertEquals("static camera, film", second.prompt().compose());
    assertEquals(Optional.of(image.toAbsolutePath()), second.image());
    assertEquals(OptionalDouble.of(0.5), second.seconds());
    assertEquals(OptionalLong.of(7), second.seed());
    assertEquals(Transition.CUT, second.transition());
    assertTrue(second.place().endsWith("film.yaml: shot 2 (line 10)"), second.place());
    Shot third = shots.getLast();
    assertTrue(third.continues());
    assertEquals("1984", third.prompt().subject());
    assertEquals("blur", third.negativePrompt());
    assertEquals(OptionalDouble.of(0.25), third.fadeSeconds());
  }

  /** Line breaks are written as ; here. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          shots:;- prompt: a;- promt: b              | shot 2 (line 3): line 3: 'promt' is unknown: did you mean prompt?
          shots:;- prompt: a;  xyzzy: b              | line 3: 'xyzzy' is unknown; there are prompt,
          shot:;- prompt: a                          | line 1: 'shot' is unknown: did you mean shots?
          style: a;style: b;shots:;- prompt: a       | line 2: 'style' is given twice
          shots:;- prompt: a;  seconds: long         | shot 1 (line 2): line 3: seconds is 'long'; a number
          shots:;- prompt: a;  seconds: -1           | seconds is '-1'
          shots:;- prompt: a;  seconds: 1e9          | seconds is '1e9'
          seconds: 0;shots:;- prompt: a              | line 1: seconds is '0'; a number above 0
          shots:;- prompt: a;  seed: 1.5             | line 3: seed is '1.5'; a number from 0 to 2^64 - 1
          shots:;- prompt: a;  continue: yes         | continue is 'yes'; true or false
          shots:;- prompt: a;  continue: true        | no shot before the first
          shots:;- prompt: a;- prompt: b;  transition: fade | transition is 'fade'; cut, crossfade
          shots:;- prompt: a;- prompt: b;  transition: [cut] | transition is a list; a text is needed
          shots:;- prompt:                           | shot 1 (line 2): line 2: prompt is ''; leave
          shots:;- camera: orbit                     | it needs a 'prompt', an 'image', or both
          shots:;- image: nothing.png                | shot 1 (line 2): image nothing.png: no such file
          shots:;- prompt: a;- image: film.yaml;  continue: true | leave one out
          shots:;- prompt: a;  camera-speed: slow    | shot 1 (line 2): the camera has the speed 'slow'
          shots:;- a red ball                        | shot 1 (line 2): it is no list of keys
          shots: []                                  | it has no 'shots:'
          style: a                                   | it has no 'shots:'
          - prompt: a                                | it is no list of keys
          shots:;- prompt: "a                        | malformed YAML
          shots:;- prompt: a;  image: &x b;- *y      | malformed YAML
          """)
  void saysWhatIsWrongWhere(String yaml, String problem) {
    String message = refusal(yaml.replace(';', '\n'));
    assertTrue(message.contains(problem), message);
  }

  @Test
  void refusesWhatIsTooLarge() throws IOException {
    assertTrue(refusal("# " + "x".repeat(10 << 20)).contains("larger than the 1 MiB"));
    assertTrue(refusal("[".repeat(200_000)).contains("more than 16 deep"));
    assertTrue(refusal("- ".repeat(5000)).contains("more than 16 deep"));
    assertTrue(refusal("shots:\n" + "- prompt: a\n".repeat(1001)).contains("1001 shots"));
    assertTrue(refusal("").contains("it is empty"));
    Path latin = folder.resolve("film.yaml");
    Files.write(latin, "shots:\n- prompt: caf\u00e9".getBytes(StandardCharsets.ISO_8859_1));
    assertTrue(
        assertThrows(PipelineException.class, () -> StoryboardReader.read(latin))
            .getMessage()
            .contains("no text in UTF-8"));
    Path missing = folder.resolve("missing.yaml");
    assertTrue(
        assertThrows(PipelineException.class, () -> StoryboardReader.read(missing))
            .getMessage()
            .endsWith("no such file or folder"));
  }

  /** Each level names the one below nine times, which would be 9^12 texts. */
  @Test
  void aliasesAreNotExpanded() {
    StringBuilder yaml = new StringBuilder("shots:\n- prompt: a\n  style: &a0 [x]\n");
    for (int i = 1; i < 13; i++) {
      String all = ("*a" + (i - 1) + ", ").repeat(9);
      yaml.append("- &a%d [%s]\n".formatted(i, all));
    }
    assertTrue(refusal(yaml.toString()).contains("Number of aliases"));
  }

  @Test
  void aPartMayBeNamedOnceAndUsedTwice() throws IOException {
    List<Shot> shots = read("shots:\n- &one\n  prompt: a\n- prompt: b\n- *one\n");
    assertEquals("a", shots.getLast().prompt().compose());
  }
}
