package io.zoetrope.tools.inspect;

import io.zoetrope.tools.inspect.DiagramBox.Kind;
import java.io.StringWriter;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;

/**
 * A picture of a model as its checkpoint is: a column for each component, in it a box for each
 * module with its widths, from top to bottom in the order of the work.
 */
public final class ModelDiagram {
  private static final int COLUMN = 330;
  private static final int BETWEEN = 50;
  private static final int MARGIN = 24;
  private static final int ROW = 24;
  private static final int HEADER = 24;
  private static final int GAP = 5;
  private static final int PADDING = 8;

  /** Above the columns: the title of the picture, and lines about each component. */
  private static final int TOP = 130;

  private static final int NOTE = 17;

  private static final String FRAME = "#8a8a8a";

  /**
   * A component.
   *
   * @param module all of it
   * @param note its class and what its configuration says, one line each
   */
  public record Part(ModelModule module, List<String> note) {}

  private final StringWriter text = new StringWriter();
  private final XMLStreamWriter xml;

  private ModelDiagram() throws XMLStreamException {
    xml = XMLOutputFactory.newFactory().createXMLStreamWriter(text);
  }

  /**
   * Draws a model.
   *
   * @param title of the picture
   * @param parts its components, in any order
   * @param work tells in which order components and modules are used
   * @return SVG
   */
  public static String draw(String title, List<Part> parts, ModelWork work) {
    try {
      ModelDiagram diagram = new ModelDiagram();
      diagram.drawAll(title, parts, work);
      return diagram.text.toString();
    } catch (XMLStreamException e) {
      throw new IllegalStateException(e);
    }
  }

  private void drawAll(String title, List<Part> parts, ModelWork work) throws XMLStreamException {
    Map<Part, DiagramBox> boxes = new LinkedHashMap<>();
    parts.stream()
        .sorted(Comparator.comparingInt(part -> work.turn(part.module().name(), "")))
        .forEach(part -> boxes.put(part, DiagramBox.of(part.module(), work)));
    int tallest = boxes.values().stream().mapToInt(ModelDiagram::height).max().orElse(0);
    int width = 2 * MARGIN + parts.size() * (COLUMN + BETWEEN) - BETWEEN;
    int height = TOP + tallest + 2 * MARGIN + ROW;
    xml.writeStartElement("svg");
    xml.writeDefaultNamespace("http://www.w3.org/2000/svg");
    attributes("viewBox", "0 0 %d %d".formatted(width, height));
    attributes("width", Integer.toString(width), "height", Integer.toString(height));
    attributes("font-family", "Helvetica, Arial, sans-serif", "font-size", "13");
    rectangle(0, 0, width, height, "#ffffff", "none");
    text(MARGIN, MARGIN + 8, "18", "#000000", "start", title);
    int x = MARGIN;
    for (Map.Entry<Part, DiagramBox> column : boxes.entrySet()) {
      List<String> note = column.getKey().note();
      for (int i = 0; i < note.size(); i++) {
        text(x, 2 * MARGIN + 16 + NOTE * i, "12", "#444444", "start", note.get(i));
      }
      draw(column.getValue(), x, TOP, COLUMN);
      if (column.getValue() != List.copyOf(boxes.values()).getLast()) {
        arrow(x + COLUMN, TOP + HEADER / 2, x + COLUMN + BETWEEN);
      }
      x += COLUMN + BETWEEN;
    }
    legend(DiagramBox.kinds(boxes.values()), TOP + tallest + MARGIN);
    xml.writeEndElement();
    xml.flush();
  }

  private static int height(DiagramBox box) {
    return box.inside().isEmpty()
        ? ROW
        : HEADER
            + box.inside().stream().mapToInt(inside -> height(inside) + GAP).sum()
            + PADDING
            - GAP;
  }

  private void draw(DiagramBox box, int x, int y, int width) throws XMLStreamException {
    rectangle(x, y, width, height(box), box.kind().colour(), FRAME);
    text(x + PADDING, y + 16, "13", "#000000", "start", box.title());
    if (box.inside().isEmpty()) {
      text(x + width - PADDING, y + 16, "12", "#333333", "end", box.text());
      return;
    }
    int at = y + HEADER;
    for (DiagramBox inside : box.inside()) {
      draw(inside, x + PADDING, at, width - 2 * PADDING);
      at += height(inside) + GAP;
    }
  }

  private void legend(List<Kind> kinds, int y) throws XMLStreamException {
    int x = MARGIN;
    for (Kind kind : kinds) {
      rectangle(x, y, ROW, ROW - 8, kind.colour(), FRAME);
      text(x + ROW + 6, y + 13, "12", "#333333", "start", kind.title());
      x += 170;
    }
  }

  private void arrow(int x, int y, int to) throws XMLStreamException {
    xml.writeEmptyElement("path");
    attributes(
        "d",
        "M%d %d H%d m-7 -5 l7 5 l-7 5".formatted(x, y, to),
        "fill",
        "none",
        "stroke",
        "#555555",
        "stroke-width",
        "1.5");
  }

  private void rectangle(int x, int y, int width, int height, String fill, String stroke)
      throws XMLStreamException {
    xml.writeEmptyElement("rect");
    attributes("x", Integer.toString(x), "y", Integer.toString(y));
    attributes("width", Integer.toString(width), "height", Integer.toString(height));
    attributes("rx", "3", "fill", fill, "stroke", stroke);
  }

  private void text(int x, int y, String size, String fill, String anchor, String text)
      throws XMLStreamException {
    xml.writeStartElement("text");
    attributes("x", Integer.toString(x), "y", Integer.toString(y), "font-size", size);
    attributes("fill", fill, "text-anchor", anchor);
    xml.writeCharacters(text);
    xml.writeEndElement();
  }

  private void attributes(String... namesAndValues) throws XMLStreamException {
    for (int i = 0; i < namesAndValues.length; i += 2) {
      xml.writeAttribute(namesAndValues[i], namesAndValues[i + 1]);
    }
  }
}
