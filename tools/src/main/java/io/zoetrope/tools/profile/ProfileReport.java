package io.zoetrope.tools.profile;

/** Shows a profile: where the time went, and how close to the device's limits that was. */
public final class ProfileReport {
  /** No report is longer: the places of a model are some hundreds, each a row of JSON at most. */
  public static final long MOST_BYTES = 1 << 20;

  private static final int ROWS_FOR_PEOPLE = 20;

  private ProfileReport() {}

  /**
   * The whole report, which ends with a line break.
   *
   * @param top most rows of the kernel table; null for 20 where people read it and all elsewhere
   */
  public static String of(Profile profile, Grouping grouping, Integer top, ReportFormat format) {
    int most = top != null ? top : format.isForPeople() ? ROWS_FOR_PEOPLE : Integer.MAX_VALUE;
    return switch (format) {
      case TEXT, MD -> new ReadableReport(profile, grouping, most).render(format);
      case CSV -> new DataReport(profile, grouping, most).csv();
      case JSON -> new DataReport(profile, grouping, most).json();
    };
  }
}
