package io.zoetrope.tools.kernel;

import io.zoetrope.pipeline.PipelineException;
import io.zoetrope.tools.profile.ReportFormat;

/** Shows the profile of a kernel in the formats of reports. */
public final class KernelReport {
  private KernelReport() {}

  /**
   * Checks a format before anything is run.
   *
   * @throws PipelineException for csv, which has room for one table only
   */
  public static void requireShown(ReportFormat format) {
    if (format == ReportFormat.CSV) {
      throw new PipelineException(
          "--format csv has one table, and a kernel's profile has several: text, md or json");
    }
  }

  /**
   * The whole report, which ends with a line break.
   *
   * @param profile of one launch at least
   * @param title what was run
   * @param top most rows of the PTX, for people; null for {@link KernelPage#ROWS}
   */
  public static String of(KernelProfile profile, String title, Integer top, ReportFormat format) {
    return format == ReportFormat.JSON
        ? KernelJson.of(profile, title)
        : KernelPage.of(
            profile, title, top == null ? KernelPage.ROWS : top, format == ReportFormat.MD);
  }
}
