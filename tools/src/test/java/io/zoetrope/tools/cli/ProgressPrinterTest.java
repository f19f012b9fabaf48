package io.zoetrope.tools.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zoetrope.pipeline.Progress.Report;
import io.zoetrope.pipeline.Progress.Stage;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ProgressPrinterTest {
  private static final Map<Stage, Double> EXPECTED =
      Map.of(Stage.ENCODE_PROMPTS, 10.0, Stage.DENOISE, 100.0, Stage.DECODE, 20.0);

  private final StringWriter out = new StringWriter();
  private long nanos;

  private ProgressPrinter printer(boolean terminal, Map<Stage, Double> expected) {
    return new ProgressPrinter(new PrintWriter(out), terminal, expected, "", () -> nanos);
  }

  private void pass(double seconds) {
    nanos += (long) (seconds * 1e9);
  }

  private static Report took(double seconds) {
    return new Report((long) (seconds * 1e9), 0, 0, 0);
  }

  /** A line is printed after ten seconds, and never for a stage that is short. */
  @Test
  void plainLinesComeNowAndThen() {
    ProgressPrinter printer = printer(false, Map.of());
    printer.begin(Stage.DENOISE, 4);
    for (int i = 1; i <= 4; i++) {
      pass(6);
      printer.step(Stage.DENOISE, i);
    }
    printer.end(Stage.DENOISE, took(24));
    List<String> lines = out.toString().lines().toList();
    assertEquals(2, lines.size(), out.toString());
    assertEquals(
        "denoising      2/4 - 12.00s left - 6.00s/it - 12.00s gone |=========>          |",
        lines.getFirst());
    assertEquals("denoising      24.00s", lines.getLast());
    assertEquals("24.00s", printer.total());
  }

  @Test
  void aLongJobPrintsNoMoreThanSomeDozensOfLines() {
    ProgressPrinter printer = printer(false, Map.of());
    printer.begin(Stage.DENOISE, 50);
    for (int i = 0; i < 50 * 3600; i++) {
      pass(1);
      printer.within(Stage.DENOISE, i / 3600, i % 3600 / 3600.0);
    }
    long lines = out.toString().lines().count();
    assertTrue(lines > 50 && lines < 200, lines + " lines");
  }

  @Test
  void theShareOfAStepCounts() {
    ProgressPrinter printer = printer(false, Map.of());
    printer.begin(Stage.DENOISE, 2);
    pass(30);
    printer.within(Stage.DENOISE, 0, 0.5);
    assertTrue(out.toString().startsWith("denoising      0/2 + 50% - 90.00s left"), out.toString());
  }

  /** What the stages before were slower than expected, those to come are, too. */
  @Test
  void theTimeLeftIsThatOfTheJob() {
    ProgressPrinter printer = printer(false, EXPECTED);
    printer.begin(Stage.ENCODE_PROMPTS, 1);
    pass(20);
    printer.end(Stage.ENCODE_PROMPTS, took(20));
    printer.begin(Stage.DENOISE, 2);
    pass(100);
    out.getBuffer().setLength(0);
    printer.step(Stage.DENOISE, 1);
    // Twice as slow: 100 s of denoising and 40 s of decoding are to come.
    assertTrue(
        out.toString().contains("1/2 - 1m40s left, 2m20s of the job - 1m40s/it - 2m00s gone"),
        out.toString());
  }

  @Test
  void aTerminalsLineIsRedrawnAndNeverWraps() {
    ProgressPrinter printer = printer(true, Map.of());
    printer.begin(Stage.DECODE, 9);
    pass(1);
    printer.step(Stage.DECODE, 9);
    printer.abandon();
    String text = out.toString();
    assertEquals(-1, text.indexOf('\n'), text);
    assertEquals(text.split("\033\\[\\?7l", -1).length, text.split("\033\\[\\?7h", -1).length);
    assertEquals(3, text.split("\033\\[\\?7l", -1).length);
    assertTrue(text.endsWith("\r\033[K"), text);
  }

  @Test
  void durationsAreThoseOfPeople() {
    assertEquals("1 s", Durations.rounded(0.2));
    assertEquals("75 s", Durations.rounded(75));
    assertEquals("29 min", Durations.rounded(29 * 60));
    assertEquals("2 h 10 min", Durations.rounded(130 * 60));
    assertEquals("48 h", Durations.rounded(48 * 3600 + 500));
    assertEquals("48h08m", Durations.text(48 * 3600 + 500));
  }
}
