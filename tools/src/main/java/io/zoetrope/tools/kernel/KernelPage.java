package io.zoetrope.tools.kernel;

import io.zoetrope.kernels.emulator.fault.SourceLine;
import io.zoetrope.kernels.emulator.report.Grid;
import io.zoetrope.kernels.emulator.report.InstructionClass;
import io.zoetrope.kernels.emulator.report.LaunchReport;
import io.zoetrope.kernels.emulator.report.LineProfile;
import io.zoetrope.kernels.emulator.report.Occupancy;
import io.zoetrope.ops.DeviceUnavailableException;
import io.zoetrope.tools.profile.Table;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The profile of a kernel for people: what a profiler of a card shows first, then the lines of the
 * source and of the PTX that ran most.
 */
public final class KernelPage {
  /** Rows of both listings, unless somebody asks for more. */
  public static final int ROWS = 40;

  private static final int SOURCE_ROWS = 12;
  private static final int MOST_GRIDS = 4;

  private final KernelProfile profile;
  private final LaunchReport sum;
  private final boolean markdown;
  private final StringBuilder out = new StringBuilder();

  private KernelPage(KernelProfile profile, boolean markdown) {
    this.profile = profile;
    this.sum = profile.sum();
    this.markdown = markdown;
  }

  /**
   * The page, which ends with a line break.
   *
   * @param profile of one launch at least
   * @param title what was run
   * @param rows of the PTX, those that ran most
   */
  public static String of(KernelProfile profile, String title, int rows, boolean markdown) {
    KernelPage page = new KernelPage(profile, markdown);
    page.heading(title);
    page.totals();
    page.mix();
    page.memory();
    page.occupancy();
    page.sources();
    page.listing(rows);
    return page.out.toString();
  }

  private void heading(String title) {
    line("%s", title);
    line(
        "%s: %s of blocks of %,d threads with %,d bytes of shared memory; %s",
        sum.kernel(),
        counted(profile.launches(), "launch", "launches"),
        sum.grid().threads().volume(),
        profile.sharedBytes(),
        grids());
    line("counted on the emulator: what ran, not how long it takes");
  }

  private String grids() {
    String first =
        profile.grids().stream()
            .limit(MOST_GRIDS)
            .map(Grid::blocks)
            .map(Object::toString)
            .collect(Collectors.joining(", "));
    int more = profile.grids().size() - MOST_GRIDS;
    return "%s %s%s"
        .formatted(
            profile.grids().size() == 1 ? "grid" : "grids",
            first,
            more > 0 ? " and %d others".formatted(more) : "");
  }

  private void totals() {
    Table table = new Table("total", "#count", "of it");
    table.add(
        "instructions of warps",
        count(sum.warpInstructions()),
        "%s in %s of PTX"
            .formatted(
                percent(ran(), sum.lines().size()),
                counted(sum.lines().size(), "instruction", "instructions")));
    table.add(
        "instructions of threads",
        count(sum.threadInstructions()),
        "%s of lanes active".formatted(percent(sum.activeLanes())));
    table.add(
        "conditional branches",
        count(KernelShares.branches(sum)),
        "%s divergent".formatted(count(sum.divergentBranches())));
    table.add(
        "floating-point operations",
        count(sum.flops() + sum.tensorFlops()),
        "%s on tensor cores".formatted(percent(KernelShares.tensorShare(sum))));
    add(table);
  }

  private long ran() {
    return sum.lines().stream().filter(line -> line.warpInstructions() > 0).count();
  }

  private void mix() {
    Table table = new Table("instruction mix", "#of warps", "#share", "#lanes");
    KernelShares.mix(sum)
        .forEach((kind, warps) ->
            table.add(
                name(kind),
                count(warps),
                percent(warps, sum.warpInstructions()),
                "%.1f".formatted((double) sum.threadInstructions(kind) / warps)));
    add(table);
  }

  private void memory() {
    Table table =
        new Table("memory", "unit", "#requests", "#bytes", "#a request", "#at best", "#too many");
    for (KernelShares.Traffic traffic : KernelShares.traffic(sum)) {
      table.add(
          traffic.name(),
          traffic.unit(),
          count(traffic.requests()),
          count(traffic.bytes()),
          "%.2f".formatted((double) traffic.transactions() / traffic.requests()),
          "%.2f".formatted((double) traffic.ideal() / traffic.requests()),
          percent(traffic.transactions() - traffic.ideal(), traffic.transactions()));
    }
    add(table);
  }

