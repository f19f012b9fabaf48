package io.zoetrope.tools.profile;

import java.util.Locale;

/** How a report is written. */
public enum ReportFormat {
  /** Aligned columns, for a terminal. */
  TEXT,
  /** Markdown tables. */
  MD,
  /** One table of everything, a row for each stage, kernel and sum; base units. */
  CSV,
  /** One object; base units. */
  JSON;

  /** Whether it is for people, who look at the longest kernels. */
  boolean isForPeople() {
    return this == TEXT || this == MD;
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
