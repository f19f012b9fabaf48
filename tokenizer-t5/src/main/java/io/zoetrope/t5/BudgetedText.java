package io.zoetrope.t5;

/**
 * A text for a regular expression that comes from a file. Expressions that try one way after the
 * other can take longer than anybody waits, so the text counts how often it is looked at.
 */
final class BudgetedText implements CharSequence {
  /** Looks at each character, and at a text however short; {@code " {2,}"} takes about 2. */
  private static final long LOOKS_PER_CHARACTER = 1000;

  private static final long FREE_LOOKS = 100_000;

  /** The text was looked at too often. */
  static final class Exhausted extends RuntimeException {
    private static final long serialVersionUID = 1;

    Exhausted() {
      super("looked at too often", null, false, false);
    }
  }

  private final String text;
  private long looks;

  BudgetedText(String text) {
    this.text = text;
    this.looks = LOOKS_PER_CHARACTER * text.length() + FREE_LOOKS;
  }

  @Override
  public int length() {
    return text.length();
  }

  @Override
  public char charAt(int index) {
    if (--looks < 0) {
      throw new Exhausted();
    }
    return text.charAt(index);
  }

  @Override
  public CharSequence subSequence(int start, int end) {
    return text.substring(start, end);
  }

  @Override
  public String toString() {
    return text;
  }
}
