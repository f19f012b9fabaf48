package io.zoetrope.tools.inspect;

import io.zoetrope.encoding.StoredTensor;
import io.zoetrope.weights.WeightSource;
import java.io.PrintWriter;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Writes modules, or all tensors, with their numbers of parameters and formats. */
public final class ModuleList {
  private final PrintWriter out;
  private final int depth;
  private final boolean listTensors;

  /**
   * A list.
   *
   * @param depth how many parts of a name make a module
   * @param listTensors whether every tensor is listed, too
   */
  public ModuleList(PrintWriter out, int depth, boolean listTensors) {
    this.out = out;
    this.depth = depth;
    this.listTensors = listTensors;
  }

  /** Sums over the tensors of a module. */
  private static final class Totals {
    private long tensors;
    private long parameters;
    private long bytes;
    private final TreeMap<String, Long> dtypes = new TreeMap<>();

    void add(StoredTensor tensor) {
      tensors++;
      parameters += tensor.count();
      bytes += tensor.byteSize();
      dtypes.merge(tensor.encoding().name(), 1L, Long::sum);
    }

    /** The number formats; of several, how many tensors each of them has. */
    String formats() {
      return dtypes.size() == 1
          ? dtypes.firstKey()
          : dtypes.entrySet().stream()
              .map(format -> format.getValue() + " " + format.getKey())
              .collect(Collectors.joining(", "));
    }
  }

  /** Writes a component or a file. */
  public void print(String title, WeightSource source) {
    Map<String, Totals> modules = new TreeMap<>(ModuleList::compareNames);
    Totals all = new Totals();
    out.printf("%-44s %8s %14s %14s  %s%n", title, "tensors", "parameters", "bytes", "dtypes");
    for (String name : source.names()) {
      StoredTensor tensor = source.tensor(name);
      all.add(tensor);
      modules.computeIfAbsent(module(name), _ -> new Totals()).add(tensor);
      if (listTensors) {
        out.printf("  %-60s %-10s %s%n", name, tensor.encoding().name(), tensor.shape());
      }
    }
    modules.forEach((name, totals) -> print("  " + name, totals));
    print("  total", all);
    out.println();
  }

  private void print(String name, Totals totals) {
    out.printf(
        "%-44s %8d %,14d %,14d  %s%n",
        name, totals.tensors, totals.parameters, totals.bytes, totals.formats());
  }

  private String module(String name) {
    String[] parts = name.split("\\.");
    int kept = Math.max(1, Math.min(depth, parts.length - 1));
    return String.join(".", List.of(parts).subList(0, kept));
  }

  /** Numbers inside names by value: blocks.2 before blocks.10. */
  private static int compareNames(String a, String b) {
    return padNumbers(a).compareTo(padNumbers(b));
  }

  private static String padNumbers(String name) {
    StringBuilder padded = new StringBuilder();
    for (String part : name.split("\\.")) {
      boolean number = !part.isEmpty() && part.chars().allMatch(Character::isDigit);
      padded.append(number ? "%12s".formatted(part) : part).append('.');
    }
    return padded.toString();
  }
}
