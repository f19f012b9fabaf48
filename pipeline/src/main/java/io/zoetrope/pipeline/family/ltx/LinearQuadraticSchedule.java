package io.zoetrope.pipeline.family.ltx;

/**
 * Noise levels that fall slowly for half of the steps, then ever faster ({@code
 * linear_quadratic_schedule} in diffusers; Polyak et al., "Movie Gen", 2024, section 3.4.2).
 */
final class LinearQuadraticSchedule {
  /** How far the slow half goes. */
  private static final double THRESHOLD = 0.025;

  private LinearQuadraticSchedule() {}

  /** One for each step; the first one is 1. */
  static double[] sigmas(int steps) {
    double[] sigmas = new double[steps];
    int linear = steps / 2;
    int quadratic = steps - linear;
    double rest = linear - THRESHOLD * steps;
    double squared = rest / (linear * (double) quadratic * quadratic);
    double straight = THRESHOLD / linear - 2 * rest / ((double) quadratic * quadratic);
    double constant = squared * linear * linear;
    for (int i = 0; i < steps; i++) {
      double progress =
          i < linear ? i * THRESHOLD / linear : squared * i * i + straight * i + constant;
      sigmas[i] = steps < 2 ? 1 : 1 - progress;
    }
    return sigmas;
  }
}
