package io.zoetrope.tools.profile;

import io.zoetrope.ops.Roofline;
import io.zoetrope.ops.Tracer.Operation;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What modules took with all modules inside of them, the longest of each module first. */
final class ModuleTree {
  /**
   * A module.
   *
   * @param path names from the outermost module, joined by slashes; empty for all of the job
   * @param calls operations in it and in the modules inside
   * @param nanos their time
   * @param selfNanos the time of those in none of the modules inside
   * @param leastSeconds that the device could have taken at best; empty if that is not known
   */
  record Row(
      String path,
      long calls,
      long nanos,
      long selfNanos,
      long flops,
      long bytes,
      Optional<Double> leastSeconds) {
    int depth() {
      return path.isEmpty() ? 0 : path.split("/").length;
    }

    String name() {
      return path.isEmpty() ? "all modules" : path.substring(path.lastIndexOf('/') + 1);
    }

    double seconds() {
      return nanos / 1e9;
    }
  }

  private static final class Node {
    private final String path;
    private final Map<String, Node> inside = new LinkedHashMap<>();
    private long calls;
    private long nanos;
    private long selfNanos;
    private long flops;
    private long bytes;
    private double leastSeconds;

    private Node(String path) {
      this.path = path;
    }

    private void add(Operation operation, Optional<Roofline> roofline) {
      calls++;
      nanos += operation.nanos();
      flops += operation.flops();
      bytes += operation.bytes();
      if (roofline.isPresent()) {
        leastSeconds +=
            roofline
                .get()
                .leastSeconds(operation.output().dtype(), operation.flops(), operation.bytes());
      }
    }

    private Node inside(String name) {
      return inside.computeIfAbsent(name, _ -> new Node(path.isEmpty() ? name : path + "/" + name));
    }

    private void collect(List<Row> rows, boolean hasRoof) {
      Optional<Double> least = hasRoof ? Optional.of(leastSeconds) : Optional.empty();
      rows.add(new Row(path, calls, nanos, selfNanos, flops, bytes, least));
      inside.values().stream()
          .sorted(Comparator.comparingLong((Node node) -> node.nanos).reversed())
          .forEach(node -> node.collect(rows, hasRoof));
    }
  }

  private ModuleTree() {}

  /**
   * The modules of a profile, each behind the one around it.
   *
   * @param most rows; the shortest modules are left out
   */
  static List<Row> of(Profile profile, int most) {
    Node root = new Node("");
    for (Operation operation : profile.operations()) {
      Node node = root;
      node.add(operation, profile.roofline());
      String path = Grouping.MODULE.place(operation);
      for (String name : path.isEmpty() ? new String[0] : path.split("/")) {
        node = node.inside(name);
        node.add(operation, profile.roofline());
      }
      node.selfNanos += operation.nanos();
    }
    List<Row> rows = new ArrayList<>();
    root.collect(rows, profile.roofline().isPresent());
    if (rows.size() <= most) {
      return rows;
    }
    // No module takes longer than the one around it, which is kept before it.
    List<Row> kept =
        rows.stream()
            .sorted(Comparator.comparingLong(Row::nanos).reversed().thenComparing(Row::depth))
            .limit(most)
            .toList();
    return rows.stream().filter(kept::contains).toList();
  }
}
