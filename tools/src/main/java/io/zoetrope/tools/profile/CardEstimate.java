package io.zoetrope.tools.profile;

import io.zoetrope.ops.Operation;
import io.zoetrope.pipeline.Progress;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The least time that a job could take on a card: for each operation the longer one of its products
 * at the peak of their dtype and of its operands, each once, at the speed of the memory (Williams,
 * Waterman and Patterson, 2009). Nothing is measured, and nothing need be computed.
 */
public final class CardEstimate {
  /** A stage, or all of them. */
  private static final class Row {
    private final String name;
    private long operations;
    private double flops;
    private double bytes;
    private double productSeconds;
    private double memorySeconds;

    private Row(String name) {
      this.name = name;
    }

    private double seconds() {
      return productSeconds + memorySeconds;
    }

    private void add(Row other) {
      operations += other.operations;
      flops += other.flops;
      bytes += other.bytes;
      productSeconds += other.productSeconds;
      memorySeconds += other.memorySeconds;
    }
  }

  private final Card card;
  private final List<Row> stages = new ArrayList<>();

  /** An estimate of nothing yet. */
  public CardEstimate(Card card) {
    this.card = card;
  }

  /** A stage begins. */
  public void begin(Progress.Stage stage) {
    stages.add(new Row(stage.title()));
  }

  /** Adds an operation to the stage. */
  public void add(Operation operation) {
    Row stage = stages.getLast();
    DType dtype = operation.output().dtype();
    double bytes = operation.output().bytes();
    for (Tensor input : operation.inputs()) {
      bytes += (double) input.count() * input.dtype().bytes();
    }
    double products =
        operation.matrixFlops() / card.flopsPerSecond(dtype)
            + operation.elementFlops() / card.flopsPerSecond(DType.F32);
    double memory = bytes / card.bytesPerSecond();
    stage.operations++;
    stage.flops += operation.matrixFlops() + operation.elementFlops();
    stage.bytes += bytes;
    if (products > memory) {
      stage.productSeconds += products;
    } else {
      stage.memorySeconds += memory;
    }
  }

  /**
   * The report, which ends with a line break.
   *
   * @param job model and sizes
   */
  public String render(String job, ReportFormat format) {
    return switch (format) {
      case TEXT -> heading(job, "") + table().text();
      case MD -> heading(job, "\n") + table().markdown();
      case CSV -> DataReport.csv(rows().stream().map(this::values).toList());
      case JSON -> {
        Map<String, Object> report = new LinkedHashMap<>();
        report.put("job", job);
        report.put("card", card.title());
        report.put("kind", "estimate: a lower bound from the card's data sheet");
        report.put("bf16_flops_per_second", card.flopsPerSecond(DType.BF16));
        report.put("f32_flops_per_second", card.flopsPerSecond(DType.F32));
        report.put("bytes_per_second", card.bytesPerSecond());
        report.put("stages", rows().stream().map(this::values).toList());
        yield DataReport.json(report);
      }
    };
  }

  private String heading(String job, String paragraph) {
    return "%s%n%sestimate of the least time on %s, by its data sheet: %.0f TFLOP/s BF16, %.1f TFLOP/s F32, %.0f GB/s%n%n"
        .formatted(
            job,
            paragraph,
            card.title(),
            card.flopsPerSecond(DType.BF16) / 1e12,
            card.flopsPerSecond(DType.F32) / 1e12,
            card.bytesPerSecond() / 1e9);
  }

  private List<Row> rows() {
    Row all = new Row("job");
    stages.forEach(all::add);
    List<Row> rows = new ArrayList<>(stages);
    rows.add(all);
    return rows;
  }

  private Table table() {
    Table table =
        new Table(
            "stage",
            "#at least",
            "#share",
            "#by products",
            "#by memory",
            "#operations",
            "#TFLOP",
            "#GB");
    double job = rows().getLast().seconds();
    for (Row row : rows()) {
      table.add(
          row.name,
          time(row.seconds()),
          "%.1f%%".formatted(100 * row.seconds() / job),
          time(row.productSeconds),
          time(row.memorySeconds),
          "%,d".formatted(row.operations),
          "%,.3f".formatted(row.flops / 1e12),
          "%,.1f".formatted(row.bytes / 1e9));
    }
    return table;
  }

  private static String time(double seconds) {
    return seconds < 1 ? "%.3f ms".formatted(1e3 * seconds) : "%,.2f s".formatted(seconds);
  }

  private Map<String, Object> values(Row row) {
    Map<String, Object> values = new LinkedHashMap<>();
    values.put("name", row.name);
    values.put("least_seconds", row.seconds());
    values.put("product_seconds", row.productSeconds);
    values.put("memory_seconds", row.memorySeconds);
    values.put("operations", row.operations);
    values.put("flops", row.flops);
    values.put("bytes", row.bytes);
    return values;
  }
}
