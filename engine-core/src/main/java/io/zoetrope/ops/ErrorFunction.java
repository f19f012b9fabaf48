package io.zoetrope.ops;

/** The error function, which the Java library lacks. */
public final class ErrorFunction {
  private ErrorFunction() {}

  /**
   * {@code erf(x)} to double precision: the Maclaurin series near 0, the continued fraction of the
   * complementary function elsewhere (Abramowitz and Stegun 7.1.6 and 7.1.14).
   */
  public static double erf(double x) {
    double magnitude = Math.abs(x);
    if (magnitude >= 6) {
      return Math.signum(x);
    }
    if (magnitude < 2.5) {
      double term = x;
      double sum = x;
      for (int n = 1; Math.abs(term) > 1e-17 * Math.abs(sum); n++) {
        term *= 2 * x * x / (2 * n + 1);
        sum += term;
      }
      return 2 / Math.sqrt(Math.PI) * Math.exp(-x * x) * sum;
    }
    double fraction = magnitude;
    for (int n = 60; n >= 1; n--) {
      fraction = magnitude + n / 2.0 / fraction;
    }
    double complement = Math.exp(-magnitude * magnitude) / (fraction * Math.sqrt(Math.PI));
    return Math.signum(x) * (1 - complement);
  }
}