  private void occupancy() {
    List<KernelProfile.Resources> all;
    try {
      all = profile.resources();
    } catch (DeviceUnavailableException e) {
      out.append('\n');
      line("registers and occupancy are not known: %s", e.getMessage());
      return;
    }
    Table table =
        new Table(
            "card",
            "#registers",
            "#spills",
            "#shared bytes",
            "#blocks",
            "#warps",
            "#occupancy",
            "limited by");
    for (KernelProfile.Resources one : all) {
      table.add(
          one.architecture(),
          "%d".formatted(one.registers()),
          "%d".formatted(one.spills()),
          count(profile.sharedBytes()),
          one.occupancy().map(fit -> "%d".formatted(fit.blocks())).orElse("0"),
          one.occupancy()
              .map(fit -> "%d of %d".formatted(fit.warps(), fit.maximumWarps()))
              .orElse("0"),
          one.occupancy().map(Occupancy::share).map(KernelPage::percent).orElse(""),
          one.occupancy().map(fit -> name(fit.limit())).orElse("shared memory of a block"));
    }
    add(table);
  }

  private void sources() {
    Table table = new Table("source", "#share", "#of warps", "text");
    KernelShares.bySource(sum).entrySet().stream()
        .sorted(Map.Entry.<SourceLine, Long>comparingByValue().reversed())
        .limit(SOURCE_ROWS)
        .forEach(entry ->
            table.add(
                entry.getKey().toString(),
                percent(entry.getValue(), sum.warpInstructions()),
                count(entry.getValue()),
                SourceText.of(entry.getKey())));
    add(table);
  }

  /** The instructions that ran most, in the order of the PTX, each under its line of the source. */
  private void listing(int rows) {
    Set<LineProfile> shown =
        new HashSet<>(
            sum.lines().stream()
                .filter(line -> line.warpInstructions() > 0)
                .sorted(Comparator.comparingLong(LineProfile::warpInstructions).reversed())
                .limit(rows)
                .toList());
    List<String> lines = new ArrayList<>();
    SourceLine source = null;
    for (LineProfile line : sum.lines()) {
      if (!shown.contains(line)) {
        continue;
      }
      if (!Objects.equals(line.source(), source)) {
        source = line.source();
        lines.add("%32s%s".formatted("", source == null ? "no line" : described(source)));
      }
      lines.add(
          "%7s %11s %6.1f %5d  %s"
              .formatted(
                  percent(line.warpInstructions(), sum.warpInstructions()),
                  count(line.warpInstructions()),
                  (double) line.threadInstructions() / line.warpInstructions(),
                  line.line(),
                  line.text()));
    }
    out.append('\n');
    line(
        "PTX: %d of the %d instructions that ran%s",
        shown.size(), ran(), shown.size() < ran() ? "; --top shows more" : "");
    if (markdown) {
      out.append("\n```\n");
    }
    line("%7s %11s %6s %5s  %s", "share", "of warps", "lanes", "line", "instruction");
    lines.forEach(line -> out.append(line).append('\n'));
    if (markdown) {
      out.append("```\n");
    }
  }

  private static String described(SourceLine source) {
    return "%s  %s".formatted(source, SourceText.of(source)).stripTrailing();
  }

  private void add(Table table) {
    out.append('\n').append(markdown ? table.markdown() : table.text());
  }

  private void line(String format, Object... values) {
    out.append(format.formatted(values)).append('\n');
  }

  private static String name(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }

  static String name(InstructionClass kind) {
    return name((Enum<?>) kind);
  }

  private static String counted(long count, String one, String many) {
    return "%,d %s".formatted(count, count == 1 ? one : many);
  }

  private static String count(long count) {
    return "%,d".formatted(count);
  }

  private static String percent(long part, long all) {
    return percent(all == 0 ? 0 : (double) part / all);
  }

  private static String percent(double share) {
    return "%.1f%%".formatted(100 * share);
  }
}
