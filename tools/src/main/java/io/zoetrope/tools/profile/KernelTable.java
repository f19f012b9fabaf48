package io.zoetrope.tools.profile;

import io.zoetrope.ops.Roofline;
import io.zoetrope.ops.Tracer;
import io.zoetrope.tensor.DType;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The operations of a profile in groups, the longest first.
 *
 * @param rows one for each group
 * @param total of all rows
 */
record KernelTable(List<Row> rows, Row total) {
  private record Key(String operation, String place, DType dtype) {}

  /**
   * A group of operations.
   *
   * @param operation method name in {@link io.zoetrope.ops.Ops}, or what a sum is called
   * @param place input shapes or path, empty where the group has none in common
   * @param dtype of the results, null in sums
   * @param calls how many operations
   * @param nanos their time
   * @param flops their arithmetic
   * @param bytes their traffic
   * @param leastSeconds that the device could have taken at best; empty if that is not known
   */
  record Row(
      String operation,
      String place,
      DType dtype,
      long calls,
      long nanos,
      long flops,
      long bytes,
      Optional<Double> leastSeconds) {

    double seconds() {
      return nanos / 1e9;
    }

    /** The part of what the device can do that was reached; above 1 if caches helped. */
    Optional<Double> roofShare() {
      return leastSeconds.map(least -> least / seconds());
    }

    private Row plus(Row other) {
      return new Row(
          operation,
          place,
          dtype,
          calls + other.calls,
          nanos + other.nanos,
          flops + other.flops,
          bytes + other.bytes,
          leastSeconds.flatMap(mine -> other.leastSeconds.map(its -> mine + its)));
    }
  }

  /**
   * Groups the operations of a profile.
   *
   * @param most rows; what is beyond is added up in one more, so that the sum stays
   */
  static KernelTable of(Profile profile, Grouping grouping, int most) {
    Map<Key, Row> groups = new LinkedHashMap<>();
    for (Tracer.Operation operation : profile.operations()) {
      DType dtype = operation.output().dtype();
      Key key = new Key(operation.operation(), grouping.place(operation), dtype);
      groups.merge(key, row(key, operation, profile.roofline()), Row::plus);
    }
    List<Row> sorted =
        groups.values().stream().sorted(Comparator.comparingLong(Row::nanos).reversed()).toList();
    Row total = sum("all kernels", sorted, profile.roofline());
    if (sorted.size() <= most) {
      return new KernelTable(sorted, total);
    }
    List<Row> rows = new ArrayList<>(sorted.subList(0, most));
    List<Row> others = sorted.subList(most, sorted.size());
    rows.add(sum("%d others".formatted(others.size()), others, profile.roofline()));
    return new KernelTable(rows, total);
  }

  private static Row row(Key key, Tracer.Operation operation, Optional<Roofline> roofline) {
    return new Row(
        key.operation,
        key.place,
        key.dtype,
        1,
        operation.nanos(),
        operation.flops(),
        operation.bytes(),
        roofline.map(roof -> roof.leastSeconds(key.dtype, operation.flops(), operation.bytes())));
  }

  private static Row sum(String name, List<Row> rows, Optional<Roofline> roofline) {
    Row zero = new Row(name, "", null, 0, 0, 0, 0, roofline.map(_ -> 0.0));
    return rows.stream().reduce(zero, Row::plus);
  }
}
