package io.zoetrope.tools.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.zoetrope.pipeline.convert.Conversion.Phase;
import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;

class ConversionPrinterTest {
  private final StringWriter out = new StringWriter();
  private long now;

  private void run(boolean terminal) {
    try (ConversionPrinter printer =
        new ConversionPrinter(new PrintWriter(out), terminal, () -> now)) {
      printer.at(Phase.HASHING, 1 << 20, 2 << 20);
      now = 2_000_000_000L;
      printer.at(Phase.HASHING, 2 << 20, 2 << 20);
      printer.at(Phase.WRITING, 1 << 20, 8 << 20);
      now = 22_000_000_000L;
      printer.at(Phase.WRITING, 2 << 20, 8 << 20);
    }
  }

  @Test
  void plainLinesAreSeldom() {
    run(false);
    assertEquals(
        """
        hashing    2.0 MiB - 2.00s
        converting 2.0 MiB of 8.0 MiB - 60.00s left - 102.4 KiB/s |====>               |
        """,
        out.toString());
  }

  @Test
  void aTerminalHasOneLine() {
    run(true);
    String line =
        "converting 2.0 MiB of 8.0 MiB - 60.00s left - 102.4 KiB/s |====>               |";
    assertEquals(
        ProgressPrinter.ERASE_LINE
            + "hashing    2.0 MiB - 2.00s\n"
            + ProgressPrinter.redrawn(line)
            + ProgressPrinter.ERASE_LINE,
        out.toString());
  }
}
