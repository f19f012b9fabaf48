package io.zoetrope.tools.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zoetrope.pipeline.PipelineException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the command line makes of arguments, before any command runs. */
class ArgumentsTest extends CommandTest {
  private static String[] last(String... args) {
    return DashedText.last(Main.commandLine(args), args);
  }

  @Test
  void textThatBeginsWithADashIsNoOption() {
    assertArrayEquals(
        new String[] {"generate", "--steps", "3", "--", "-5 degrees, snow"},
        last("generate", "-5 degrees, snow", "--steps", "3"));
  }

  @Test
  void valuesOfOptionsStayWhereTheyAre() {
    String[] args = {
      "generate", "red", "--negative-prompt", "-old film", "--seed=-1", "-o", "-x y"
    };
    assertArrayEquals(args, last(args));
  }

  @Test
  void nothingBehindTheEndOfOptionsMoves() {
    assertArrayEquals(
        new String[] {"generate", "--", "-a b", "--steps", "-c d"},
        last("generate", "-a b", "--", "--steps", "-c d"));
  }

  /** Each runs the job, and the clip knows the text. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          -Vivid colours | -oversaturated, ugly
          -5 degrees     | -hazy
          --help me      | -blurry, ugly
          """)
  void promptsMayBeginWithADash(String prompt, String negative) {
    Path clip = folder.resolve("out.gif");
    for (String[] given : new String[][] {{"-n", negative}, {"--negative-prompt=" + negative}}) {
      String[] job = {
        "generate",
        prompt,
        "--model",
        model.toString(),
        "--size",
        "16x16",
        "--frames",
        "1",
        "--steps",
        "1",
        "-o",
        clip.toString()
      };
      String[] args = Arrays.copyOf(job, job.length + given.length);
      System.arraycopy(given, 0, args, job.length, given.length);
      assertEquals(0, run(args), err.toString());
      assertEquals(0, run("info", clip.toString()), err.toString());
      assertTrue(out.toString().contains("\"prompt\" : \"" + prompt + "\""), out.toString());
      assertTrue(out.toString().contains("\"" + negative + "\""), out.toString());
      assertTrue(Files.exists(clip));
      out.getBuffer().setLength(0);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"-p", "--prompt"})
  void aPromptMayBeAnOption(String option) {
    Path clip = folder.resolve("out.gif");
    String[] job = {
      "generate",
      option,
      "-Vivid colours",
      "--model",
      model.toString(),
      "--size",
      "16x16",
      "--frames",
      "1",
      "--steps",
      "1",
      "-o",
      clip.toString()
    };
    assertEquals(0, run(job), err.toString());
    assertEquals(0, run("info", clip.toString()), err.toString());
    assertTrue(out.toString().contains("\"prompt\" : \"-Vivid colours\""), out.toString());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          genrate                   | unknown command 'genrate': did you mean generate
          generate red --width 64   | unknown option '--width': did you mean --size?
          generate red --width=64   | unknown option '--width': did you mean --size?
          generate red --stps 3     | unknown option '--stps': did you mean --steps or --style?
          generate red --cfg-scale 5 | did you mean --guidance?
          generate a red ball       | unexpected argument 'red': put text that has spaces in quotes
          generate                  | Missing required parameter: 'PROMPT'
          generate red -p blue      | the prompt is given twice, as 'red' and with --prompt
          generate red<lora:a:1>    | the prompt 'red<lora:a:1>' names a LoRA file: name it with --lora FILE:WEIGHT
          generate red -Vivid       | unknown option '-Vivid'
          inspect --deepth 3 x      | did you mean --depth
          generate red --mmap       | unknown option '--mmap': leave it out
          generate -M vid_gen -p red -W 64 -s -1 --stps=3 --mmap -W 9 --zzz | unknown options: '-M' (leave it out), '-W' (--size), '-s' (--seed), '--stps' (--steps or --style), '--mmap' (leave it out), '--zzz'
          """)
  void saysWhatMayHaveBeenMeant(String args, String sentence) {
    StringWriter errors = new StringWriter();
    int code =
        Main.run(new PrintWriter(out), new PrintWriter(errors, true), args.strip().split(" +"));
    assertEquals(2, code);
    assertEquals(1, errors.toString().lines().count(), errors.toString());
    assertTrue(errors.toString().contains(sentence), errors.toString());
  }

  @Test
  void seedsHave64Bits() {
    assertEquals(0, Seed.parse("0"));
    assertEquals(42, Seed.parse("42"));
    assertEquals(Long.MAX_VALUE, Seed.parse("9223372036854775807"));
    assertEquals(-1, Seed.parse("18446744073709551615"));
    for (String drawn : new String[] {"-1", "random"}) {
      assertTrue(Seed.parse(drawn) >= 0);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"-2", "18446744073709551616", "1.5", "", "seven"})
  void otherSeedsAreRefused(String seed) {
    var e = assertThrows(PipelineException.class, () -> Seed.parse(seed));
    assertTrue(e.getMessage().contains("2^64 - 1"), e.getMessage());
  }

  /**
   * A short option means the same wherever it is, but for -p: the prompt of a job, the parts that
   * are measured.
   */
  @Test
  void shortOptionsHaveOneMeaning() {
    Map<String, Set<String>> meanings = new TreeMap<>();
    Main.commandLine()
        .getSubcommands()
        .values()
        .forEach(command ->
            command
                .getCommandSpec()
                .options()
                .forEach(option ->
                    Stream.of(option.names())
                        .filter(name -> name.length() == 2)
                        .forEach(name ->
                            meanings
                                .computeIfAbsent(name, _ -> new TreeSet<>())
                                .add(option.longestName()))));
    assertEquals(Set.of("--parts", "--prompt"), meanings.remove("-p"));
    assertTrue(meanings.keySet().containsAll(Set.of("-o", "-n", "-h", "-V")), meanings.toString());
    meanings.forEach((name, found) -> assertEquals(1, found.size(), name + " is " + found));
  }

  @Test
  void writesACompletionForShells() {
    assertEquals(0, run("generate-completion"));
    assertTrue(out.toString().contains("--negative-prompt"), "no options");
  }
}
