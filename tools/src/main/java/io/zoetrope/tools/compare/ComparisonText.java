package io.zoetrope.tools.compare;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** Writes a comparison as lines: stages and steps, blocks, and where the runs part. */
public final class ComparisonText {
  private static final String ROW = "%-28s %8s %8s %12s %12s %12s";

  /** Names that are shown of those that only one file has. */
  private static final int NAMED = 3;

  private ComparisonText() {}

  /** Writes it. */
  public static void write(Comparison comparison, PrintWriter out) {
    Map<String, List<TensorDifference>> places = new LinkedHashMap<>();
    Map<Integer, List<TensorDifference>> blocks = new TreeMap<>();
    for (TensorDifference tensor : comparison.tensors()) {
      TensorPlace place = TensorPlace.of(tensor.name());
      places.computeIfAbsent(place.title(), _ -> new ArrayList<>()).add(tensor);
      if (place.step().isPresent() && place.block().isPresent()) {
        blocks.computeIfAbsent(place.block().getAsInt(), _ -> new ArrayList<>()).add(tensor);
      }
    }
    line(out, "", "tensors", "apart", "largest", "relative", "cosine");
    places.forEach((title, tensors) -> row(out, title, tensors, comparison.tolerance()));
    blocks.forEach((block, tensors) ->
        row(out, "block %d, all steps".formatted(block), tensors, comparison.tolerance()));
    out.println();
    comparison.tensors().forEach(tensor -> pictures(tensor).ifPresent(out::println));
    only(out, comparison.first(), comparison.firstOnly());
    only(out, comparison.second(), comparison.secondOnly());
    out.println(verdict(comparison));
  }

  /** How far pictures are apart; empty for other tensors. */
  static Optional<String> pictures(TensorDifference tensor) {
    if (tensor.psnr().isEmpty()) {
      return Optional.empty();
    }
    double psnr = tensor.psnr().getAsDouble();
    return Optional.of(
        tensor.name()
            + (Double.isInfinite(psnr)
                ? ": equal"
                : String.format(Locale.ROOT, ": PSNR %.1f dB", psnr)));
  }

  /** Whether the runs part, and where. */
  static String verdict(Comparison comparison) {
    Optional<TensorDifference> parting = comparison.parting();
    String tolerance = number(comparison.tolerance());
    if (parting.isEmpty()) {
      return "all %d tensors agree within %s".formatted(comparison.tensors().size(), tolerance);
    }
    TensorDifference first = parting.get();
    return first.shape().equals(first.other())
        ? "they part at %s: relative difference %s, beyond %s; largest %s, cosine %s"
            .formatted(
                first.name(),
                number(first.relative()),
                tolerance,
                number(first.largest()),
                cosine(first.cosine()))
        : "they part at %s: shapes %s and %s".formatted(first.name(), first.shape(), first.other());
  }

  private static void row(
      PrintWriter out, String title, List<TensorDifference> tensors, double tolerance) {
    long apart = tensors.stream().filter(tensor -> !tensor.isWithin(tolerance)).count();
    line(
        out,
        title,
        Integer.toString(tensors.size()),
        Long.toString(apart),
        number(tensors.stream().mapToDouble(TensorDifference::largest).max().orElse(0)),
        number(tensors.stream().mapToDouble(TensorDifference::relative).max().orElse(0)),
        cosine(tensors.stream().mapToDouble(TensorDifference::cosine).min().orElse(1)));
  }

  private static void line(PrintWriter out, Object... cells) {
    out.println(ROW.formatted(cells).stripTrailing());
  }

  private static void only(PrintWriter out, String file, Set<String> names) {
    if (!names.isEmpty()) {
      List<String> some = names.stream().limit(NAMED).toList();
      out.printf(
          "only in %s: %d tensors, %s%s%n",
          file, names.size(), String.join(", ", some), names.size() > NAMED ? ", ..." : "");
    }
  }

  /** Two digits; that of other shapes is none. */
  static String number(double value) {
    return Double.isNaN(value)
        ? "-"
        : Double.isInfinite(value)
            ? "infinite"
            : value == 0 ? "0" : String.format(Locale.ROOT, "%.1e", value);
  }

  static String cosine(double value) {
    return Double.isNaN(value) ? "-" : String.format(Locale.ROOT, "%.7f", value);
  }
}
