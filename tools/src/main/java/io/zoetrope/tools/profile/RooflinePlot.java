package io.zoetrope.tools.profile;

import io.zoetrope.ops.Roofline;
import io.zoetrope.tensor.DType;
import java.io.StringWriter;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.DoubleStream;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;

/**
 * Kernels below the measured roofs of the machine (Williams, Waterman and Patterson, 2009), both
 * axes logarithmic: a point's place is its arithmetic intensity and its speed, its size its share
 * of the time.
 */
public final class RooflinePlot {
  /** No plot is longer: it has some dozens of points. */
  public static final long MOST_BYTES = 1 << 16;

  private static final int WIDTH = 1240;
  private static final int HEIGHT = 720;
  private static final int LEFT = 80;
  private static final int TOP = 80;
  private static final int PLOT = 620;
  private static final int BOTTOM = 640;
  private static final int LEGEND = 740;
  private static final int LINE = 19;
  private static final int MOST_POINTS = 26;
  private static final int MOST_PLACE = 44;
  private static final double LARGEST_RADIUS = 16;
  private static final double SMALLEST_RADIUS = 3;

  private static final String GRID = "#e2e2e2";
  private static final String TEXT = "#222222";
  private static final String ROOF = "#444444";

  /** Colours that people with any eyes tell apart (Okabe and Ito, 2008). */
  private static final Map<DType, String> COLOURS =
      Map.of(DType.F32, "#0072b2", DType.BF16, "#d55e00");

  private static final String OTHER = "#009e73";

  private final Profile profile;
  private final Roofline roofline;
  private final List<KernelTable.Row> kernels;
  private final double fromX;
  private final double toX;
  private final double fromY;
  private final double toY;
  private final StringWriter text = new StringWriter();
  private final List<double[]> taken = new ArrayList<>();
  private final XMLStreamWriter xml;

  private RooflinePlot(Profile profile, Roofline roofline, List<KernelTable.Row> kernels)
      throws XMLStreamException {
    this.profile = profile;
    this.roofline = roofline;
    this.kernels = kernels;
    double[] xs =
        DoubleStream.concat(
                kernels.stream().mapToDouble(RooflinePlot::intensity),
                peaks().map(peak -> peak / roofline.bytesPerSecond()))
            .toArray();
    double[] ys =
        DoubleStream.concat(kernels.stream().mapToDouble(RooflinePlot::speed), peaks()).toArray();
    fromX = Math.pow(2, Math.floor(log2(DoubleStream.of(xs).min().orElse(1)) - 0.5));
    toX = Math.pow(2, Math.ceil(log2(DoubleStream.of(xs).max().orElse(1)) + 1));
    fromY = Math.pow(10, Math.floor(Math.log10(DoubleStream.of(ys).min().orElse(1)) - 0.1));
    toY = Math.pow(10, Math.log10(DoubleStream.of(ys).max().orElse(1)) + 0.35);
    xml = XMLOutputFactory.newFactory().createXMLStreamWriter(text);
  }

  /**
   * Draws a profile whose device has a roofline.
   *
   * @param grouping which operations make a point; others than of kernels count as {@link
   *     Grouping#OP}
   * @return SVG
   */
  public static String draw(Profile profile, Grouping grouping) {
    Grouping points =
        grouping == Grouping.MODULE || grouping == Grouping.BLOCK_STEP ? Grouping.OP : grouping;
    List<KernelTable.Row> kernels =
        KernelTable.of(profile, points, Integer.MAX_VALUE).rows().stream()
            .filter(row -> row.flops() > 0 && row.bytes() > 0 && row.nanos() > 0)
            .limit(MOST_POINTS)
            .toList();
    try {
      RooflinePlot plot = new RooflinePlot(profile, profile.roofline().orElseThrow(), kernels);
      plot.drawAll();
      return plot.text.toString();
    } catch (XMLStreamException e) {
      throw new IllegalStateException(e);
    }
  }

  private DoubleStream peaks() {
    return roofline.flopsPerSecond().values().stream().mapToDouble(Double::doubleValue);
  }

  private static double intensity(KernelTable.Row row) {
    return (double) row.flops() / row.bytes();
  }

  private static double speed(KernelTable.Row row) {
    return row.flops() / row.seconds();
  }

