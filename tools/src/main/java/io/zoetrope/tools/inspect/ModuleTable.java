package io.zoetrope.tools.inspect;

import io.zoetrope.encoding.StoredTensor;
import io.zoetrope.tools.inspect.ModelModule.Alike;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.Collectors;

/** Writes the modules of components as a tree, with what each of them holds and computes. */
public final class ModuleTable {
  private static final String ROW = "%-44s %-28s %14s %14s %12s";

  private final PrintWriter out;
  private final Optional<ModelWork> work;
  private final int depth;

  /**
   * A table.
   *
   * @param work of a job; empty where there is no model to run one
   * @param depth how many levels are shown
   */
  public ModuleTable(PrintWriter out, Optional<ModelWork> work, int depth) {
    this.out = out;
    this.work = work;
    this.depth = depth;
  }

  /** Writes a component. */
  public void print(ModelModule component) {
    line(component.name(), "shapes", "parameters", "bytes", work.isEmpty() ? "" : "FLOPs/token");
    for (Alike part : component.alikes()) {
      print(component.name(), part, 1);
    }
    component
        .tensors()
        .forEach((name, tensor) ->
            line("  " + name, tensor.shape().toString(), tensor.count(), tensor.byteSize(), ""));
    row("  total", component.name(), "", component);
    out.println();
  }

  private void print(String component, Alike alike, int level) {
    ModelModule module = alike.first();
    String name = "  ".repeat(level) + alike.name() + (alike.count() > 1 ? ", each" : "");
    row(name, component, shapes(module), module);
    if (level < depth) {
      module.alikes().forEach(part -> print(component, part, level + 1));
    }
  }

  private void row(String name, String component, String shapes, ModelModule module) {
    OptionalDouble flops =
        work.isPresent() ? work.get().perToken(component, module.path()) : OptionalDouble.empty();
    line(
        name,
        shapes,
        module.parameters(),
        module.bytes(),
        flops.isPresent() && flops.getAsDouble() > 0 ? scaled(flops.getAsDouble()) : "");
  }

  private void line(String name, String shapes, long parameters, long bytes, String flops) {
    line(name, shapes, "%,d".formatted(parameters), "%,d".formatted(bytes), flops);
  }

  private void line(String name, String shapes, String parameters, String bytes, String flops) {
    out.println(ROW.formatted(name, shapes, parameters, bytes, flops).stripTrailing());
  }

  /** The shape of the weight, and what is beside it. */
  static String shapes(ModelModule module) {
    Map<String, StoredTensor> tensors = module.tensors();
    return tensors.entrySet().stream()
        .sorted((a, b) -> Integer.compare(b.getValue().shape().rank(), a.getValue().shape().rank()))
        .map(entry -> {
          boolean isFirst = tensors.size() == 1 || entry.getValue().shape().rank() > 1;
          return isFirst ? entry.getValue().shape().toString() : entry.getKey();
        })
        .collect(Collectors.joining(" + "));
  }

  /** Three digits and a unit. */
  static String scaled(double value) {
    String[] units = {"", "K", "M", "G", "T", "P"};
    int unit = 0;
    double shown = value;
    while (shown >= 999.5 && unit < units.length - 1) {
      shown /= 1000;
      unit++;
    }
    int digits = shown < 9.995 ? 2 : shown < 99.95 ? 1 : 0;
    return String.format(Locale.ROOT, "%." + (unit == 0 ? 0 : digits) + "f %s", shown, units[unit])
        .strip();
  }
}
