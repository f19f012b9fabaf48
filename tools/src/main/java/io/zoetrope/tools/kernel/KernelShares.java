package io.zoetrope.tools.kernel;

import static io.zoetrope.kernels.emulator.report.InstructionClass.ASYNC_COPY;
import static io.zoetrope.kernels.emulator.report.InstructionClass.GLOBAL_LOAD;
import static io.zoetrope.kernels.emulator.report.InstructionClass.GLOBAL_STORE;
import static io.zoetrope.kernels.emulator.report.InstructionClass.SHARED_LOAD;
import static io.zoetrope.kernels.emulator.report.InstructionClass.SHARED_STORE;

import io.zoetrope.kernels.emulator.fault.SourceLine;
import io.zoetrope.kernels.emulator.report.InstructionClass;
import io.zoetrope.kernels.emulator.report.LaunchReport;
import io.zoetrope.kernels.emulator.report.LineProfile;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** What a launch's counts add up to, for every way of showing them. */
final class KernelShares {
  private KernelShares() {}

  /**
   * Requests of warps to one kind of memory.
   *
   * @param unit what a transaction is
   * @param ideal the fewest transactions that the same bytes could take, or those that there were,
   *     where lanes share bytes
   */
  record Traffic(
      String name, String unit, long requests, long bytes, long transactions, long ideal) {
    private static Traffic of(
        LaunchReport launch, String name, String unit, InstructionClass kind) {
      return new Traffic(
          name,
          unit,
          launch.sum(LineProfile::requests, kind),
          launch.sum(LineProfile::bytes, kind),
          launch.sum(LineProfile::transactions, kind),
          launch.sum(line -> Math.min(line.transactions(), line.idealTransactions()), kind));
    }
  }

  /** Traffic of the kinds of memory that were used. */
  static List<Traffic> traffic(LaunchReport launch) {
    return Stream.of(
            Traffic.of(launch, "global loads", "sectors", GLOBAL_LOAD),
            Traffic.of(launch, "asynchronous copies", "sectors", ASYNC_COPY),
            Traffic.of(launch, "global stores", "sectors", GLOBAL_STORE),
            Traffic.of(launch, "shared loads", "wavefronts", SHARED_LOAD),
            Traffic.of(launch, "shared stores", "wavefronts", SHARED_STORE))
        .filter(traffic -> traffic.requests() > 0)
        .toList();
  }

  /** Instructions of warps of each class that ran, the most frequent first. */
  static Map<InstructionClass, Long> mix(LaunchReport launch) {
    Map<InstructionClass, Long> mix = new LinkedHashMap<>();
    Arrays.stream(InstructionClass.values())
        .filter(kind -> launch.warpInstructions(kind) > 0)
        .sorted(Comparator.comparingLong((InstructionClass kind) -> -launch.warpInstructions(kind)))
        .forEach(kind -> mix.put(kind, launch.warpInstructions(kind)));
    return mix;
  }

  /** Instructions of warps by the lines of the source that they come from. */
  static Map<SourceLine, Long> bySource(LaunchReport launch) {
    Map<SourceLine, Long> lines = new TreeMap<>();
    launch.lines().stream()
        .filter(line -> line.source() != null && line.warpInstructions() > 0)
        .forEach(line -> lines.merge(line.source(), line.warpInstructions(), Long::sum));
    return lines;
  }

  /** How often warps came to a branch that depends on a predicate. */
  static long branches(LaunchReport launch) {
    return launch.lines().stream()
        .filter(line -> line.text().startsWith("@") && line.text().contains(" bra"))
        .mapToLong(LineProfile::warpInstructions)
        .sum();
  }

  /** Share of floating-point operations that tensor cores do, 0 to 1. */
  static double tensorShare(LaunchReport launch) {
    return (double) launch.tensorFlops() / Math.max(1, launch.tensorFlops() + launch.flops());
  }
}