  private void drawAll() throws XMLStreamException {
    xml.writeStartElement("svg");
    xml.writeDefaultNamespace("http://www.w3.org/2000/svg");
    attributes("viewBox", "0 0 %d %d".formatted(WIDTH, HEIGHT));
    attributes("width", Integer.toString(WIDTH), "height", Integer.toString(HEIGHT));
    attributes("font-family", "Helvetica, Arial, sans-serif", "font-size", "12");
    xml.writeEmptyElement("rect");
    attributes("width", "100%", "height", "100%", "fill", "#ffffff");
    text(LEFT, 30, "17", "start", profile.job());
    text(LEFT, 52, "13", "start", profile.device());
    axes();
    roofs();
    points();
    legend();
    xml.writeEndElement();
    xml.flush();
  }

  // ---------------------------------------------------------------- axes and roofs

  private void axes() throws XMLStreamException {
    for (double x = fromX; x <= toX * 1.001; x *= 2) {
      line(x(x), TOP, x(x), BOTTOM, GRID, "1");
      text(x(x), BOTTOM + 18, "12", "middle", x < 1 ? "1/%.0f".formatted(1 / x) : number(x));
    }
    for (double decade = fromY; decade <= toY; decade *= 10) {
      for (int digit : new int[] {1, 2, 5}) {
        double y = decade * digit;
        if (y <= toY) {
          line(LEFT, y(y), LEFT + PLOT, y(y), GRID, "1");
          text(LEFT - 8, y(y) + 4, "12", "end", number(y / 1e9));
        }
      }
    }
    text(LEFT + PLOT / 2.0, BOTTOM + 42, "13", "middle", "FLOPs for each byte of the operands");
    text(LEFT - 8, TOP - 10, "13", "end", "GFLOP/s");
  }

  /** The slope of the memory, up to the highest peak, and a line for each peak. */
  private void roofs() throws XMLStreamException {
    double highest = peaks().max().orElse(toY);
    double ridge = highest / roofline.bytesPerSecond();
    double start = Math.max(fromX, fromY / roofline.bytesPerSecond());
    line(x(start), y(start * roofline.bytesPerSecond()), x(ridge), y(highest), ROOF, "2");
    double label = Math.sqrt(start * ridge);
    double slope = (y(highest) - y(start * roofline.bytesPerSecond())) / (x(ridge) - x(start));
    xml.writeStartElement("text");
    attributes(
        "transform",
        "translate(%.1f %.1f) rotate(%.1f)"
            .formatted(
                x(label),
                y(label * roofline.bytesPerSecond()) - 8,
                Math.toDegrees(Math.atan(slope))));
    attributes("font-size", "13", "fill", TEXT, "text-anchor", "middle");
    xml.writeCharacters("copy %s GB/s".formatted(number(roofline.bytesPerSecond() / 1e9)));
    xml.writeEndElement();
    for (Map.Entry<DType, Double> peak :
        roofline.flopsPerSecond().entrySet().stream().sorted(Map.Entry.comparingByKey()).toList()) {
      double y = y(peak.getValue());
      line(
          x(peak.getValue() / roofline.bytesPerSecond()),
          y,
          LEFT + PLOT,
          y,
          colour(peak.getKey()),
          "2");
      text(
          LEFT + PLOT - 4,
          y - 7,
          "13",
          "end",
          "%s %s GFLOP/s".formatted(peak.getKey(), number(peak.getValue() / 1e9)));
      taken.add(new double[] {LEFT + PLOT - 130.0, y - 20, LEFT + PLOT, y});
    }
  }

  // ---------------------------------------------------------------- points

  private void points() throws XMLStreamException {
    double longest = kernels.isEmpty() ? 1 : kernels.getFirst().nanos();
    for (KernelTable.Row row : kernels) {
      double radius = Math.max(SMALLEST_RADIUS, LARGEST_RADIUS * Math.sqrt(row.nanos() / longest));
      double x = x(intensity(row));
      double y = y(speed(row));
      xml.writeStartElement("circle");
      attributes("cx", "%.1f".formatted(x), "cy", "%.1f".formatted(y));
      attributes("r", "%.1f".formatted(radius), "fill", colour(row.dtype()));
      attributes("fill-opacity", "0.45", "stroke", colour(row.dtype()));
      xml.writeStartElement("title");
      xml.writeCharacters(described(row));
      xml.writeEndElement();
      xml.writeEndElement();
    }
    for (int i = 0; i < kernels.size(); i++) {
      number(i + 1, x(intensity(kernels.get(i))), y(speed(kernels.get(i))));
    }
  }

