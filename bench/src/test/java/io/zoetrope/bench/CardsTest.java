package io.zoetrope.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zoetrope.bench.Cards.Link;
import io.zoetrope.bench.Cards.Step;
import io.zoetrope.bench.Cards.Way;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class CardsTest {
  /** 2 * (8 + 4) seconds; 16 blocks, 8 heads. */
  private static final Step STEP = new Step(2, 8, 4, 0, 0, 16, 8, 1e6, 1e3);

  private static final Link PERFECT = new Link(1e30, 0);
  private static final double EPS = 1e-9;

  private static double seconds(Link link, Way way, int cards) {
    return new Cards(STEP, link).seconds(way, cards).orElseThrow();
  }

  @ParameterizedTest
  @EnumSource(Way.class)
  void oneCardTakesTheTimeOfOne(Way way) {
    assertEquals(24, seconds(new Link(1e3, 1), way, 1), EPS);
  }

  @Test
  void withoutALinkToWaitForWorkIsDivided() {
    assertEquals(6, seconds(PERFECT, Way.ULYSSES, 4), EPS);
    assertEquals(6, seconds(PERFECT, Way.RING, 4), EPS);
    assertEquals(12, seconds(PERFECT, Way.GUIDANCE, 2), EPS);
    assertEquals(6, seconds(PERFECT, Way.GUIDANCE, 4), EPS);
    // Two predictions in four stages of 3 s: five of them.
    assertEquals(15, seconds(PERFECT, Way.PIPELINE, 4), EPS);
  }

  @Test
  void whatCannotBeSharedOutIsNot() {
    Cards cards = new Cards(STEP, PERFECT);
    assertEquals(Optional.empty(), cards.seconds(Way.ULYSSES, 16));
    assertEquals(Optional.empty(), cards.seconds(Way.PIPELINE, 32));
    Step unguided = new Step(1, 8, 4, 0, 0, 16, 8, 1e6, 1e3);
    assertEquals(Optional.empty(), new Cards(unguided, PERFECT).seconds(Way.GUIDANCE, 2));
  }

  @Test
  void messagesCostTheirBytesAndTheirLatency() {
    // Of 1e6 bytes a card of two sends a quarter, 4 times in 16 blocks, in 2 predictions.
    double sent = 2 * 16 * 4 * (0.25e6 / 1e6 + 0.001) + 0.001 + 1e-3;
    assertEquals(12 + sent, seconds(new Link(1e6, 0.001), Way.ULYSSES, 2), EPS);
    // Keys and values pass while a card attends: 4 / 4 / 16 s hide 0.0005 s.
    double hidden = seconds(new Link(2e9, 0), Way.RING, 2);
    assertEquals(12, hidden, 1e-5);
    assertTrue(seconds(new Link(1e5, 0), Way.RING, 2) > 2 * 16 * 10);
  }
}
