package io.zoetrope.tools.profile;

import io.zoetrope.ops.Roofline;
import java.util.Map;
import java.util.stream.Collectors;

/** A profile as two tables for people. */
record ReadableReport(Profile profile, KernelTable kernels, Grouping grouping) {
  private static final double MIB = 1 << 20;

  String render(ReportFormat format) {
    boolean markdown = format == ReportFormat.MD;
    String paragraph = markdown ? "\n" : "";
    StringBuilder out = new StringBuilder();
    out.append(profile.job()).append('\n').append(paragraph);
    out.append(profile.device());
    profile.roofline().ifPresent(roofline -> out.append("; at best ").append(limits(roofline)));
    for (Table table : new Table[] {stageTable(), kernelTable()}) {
      out.append("\n\n").append((markdown ? table.markdown() : table.text()).stripTrailing());
    }
    return out.append('\n').toString();
  }

  private static String limits(Roofline roofline) {
    return roofline.flopsPerSecond().entrySet().stream()
            .sorted(Map.Entry.comparingByKey())
            .map(peak -> "%s GFLOP/s %s, ".formatted(giga(peak.getValue()), peak.getKey()))
            .collect(Collectors.joining())
        + giga(roofline.bytesPerSecond())
        + " GB/s";
  }

  private Table stageTable() {
    Table table =
        new Table("stage", "#time", "#share", "#it", "#time/it", "#kernels", "#gap", "#peak MiB");
    for (Profile.Stage stage : profile.stages()) {
      table.add(
          stage.stage().title(),
          time(stage.nanos()),
          share(stage.nanos()),
          "%d".formatted(stage.steps()),
          time(stage.nanos() / stage.steps()),
          time(stage.kernelNanos()),
          time(stage.nanos() - stage.kernelNanos()),
          "%.1f".formatted(stage.memoryBytes() / MIB));
    }
    table.add(
        "outside stages",
        time(profile.outsideNanos()),
        share(profile.outsideNanos()),
        "",
        "",
        time(kernelNanosOutside()),
        time(profile.outsideNanos() - kernelNanosOutside()),
        "");
    table.add(
        "wall time",
        time(profile.nanos()),
        share(profile.nanos()),
        "",
        "",
        time(profile.kernelNanos()),
        time(profile.gapNanos()),
        "%.1f"
            .formatted(
                profile.stages().stream().mapToLong(Profile.Stage::memoryBytes).max().orElse(0)
                    / MIB));
    return table;
  }

  private long kernelNanosOutside() {
    return profile.kernelNanos()
        - profile.stages().stream().mapToLong(Profile.Stage::kernelNanos).sum();
  }

  private Table kernelTable() {
    Table table =
        new Table(
            "kernel",
            "dtype",
            "#calls",
            "#self time",
            "#self %",
            "#time avg",
            "#GFLOP/s",
            "#GB/s",
            "#roof",
            grouping.heading());
    kernels.rows().forEach(row -> add(table, row));
    add(table, kernels.total());
    addTime(table, "gap", profile.gapNanos());
    addTime(table, "wall time", profile.nanos());
    return table;
  }

  private void add(Table table, KernelTable.Row row) {
    table.add(
        row.operation(),
        row.dtype() == null ? "" : row.dtype().toString(),
        "%d".formatted(row.calls()),
        time(row.nanos()),
        share(row.nanos()),
        row.calls() == 0 ? "" : time(row.nanos() / row.calls()),
        row.flops() == 0 ? "" : giga(row.flops() / row.seconds()),
        giga(row.bytes() / row.seconds()),
        row.roofShare().map(part -> "%.0f%%".formatted(100 * part)).orElse(""),
        row.place());
  }

  private void addTime(Table table, String name, long nanos) {
    table.add(name, "", "", time(nanos), share(nanos), "", "", "", "", "");
  }

  private String share(long nanos) {
    return "%.1f%%".formatted(100.0 * nanos / profile.nanos());
  }

  private static String giga(double value) {
    double giga = value / 1e9;
    return (giga >= 100 ? "%.0f" : giga >= 10 ? "%.1f" : "%.2f").formatted(giga);
  }

  /** In the unit that leaves one to three digits before the point, as torch's tables do. */
  private static String time(long nanos) {
    double micros = nanos / 1e3;
    return micros < 1e3
        ? "%.1fus".formatted(micros)
        : micros < 1e6 ? "%.3fms".formatted(micros / 1e3) : "%.3fs".formatted(micros / 1e6);
  }
}