  /** Puts a number in its point, or as near as there is room, with a line to the point. */
  private void number(int number, double x, double y) throws XMLStreamException {
    double width = number < 10 ? 9 : 16;
    for (int distance = 0; distance < 120; distance += 6) {
      for (int turn = 0; turn < (distance == 0 ? 1 : 12); turn++) {
        double angle = Math.PI * turn / 6 - Math.PI / 4;
        double atX = x + distance * Math.cos(angle);
        double atY = y + distance * Math.sin(angle);
        double[] box = {atX - width / 2, atY - 7, atX + width / 2, atY + 6};
        boolean fits = box[0] > LEFT && box[2] < LEFT + PLOT && box[1] > TOP && box[3] < BOTTOM;
        if (fits && taken.stream().noneMatch(other -> overlap(box, other))) {
          taken.add(box);
          if (distance > 12) {
            line(x, y, atX, atY, "#999999", "0.7");
          }
          text(atX, atY + 4, "12", "middle", Integer.toString(number));
          return;
        }
      }
    }
    text(x, y + 4, "12", "middle", Integer.toString(number));
  }

  private static boolean overlap(double[] a, double[] b) {
    return a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3];
  }

  private void legend() throws XMLStreamException {
    text(LEGEND + 22, TOP - 10, "13", "start", "kernel, share of the time, share of its roof");
    double y = TOP + 8;
    for (int i = 0; i < kernels.size(); i++) {
      KernelTable.Row row = kernels.get(i);
      text(LEGEND + 16, y, "12", "end", Integer.toString(i + 1));
      xml.writeEmptyElement("circle");
      attributes("cx", Integer.toString(LEGEND + 28), "cy", "%.1f".formatted(y - 4), "r", "4");
      attributes("fill", colour(row.dtype()));
      text(LEGEND + 38, y, "12", "start", described(row));
      y += LINE;
    }
    double all = KernelTable.of(profile, Grouping.OP, Integer.MAX_VALUE).total().nanos();
    double shown = kernels.stream().mapToLong(KernelTable.Row::nanos).sum();
    text(
        LEGEND + 16,
        y + 8,
        "12",
        "start",
        "together %.0f%% of the kernels' time; others are shorter, or do no arithmetic"
            .formatted(all == 0 ? 0 : 100 * shown / all));
  }

  private String described(KernelTable.Row row) {
    String place =
        row.place().length() > MOST_PLACE
            ? row.place().substring(0, MOST_PLACE - 1) + "…"
            : row.place();
    return "%s %s %s · %.1f%% · %s"
        .formatted(
            row.operation(),
            row.dtype(),
            place,
            100.0 * row.nanos() / profile.nanos(),
            row.roofShare().map(share -> "%.0f%%".formatted(100 * share)).orElse(""))
        .replace("  ", " ");
  }

  // ---------------------------------------------------------------- geometry and elements

  private double x(double intensity) {
    return LEFT + PLOT * log2(intensity / fromX) / log2(toX / fromX);
  }

  private double y(double flopsPerSecond) {
    return BOTTOM - (BOTTOM - TOP) * Math.log(flopsPerSecond / fromY) / Math.log(toY / fromY);
  }

  private static double log2(double value) {
    return Math.log(value) / Math.log(2);
  }

  private static String number(double value) {
    // From 3 digits to 3: 1447, 98.5, 0.02.
    return value >= 100
        ? "%.0f".formatted(value)
        : new BigDecimal(value, new MathContext(3)).stripTrailingZeros().toPlainString();
  }

  private static String colour(DType dtype) {
    return COLOURS.getOrDefault(dtype, OTHER);
  }

  private void line(double x, double y, double toX, double toY, String stroke, String width)
      throws XMLStreamException {
    xml.writeEmptyElement("path");
    attributes("d", "M%.1f %.1f L%.1f %.1f".formatted(x, y, toX, toY));
    attributes("stroke", stroke, "stroke-width", width, "fill", "none");
  }

  private void text(double x, double y, String size, String anchor, String content)
      throws XMLStreamException {
    xml.writeStartElement("text");
    attributes("x", "%.1f".formatted(x), "y", "%.1f".formatted(y), "font-size", size);
    attributes("fill", TEXT, "text-anchor", anchor);
    xml.writeCharacters(content);
    xml.writeEndElement();
  }

  private void attributes(String... namesAndValues) throws XMLStreamException {
    for (int i = 0; i < namesAndValues.length; i += 2) {
      xml.writeAttribute(namesAndValues[i], namesAndValues[i + 1]);
    }
  }
}
