package io.zoetrope.tools.profile;

import io.zoetrope.ops.Roofline;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * A profile as two tables for people.
 *
 * @param most rows of the second one
 */
record ReadableReport(Profile profile, Grouping grouping, int most) {
  private static final double MIB = 1 << 20;

  /** Steps whose times fit a line; more have shades alone. */
  private static final int MOST_FIGURES = 10;

  /** Of the conditions, those that people look for first. */
  private static final List<String> CONDITIONS = List.of("commit", "cpu", "jdk", "weights");

  String render(ReportFormat format) {
    boolean markdown = format == ReportFormat.MD;
    String paragraph = markdown ? "\n" : "";
    StringBuilder out = new StringBuilder();
    out.append(profile.job()).append('\n').append(paragraph);
    out.append(profile.device());
    profile.roofline().ifPresent(roofline -> out.append("; at best ").append(limits(roofline)));
    profile.stages().stream()
        .filter(stage -> stage.reused() > 0)
        .forEach(stage ->
            out.append(
                "; %d predictions reused in %d steps".formatted(stage.reused(), stage.steps())));
    String conditions =
        CONDITIONS.stream()
            .filter(profile.conditions()::containsKey)
            .map(name -> "%s %s".formatted(name, profile.conditions().get(name)))
            .collect(Collectors.joining("; "));
    if (!conditions.isEmpty()) {
      out.append('\n').append(paragraph).append(conditions);
    }
    Table second =
        switch (grouping) {
          case OP, SHAPE, PATH -> kernelTable();
          case MODULE -> moduleTable();
          case BLOCK_STEP -> blockTable();
        };
    for (Table table : new Table[] {stageTable(), second}) {
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

  private Table moduleTable() {
    Table table =
        new Table("module", "#operations", "#time", "#time %", "#self time", "#GFLOP/s", "#roof");
    for (ModuleTree.Row row : ModuleTree.of(profile, most)) {
      table.add(
          "  ".repeat(row.depth()) + row.name(),
          "%d".formatted(row.calls()),
          time(row.nanos()),
          share(row.nanos()),
          time(row.selfNanos()),
          row.flops() == 0 ? "" : giga(row.flops() / row.seconds()),
          row.leastSeconds()
              .map(least -> "%.0f%%".formatted(100 * least / row.seconds()))
              .orElse(""));
    }
    return table;
  }

  /** Milliseconds and shades where the steps are few, else shades, a character for each step. */
  private Table blockTable() {
    BlockSteps blocks = BlockSteps.of(profile);
    boolean hasFigures = blocks.steps().size() <= MOST_FIGURES;
    long[] range = blocks.range();
    Stream<String> steps =
        hasFigures
            ? blocks.steps().stream().map(step -> "#step " + step)
            : Stream.of("%s (blank) to %s (dark)".formatted(time(range[0]), time(range[1])));
    Table table =
        new Table(
            Stream.concat(Stream.of("block", "#time", "#a step"), steps).toArray(String[]::new));
    blocks
        .nanos()
        .forEach((block, nanos) -> {
          boolean isBlock = !block.equals(BlockSteps.REST);
          long sum = LongStream.of(nanos).sum();
          List<String> cells =
              LongStream.of(nanos)
                  .mapToObj(cell -> {
                    String shade = isBlock ? Character.toString(blocks.shade(cell)) : " ";
                    return hasFigures ? time(cell) + " " + shade : shade;
                  })
                  .toList();
          table.add(
              Stream.concat(
                      Stream.of(block, time(sum), time(sum / Math.max(1, nanos.length))),
                      hasFigures ? cells.stream() : Stream.of(String.join("", cells)))
                  .toArray(String[]::new));
        });
    return table;
  }

  private Table kernelTable() {
    KernelTable kernels = KernelTable.of(profile, grouping, most);
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
