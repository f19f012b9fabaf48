package io.zoetrope.tools.parity;

import java.io.PrintWriter;
import java.util.Locale;

/** How results are written. */
public enum ParityFormat {
  /** A line for each tensor, when its result is there. */
  TEXT,
  /** For each fixture a Markdown table with a row for each stage. */
  MD,
  /** One object with all results, and those of each stage together. */
  JSON;

  ParityOutput open(PrintWriter out, boolean areSeveral) {
    return switch (this) {
      case TEXT -> new ParityLines(out, areSeveral);
      case MD -> new ParityTable(out);
      case JSON -> new ParityJson(out);
    };
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
