package io.zoetrope.tools.kernel;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.zoetrope.kernels.emulator.fault.Dim3;
import io.zoetrope.kernels.emulator.report.LaunchReport;
import io.zoetrope.kernels.emulator.report.LineProfile;
import io.zoetrope.ops.DeviceUnavailableException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The profile of a kernel for programs: counts, bytes, and shares from 0 to 1. */
public final class KernelJson {
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  private KernelJson() {}

  /**
   * One object, which ends with a line break.
   *
   * @param profile of one launch at least
   * @param title what was run
   */
  public static String of(KernelProfile profile, String title) {
    LaunchReport sum = profile.sum();
    Map<String, Object> report = new LinkedHashMap<>();
    report.put("title", title);
    report.put("kernel", sum.kernel());
    report.put("launches", profile.launches());
    report.put("grids", profile.grids().stream().map(grid -> sizes(grid.blocks())).toList());
    report.put("threads_per_block", sum.grid().threads().volume());
    report.put("shared_bytes", profile.sharedBytes());
    report.put("warp_instructions", sum.warpInstructions());
    report.put("thread_instructions", sum.threadInstructions());
    report.put("active_lanes_share", sum.activeLanes());
    report.put("conditional_branches", KernelShares.branches(sum));
    report.put("divergent_branches", sum.divergentBranches());
    report.put("flops", sum.flops());
    report.put("tensor_flops", sum.tensorFlops());
    report.put("tensor_share", KernelShares.tensorShare(sum));
    report.put("bank_conflicts", sum.bankConflicts());
    Map<String, Long> mix = new LinkedHashMap<>();
    KernelShares.mix(sum)
        .forEach((kind, warps) -> mix.put(kind.name().toLowerCase(Locale.ROOT), warps));
    report.put("instruction_mix", mix);
    report.put("memory", KernelShares.traffic(sum));
    resources(profile, report);
    report.put("lines", sum.lines().stream().map(line -> line(line, sum)).toList());
    try {
      return JSON.writeValueAsString(report) + "\n";
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a report that is no JSON", e);
    }
  }

  private static void resources(KernelProfile profile, Map<String, Object> report) {
    try {
      report.put("resources", profile.resources().stream().map(KernelJson::resources).toList());
    } catch (DeviceUnavailableException e) {
      report.put("resources_unknown", e.getMessage());
    }
  }

  private static Map<String, Object> resources(KernelProfile.Resources resources) {
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("architecture", resources.architecture());
    row.put("registers", resources.registers());
    row.put("spills", resources.spills());
    row.put("blocks", resources.occupancy().map(fit -> fit.blocks()).orElse(0));
    resources
        .occupancy()
        .ifPresent(fit -> {
          row.put("warps", fit.warps());
          row.put("maximum_warps", fit.maximumWarps());
          row.put("occupancy", fit.share());
          row.put("limit", fit.limit().name().toLowerCase(Locale.ROOT));
        });
    return row;
  }

  private static Map<String, Object> line(LineProfile line, LaunchReport sum) {
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("line", line.line());
    row.put("text", line.text());
    if (line.source() != null) {
      row.put("source", line.source().toString());
    }
    row.put("kind", line.kind().name().toLowerCase(Locale.ROOT));
    row.put("share", (double) line.warpInstructions() / Math.max(1, sum.warpInstructions()));
    row.put("warp_instructions", line.warpInstructions());
    row.put("thread_instructions", line.threadInstructions());
    row.put("divergences", line.divergences());
    row.put("requests", line.requests());
    row.put("bytes", line.bytes());
    row.put("transactions", line.transactions());
    row.put("ideal_transactions", line.idealTransactions());
    return row;
  }

  private static List<Integer> sizes(Dim3 size) {
    return List.of(size.x(), size.y(), size.z());
  }
}
