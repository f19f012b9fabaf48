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

/** A page about tensors that needs nothing else: words, grids of blocks and steps, and tables. */
public final class ReportPage {
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

  /**
   * The largest number of each block in each step, as a power of ten.
   *
   * @param palest power of ten from which on downwards cells have the palest colour
   * @param darkest power of ten from which on cells have the darkest colour
   * @param cells by block, and by step
   */
  public record Grid(
      double palest, double darkest, TreeMap<Integer, TreeMap<Integer, Double>> cells) {
    /** A grid with nothing in it. */
    public Grid(double palest, double darkest) {
      this(palest, darkest, new TreeMap<>());
    }

    /** Takes a number of a tensor; of those that lie in no block or no step nothing is kept. */
    public void add(String name, double value) {
      TensorPlace place = TensorPlace.of(name);
      if (place.step().isPresent() && place.block().isPresent()) {
        cells
            .computeIfAbsent(place.block().getAsInt(), _ -> new TreeMap<>())
            .merge(place.step().getAsInt(), value, Math::max);
      }
    }
  }

  /**
   * A line of a table.
   *
   * @param isOut whether it is marked
   * @param cells as many as there are headings
   */
  public record Row(boolean isOut, List<String> cells) {}

  private final StringWriter text = new StringWriter();
  private final XMLStreamWriter html;

  /** Begins a page. */
  public ReportPage(String title) {
    try {
      html = XMLOutputFactory.newFactory().createXMLStreamWriter(text);
      begin("html", "lang", "en");
      begin("head");
      html.writeEmptyElement("meta");
      html.writeAttribute("charset", "utf-8");
      html.writeEmptyElement("meta");
      html.writeAttribute("name", "viewport");
      html.writeAttribute("content", "width=device-width");
      element("title", title);
      element("style", STYLE);
      html.writeEndElement();
      begin("body");
      element("h1", title);
    } catch (XMLStreamException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Adds a heading. */
  public void heading(String words) {
    write(() -> element("h2", words));
  }

  /** Adds a sentence or some. */
  public void paragraph(String words) {
    write(() -> element("p", words));
  }

  /** Adds a grid, with blocks down and steps across, and what it says; nothing if it is empty. */
  public void grid(String words, Grid grid) {
    if (!grid.cells().isEmpty()) {
      heading("Blocks and steps");
      paragraph(words);
      write(() -> writeGrid(grid));
    }
  }

  private void writeGrid(Grid grid) throws XMLStreamException {
    TreeSet<Integer> steps = new TreeSet<>();
    grid.cells().values().forEach(row -> steps.addAll(row.keySet()));
    begin("div", "class", "wide");
    begin("table", "class", "grid");
    begin("tr");
    element("th", "block");
    for (int step : steps) {
      element("th", Integer.toString(step));
    }
    html.writeEndElement();
    for (Map.Entry<Integer, TreeMap<Integer, Double>> row : grid.cells().entrySet()) {
      begin("tr");
      element("th", row.getKey().toString());
      for (int step : steps) {
        cell(grid, row.getValue().get(step));
      }
      html.writeEndElement();
    }
    html.writeEndElement();
    html.writeEndElement();
  }

  private void cell(Grid grid, Double value) throws XMLStreamException {
    if (value == null || value == 0 || value.isNaN()) {
      element("td", value == null ? "" : value == 0 ? "0" : "shape");
      return;
    }
    double power = Math.clamp(Math.log10(value), grid.palest(), grid.darkest());
    double share = (power - grid.palest()) / (grid.darkest() - grid.palest());
    long light = Math.round(95 - 60 * share);
    begin(
        "td",
        "style",
        "background: hsl(14 80%% %d%%); color: %s".formatted(light, light < 60 ? "#fff" : "#000"));
    html.writeCharacters(
        value.isInfinite() ? "inf" : String.format(Locale.ROOT, "%.1f", Math.log10(value)));
    html.writeEndElement();
  }

  /** Adds a table. */
  public void table(List<String> headings, List<Row> rows) {
    write(() -> {
      begin("div", "class", "wide");
      begin("table");
      begin("tr");
      for (String heading : headings) {
        element("th", heading);
      }
      html.writeEndElement();
      for (Row row : rows) {
        begin("tr", "class", row.isOut() ? "apart" : "");
        for (String content : row.cells()) {
          element("td", content);
        }
        html.writeEndElement();
      }
      html.writeEndElement();
      html.writeEndElement();
    });
  }

  /** Ends the page, and returns it as HTML. */
  public String end() {
    write(() -> {
      html.writeEndElement();
      html.writeEndElement();
      html.flush();
    });
    return "<!DOCTYPE html>\n" + text + "\n";
  }

  /** Writes a piece. */
  @FunctionalInterface
  private interface Piece {
    void write() throws XMLStreamException;
  }

  private static void write(Piece piece) {
    try {
      piece.write();
    } catch (XMLStreamException e) {
      throw new IllegalStateException(e);
    }
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
