package io.zoetrope.bench.load;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class TallyTest {
  @Test
  void sharesAreThoseOfAllAnswers() {
    Tally tally = new Tally();
    for (int i = 2000; i > 0; i--) {
      tally.add(i % 4 == 0 ? 429 : 200, i * 1_000_000L);
    }
    assertEquals(2000, tally.count());
    assertEquals(1000, tally.millis(0.5));
    assertEquals(1980, tally.millis(0.99));
    assertEquals(2000, tally.millis(1));
    assertEquals(500, tally.count(429, 429));
    assertEquals(0, tally.count(500, 599));
    assertEquals("200: 1500, 429: 500", tally.statuses());
  }

  @Test
  void nothingHasNoTime() {
    assertTrue(Double.isNaN(new Tally().millis(0.99)));
  }
}
