package io.zoetrope.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class PairsTest {
  /** Notes its runs; takes a time that it makes up. */
  private record Imagined(String name, double seconds, long pause, StringBuilder log)
      implements Contestant {
    @Override
    public void warmUp() {
      log.append(name.toLowerCase(java.util.Locale.ROOT));
    }

    @Override
    public double run() {
      log.append(name);
      try {
        Thread.sleep(pause);
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
      return seconds;
    }

    @Override
    public OptionalLong peakMemory() {
      return OptionalLong.empty();
    }

    @Override
    public void close() {}
  }

  private static String order(int pairs, double budgetSeconds, long pause) {
    StringBuilder log = new StringBuilder();
    StringWriter out = new StringWriter();
    Pairs measured = new Pairs("job");
    measured.run(
        new Imagined("A", 1, pause, log),
        new Imagined("B", 3, pause, log),
        pairs,
        budgetSeconds,
        new PrintWriter(out));
    assertEquals(3, measured.ratio(), 1e-12);
    return log.toString();
  }

  @Test
  void runsInTurnAfterAWarmUp() {
    assertEquals("abABABAB", order(3, 600, 0));
  }

  @Test
  void onePairIsRunWhateverItTakes() {
    assertEquals("abAB", order(5, 0.001, 5));
  }

  @Test
  void ratioIsTheMedianOfThePairs() {
    Pairs pairs = new Pairs("forward");
    pairs.add(1, 2, 0.1);
    pairs.add(10, 50, 3.5);
    pairs.add(2, 6, 0.2);
    assertEquals(3, pairs.ratio(), 1e-12);
    assertEquals("| forward | 3 | 2.000 s | 6.000 s | 3.00 | -, - | 0.2 |", pairs.row());
    assertEquals(2.0, pairs.toJson().get("zoetrope_median_s"));
    assertEquals(List.of(0.1, 3.5, 0.2), pairs.toJson().get("load_averages"));
    assertTrue(Pairs.header().startsWith("| job |"));
  }
}
