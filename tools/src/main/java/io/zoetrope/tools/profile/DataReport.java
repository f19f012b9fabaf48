package io.zoetrope.tools.profile;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A profile for programs: seconds, bytes, FLOPs, and shares from 0 to 1.
 *
 * @param most rows of kernels or modules
 */
record DataReport(Profile profile, Grouping grouping, int most) {
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  String json() {
    Map<String, Object> report = new LinkedHashMap<>();
    report.put("job", profile.job());
    report.put("device", profile.device());
    report.put("conditions", profile.conditions());
    profile
        .roofline()
        .ifPresent(roofline ->
            report.put(
                "roofline",
                Map.of(
                    "flops_per_second", roofline.flopsPerSecond(),
                    "bytes_per_second", roofline.bytesPerSecond())));
    report.put("wall_seconds", profile.nanos() / 1e9);
    report.put("kernel_seconds", profile.kernelNanos() / 1e9);
    report.put("gap_seconds", profile.gapNanos() / 1e9);
    report.put("stages", profile.stages().stream().map(this::stage).toList());
    switch (grouping) {
      case OP, SHAPE, PATH ->
          report.put(
              "kernels",
              KernelTable.of(profile, grouping, most).rows().stream().map(this::kernel).toList());
      case MODULE -> report.put("modules", modules());
      case BLOCK_STEP -> report.put("blocks", blocks());
    }
    return json(report);
  }

  /** An object, with a line break at its end. */
  static String json(Map<String, Object> report) {
    try {
      return JSON.writeValueAsString(report) + "\n";
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a report that is no JSON", e);
    }
  }

  /** Rows of a kind each, with the columns of all kinds. */
  String csv() {
    List<Map<String, Object>> rows = new ArrayList<>();
    profile.stages().forEach(stage -> rows.add(ofKind("stage", stage(stage))));
    switch (grouping) {
      case OP, SHAPE, PATH -> {
        KernelTable kernels = KernelTable.of(profile, grouping, most);
        kernels.rows().forEach(row -> rows.add(ofKind("kernel", kernel(row))));
        rows.add(ofKind("sum", kernel(kernels.total())));
      }
      case MODULE -> modules().forEach(row -> rows.add(ofKind("module", row)));
      case BLOCK_STEP -> blocks().forEach(row -> rows.add(ofKind("block", row)));
    }
    rows.add(ofKind("sum", time("gap", profile.gapNanos())));
    rows.add(ofKind("sum", time("wall time", profile.nanos())));
    return csv(rows);
  }

  /** A table with the columns of all rows; one that a row lacks is empty there. */
  static String csv(List<Map<String, Object>> rows) {
    Set<String> columns =
        rows.stream()
            .flatMap(row -> row.keySet().stream())
            .collect(Collectors.toCollection(LinkedHashSet::new));
    StringBuilder out = new StringBuilder(String.join(",", columns)).append('\n');
    for (Map<String, Object> row : rows) {
      out.append(
              columns.stream()
                  .map(column -> cell(row.getOrDefault(column, "")))
                  .collect(Collectors.joining(",")))
          .append('\n');
    }
    return out.toString();
  }

  private List<Map<String, Object>> modules() {
    List<Map<String, Object>> rows = new ArrayList<>();
    for (ModuleTree.Row module : ModuleTree.of(profile, most)) {
      Map<String, Object> row = new LinkedHashMap<>();
      row.put("name", module.path());
      row.put("seconds", module.seconds());
      row.put("self_seconds", module.selfNanos() / 1e9);
      row.put("share", (double) module.nanos() / profile.nanos());
      row.put("calls", module.calls());
      row.put("flops", module.flops());
      row.put("bytes", module.bytes());
      module
          .leastSeconds()
          .filter(_ -> module.nanos() > 0)
          .ifPresent(least -> row.put("roof_share", least / module.seconds()));
      rows.add(row);
    }
    return rows;
  }

  /** One row for each block and step. */
  private List<Map<String, Object>> blocks() {
    BlockSteps blocks = BlockSteps.of(profile);
    List<Map<String, Object>> rows = new ArrayList<>();
    blocks
        .nanos()
        .forEach((block, nanos) -> {
          for (int i = 0; i < nanos.length; i++) {
            Map<String, Object> row = new LinkedHashMap<>();
            row.put("name", block);
            row.put("step", blocks.steps().get(i));
            row.put("seconds", nanos[i] / 1e9);
            row.put("share", (double) nanos[i] / profile.nanos());
            rows.add(row);
          }
        });
    return rows;
  }

  private static Map<String, Object> ofKind(String kind, Map<String, Object> values) {
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("kind", kind);
    row.putAll(values);
    return row;
  }

  private Map<String, Object> time(String name, long nanos) {
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("name", name);
    row.put("self_seconds", nanos / 1e9);
    row.put("share", (double) nanos / profile.nanos());
    return row;
  }

  private Map<String, Object> stage(Profile.Stage stage) {
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("name", stage.stage().title());
    row.put("seconds", stage.nanos() / 1e9);
    row.put("share", (double) stage.nanos() / profile.nanos());
    row.put("steps", stage.steps());
    row.put("reused_predictions", stage.reused());
    row.put("seconds_per_step", stage.nanos() / 1e9 / stage.steps());
    row.put("kernel_seconds", stage.kernelNanos() / 1e9);
    row.put("gap_seconds", (stage.nanos() - stage.kernelNanos()) / 1e9);
    row.put("peak_memory_bytes", stage.memoryBytes());
    return row;
  }

  private Map<String, Object> kernel(KernelTable.Row kernel) {
    Map<String, Object> row = time(kernel.operation(), kernel.nanos());
    if (kernel.dtype() != null) {
      row.put("dtype", kernel.dtype());
    }
    if (!kernel.place().isEmpty()) {
      row.put(grouping.heading().replace(' ', '_'), kernel.place());
    }
    row.put("calls", kernel.calls());
    row.put("flops", kernel.flops());
    row.put("bytes", kernel.bytes());
    row.put("flops_per_second", kernel.flops() / kernel.seconds());
    row.put("bytes_per_second", kernel.bytes() / kernel.seconds());
    kernel.roofShare().ifPresent(share -> row.put("roof_share", share));
    return row;
  }

  /** As RFC 4180 has it. */
  private static String cell(Object value) {
    String text = value.toString();
    return text.matches("(?s).*[,\"\n\r].*") ? '"' + text.replace("\"", "\"\"") + '"' : text;
  }
}
