package io.zoetrope.tools.parity;

import java.util.Optional;

/**
 * What came of one tensor, or of a case as a whole.
 *
 * @param name of the tensor or the case, in the fixture
 * @param what its shape, or in words what was compared, or why it could not be
 * @param difference from the reference; empty where no numbers were compared
 */
public record ParityResult(
    String name, ParityStage stage, Verdict verdict, String what, Optional<Difference> difference) {
  /** Whether something is as the reference has it. */
  public enum Verdict {
    PASS("pass"),
    FAIL("FAIL"),
    /** There is nothing here to compare: no fault, and no agreement either. */
    NOT_RUN("NOT RUN");

    private final String title;

    Verdict(String title) {
      this.title = title;
    }

    @Override
    public String toString() {
      return title;
    }
  }

  /**
   * How far a tensor is from the reference's.
   *
   * @param largest difference of an element
   * @param relative root mean square of the differences, as a share of that of the reference
   * @param limit what may be
   */
  record Difference(double largest, double relative, Tolerances.Limit limit) {
    /** What the limit is for. */
    double bounded() {
      return limit.relative() ? relative : largest;
    }

    boolean isWithin() {
      return bounded() <= limit.value();
    }

    /** How much of the limit is used; above 1 is out. */
    double share() {
      return bounded() == 0 ? 0 : bounded() / limit.value();
    }
  }
}
