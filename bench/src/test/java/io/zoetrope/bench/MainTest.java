package io.zoetrope.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MainTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(String... args) {
    return Main.commandLine()
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(args);
  }

  @ParameterizedTest
  @ValueSource(strings = {"kernels", "compare", "random-model", "serve-load", "pointing-game"})
  void everyCommandKnowsItsHelp(String command) {
    assertEquals(0, run(command, "--help"));
    assertTrue(out.toString().startsWith("Usage: bench/run " + command), out.toString());
  }

  @Test
  void listsWhatAGlobNames() {
    assertEquals(0, run("kernels", "linear 1280*", "--list"));
    assertTrue(
        out.toString().lines().allMatch(line -> line.startsWith("linear 1280x")), out.toString());
    assertTrue(out.toString().lines().count() >= 3, out.toString());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          kernels nothing*              | nothing*
          kernels --dtype i8            | I8
          kernels --seconds 0           | --seconds
          kernels --threads -1          | --threads
          random-model here --layers 0  | --layers
          random-model here --dtype i8  | I8
          compare --dtype i8            | I8
          compare --pairs 0             | --pairs
          compare --size 64             | forward:64
          compare --job cold-start,forward --size 64 | forward:64
          compare --job clip --size 64x64x5 | --size
          compare --job nothing         | --job
          serve-load --seconds 0        | --seconds
          pointing-game --masks no/x.png | --masks
          """)
  void oneLineSaysWhatIsWrong(String args, String reason) {
    int code = run(args.split(" +"));
    assertTrue(code == 1 || code == 2, "exit code " + code);
    assertEquals(1, err.toString().lines().count(), err.toString());
    assertTrue(err.toString().contains(reason), err.toString());
  }
}
