package io.zoetrope.tools.compare;

import java.io.StringWriter;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;

/** A comparison as a page that needs nothing else: a grid of blocks and steps, and all tensors. */
public final class ComparisonPage {
  private static final String STYLE =
      """
      body { font: 15px sans-serif; margin: 24px auto; max-width: 1000px; padding: 0 12px }
      table { border-collapse: collapse; margin: 12px 0 }
      td, th { padding: 3px 9px; text-align: right; font-variant-numeric: tabular-nums }
      td:first-child, th:first-child { text-align: left; overflow-wrap: anywhere }
      .grid td { border: 1px solid #fff; min-width: 34px; text-align: center; font-size: 12px }
      .apart { background: #fbe0dc }
      .wide { overflow-x: auto }
      """;

  /** Relative differences of these powers of ten have the palest and the darkest colour. */
  private static final double PALEST = -8;

  private static final double DARKEST = 0;

  private final StringWriter text = new StringWriter();
  private final XMLStreamWriter html;
  private final Comparison comparison;

  private ComparisonPage(Comparison comparison) throws XMLStreamException {
    this.comparison = comparison;
    html = XMLOutputFactory.newFactory().createXMLStreamWriter(text);
  }

  /** The page as HTML. */
  public static String of(Comparison comparison) {
    try {
      ComparisonPage page = new ComparisonPage(comparison);
      page.write();
      return "<!DOCTYPE html>\n" + page.text + "\n";
    } catch (XMLStreamException e) {
      throw new IllegalStateException(e);
    }
  }

  private void write() throws XMLStreamException {
    begin("html", "lang", "en");
    begin("head");
    html.writeEmptyElement("meta");
    html.writeAttribute("charset", "utf-8");
    html.writeEmptyElement("meta");
    html.writeAttribute("name", "viewport");
    html.writeAttribute("content", "width=device-width");
    element("title", "Two runs compared");
    element("style", STYLE);
    html.writeEndElement();
    begin("body");
    element("h1", "Two runs compared");
    element("p", "%s and %s".formatted(comparison.first(), comparison.second()));
    element("p", ComparisonText.verdict(comparison));
    for (TensorDifference tensor : comparison.tensors()) {
      if (tensor.psnr().isPresent()) {
        double psnr = tensor.psnr().getAsDouble();
        element("p", String.format(Locale.ROOT, "%s: PSNR %.1f dB", tensor.name(), psnr));
      }
    }
    writeGrid();
    writeTensors();
    html.writeEndElement();
    html.writeEndElement();
    html.flush();
  }

  /** The largest relative difference in each block of each step. */
  private void writeGrid() throws XMLStreamException {
    Map<Integer, Map<Integer, Double>> worst = new TreeMap<>();
    TreeSet<Integer> steps = new TreeSet<>();
    for (TensorDifference tensor : comparison.tensors()) {
      TensorPlace place = TensorPlace.of(tensor.name());
      if (place.step().isPresent() && place.block().isPresent()) {
        steps.add(place.step().getAsInt());
        worst
            .computeIfAbsent(place.block().getAsInt(), _ -> new TreeMap<>())
            .merge(place.step().getAsInt(), tensor.relative(), Math::max);
      }
    }
    if (worst.isEmpty()) {
      return;
    }
    element("h2", "Blocks and steps");
    element(
        "p",
        "The largest relative difference of a tensor in each block (down) of each step (across), as"
            + " a power of ten: a run that parts in one place is dark from there on.");
    begin("div", "class", "wide");
    begin("table", "class", "grid");
    begin("tr");
    element("th", "block");
    for (int step : steps) {
      element("th", Integer.toString(step));
    }
    html.writeEndElement();
    for (Map.Entry<Integer, Map<Integer, Double>> row : worst.entrySet()) {
      begin("tr");
      element("th", row.getKey().toString());
      for (int step : steps) {
        cell(row.getValue().get(step));
      }
      html.writeEndElement();
    }
    html.writeEndElement();
    html.writeEndElement();
  }

  private void cell(Double relative) throws XMLStreamException {
    if (relative == null || relative == 0 || relative.isNaN()) {
      element("td", relative == null ? "" : relative == 0 ? "0" : "shape");
      return;
    }
    double power = Math.clamp(Math.log10(relative), PALEST, DARKEST);
    double share = (power - PALEST) / (DARKEST - PALEST);
    long light = Math.round(95 - 60 * share);
    begin(
        "td",
        "style",
        "background: hsl(14 80%% %d%%); color: %s".formatted(light, light < 60 ? "#fff" : "#000"));
    html.writeCharacters(String.format(Locale.ROOT, "%.1f", Math.log10(relative)));
    html.writeEndElement();
  }

  private void writeTensors() throws XMLStreamException {
    element("h2", "Tensors, in the order of the job");
    begin("div", "class", "wide");
    begin("table");
    begin("tr");
    for (String heading : List.of("name", "shape", "largest", "relative", "cosine")) {
      element("th", heading);
    }
    html.writeEndElement();
    for (TensorDifference tensor : comparison.tensors()) {
      boolean apart = !tensor.isWithin(comparison.tolerance());
      begin("tr", "class", apart ? "apart" : "");
      element("td", tensor.name());
      element(
          "td",
          tensor.shape().equals(tensor.other())
              ? tensor.shape().toString()
              : "%s, %s".formatted(tensor.shape(), tensor.other()));
      element("td", ComparisonText.number(tensor.largest()));
      element("td", ComparisonText.number(tensor.relative()));
      element("td", ComparisonText.cosine(tensor.cosine()));
      html.writeEndElement();
    }
    html.writeEndElement();
    html.writeEndElement();
  }

  private void begin(String name, String... attributes) throws XMLStreamException {
    html.writeStartElement(name);
    for (int i = 0; i < attributes.length; i += 2) {
      html.writeAttribute(attributes[i], attributes[i + 1]);
    }
  }

  private void element(String name, String content) throws XMLStreamException {
    html.writeStartElement(name);
    html.writeCharacters(content);
    html.writeEndElement();
  }
}
