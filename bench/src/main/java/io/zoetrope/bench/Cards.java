package io.zoetrope.bench;

import java.util.Optional;

/**
 * How long a step takes on several cards (or machines) that are alike, from the time that it takes
 * on one, by the ways in which a diffusion transformer is shared out. See {@code docs/scaling.md}.
 *
 * @param step what one card does in a step
 * @param link between any two cards
 */
record Cards(Step step, Link link) {
  /**
   * The work of a step on one card.
   *
   * @param predictions 2 with guidance, otherwise 1
   * @param tokenSeconds of a prediction: what each token takes by itself
   * @param attentionSeconds of a prediction: where all tokens attend to all
   * @param wholeSeconds of a prediction: what does not depend on the number of tokens, and is done
   *     on every card
   * @param otherSeconds of the step: guidance and scheduler, on every card
   * @param blocks of the transformer
   * @param heads of its attention
   * @param tokenBytes of all tokens between two blocks
   * @param latentBytes of the latents, in float32
   */
  record Step(
      int predictions,
      double tokenSeconds,
      double attentionSeconds,
      double wholeSeconds,
      double otherSeconds,
      int blocks,
      int heads,
      double tokenBytes,
      double latentBytes) {
    double predictionSeconds() {
      return tokenSeconds + attentionSeconds + wholeSeconds;
    }

    double seconds() {
      return predictions * predictionSeconds() + otherSeconds;
    }
  }

  /**
   * A connection, each card having one that sends and receives at the same time.
   *
   * @param bytesPerSecond in one direction
   * @param latencySeconds of a message
   */
  record Link(double bytesPerSecond, double latencySeconds) {
    double seconds(double bytes) {
      return latencySeconds + bytes / bytesPerSecond;
    }
  }

  /** A way to share the work out. */
  enum Way {
    /** Sequence parallelism: heads instead of tokens during attention (DeepSpeed-Ulysses, 2023). */
    ULYSSES,
    /** Sequence parallelism: keys and values go round (Ring Attention, 2023). */
    RING,
    /** Each card has some of the blocks. */
    PIPELINE,
    /** The two predictions on two groups of cards, each of which uses the way that is best. */
    GUIDANCE
  }

  /** Seconds of a step; empty if so many cards cannot be used so. */
  Optional<Double> seconds(Way way, int cards) {
    if (cards == 1) {
      return Optional.of(step.seconds());
    }
    return switch (way) {
      case ULYSSES -> ulysses(cards).map(this::ofStep);
      case RING -> Optional.of(ofStep(ring(cards)));
      case PIPELINE -> pipeline(cards);
      case GUIDANCE -> guidance(cards);
    };
  }

  private double ofStep(double prediction) {
    return step.predictions() * prediction + step.otherSeconds() + gathering();
  }

  /** Every card has all latents behind a step. */
  private double gathering() {
    return link.seconds(step.latentBytes());
  }

  /** Four all-to-alls in each block: of queries, keys, values and results. */
  private Optional<Double> ulysses(int cards) {
    if (step.heads() % cards != 0) {
      return Optional.empty();
    }
    double sent = step.tokenBytes() / cards * (cards - 1) / cards;
    double exchange = (cards - 1) * link.latencySeconds() + sent / link.bytesPerSecond();
    return Optional.of(
        (step.tokenSeconds() + step.attentionSeconds()) / cards
            + step.wholeSeconds()
            + step.blocks() * 4 * exchange);
  }

  /** While a card attends to the keys that it has, it gets the next ones. */
  private double ring(int cards) {
    double attending = step.attentionSeconds() / cards / cards / step.blocks();
    double passing = link.seconds(2 * step.tokenBytes() / cards);
    return step.tokenSeconds() / cards
        + step.wholeSeconds()
        + step.blocks() * (attending + (cards - 1) * Math.max(attending, passing));
  }

  /** The predictions of a step follow each other through the cards; the next step waits. */
  private Optional<Double> pipeline(int cards) {
    if (cards > step.blocks()) {
      return Optional.empty();
    }
    // The card with most blocks sets the pace.
    double most = (double) ((step.blocks() + cards - 1) / cards) / step.blocks();
    double stage = step.predictionSeconds() * most + link.seconds(step.tokenBytes());
    return Optional.of(
        (cards + step.predictions() - 1) * stage + step.otherSeconds() + gathering());
  }

  private Optional<Double> guidance(int cards) {
    if (step.predictions() != 2 || cards % 2 != 0) {
      return Optional.empty();
    }
    int group = cards / 2;
    double prediction =
        group == 1
            ? step.predictionSeconds()
            : Math.min(ring(group), ulysses(group).orElse(Double.POSITIVE_INFINITY));
    // Latents to the other group, and its prediction back.
    return Optional.of(prediction + step.otherSeconds() + 2 * gathering());
  }
}
