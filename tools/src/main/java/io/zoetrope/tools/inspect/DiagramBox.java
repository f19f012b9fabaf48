package io.zoetrope.tools.inspect;

import io.zoetrope.encoding.StoredTensor;
import io.zoetrope.tensor.Shape;
import io.zoetrope.tools.inspect.ModelModule.Alike;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A box of a diagram: a module, or several that are alike.
 *
 * @param title name, and how many there are
 * @param text its sizes; empty for a box with others inside
 * @param kind what it computes
 * @param inside the boxes in it, in the order of their work
 */
record DiagramBox(String title, String text, Kind kind, List<DiagramBox> inside) {
  /** What a module computes, as its name tells; decides about the colour. */
  enum Kind {
    ATTENTION("attention", "#cfe2f7", "attn.*|attentions?|selfattention"),
    FEED_FORWARD("feed-forward, linear", "#d6efd2", "ffn?|mlp|densereludense"),
    CONVOLUTION("convolution", "#fbe3c3", "(resnet|upsampler|downsampler)s?|resample"),
    EMBEDDING("embedding, modulation", "#e6dcf3", ".*embed.*|adaln.*|shared|time_proj"),
    NORM("norm, table", "#e8e8e8", ".*norm.*|.*table|.*bias"),
    GROUP("", "#ffffff", "");

    private final String title;
    private final String colour;
    private final Pattern names;

    Kind(String title, String colour, String names) {
      this.title = title;
      this.colour = colour;
      this.names = Pattern.compile(names);
    }

    String title() {
      return title;
    }

    String colour() {
      return colour;
    }

    boolean matches(ModelModule module) {
      return names.matcher(module.name().toLowerCase(Locale.ROOT)).matches();
    }

    /** What a module is that is one line. */
    private static Kind of(ModelModule module) {
      return Stream.of(values())
          .filter(kind -> kind.matches(module))
          .findFirst()
          .orElseGet(() -> {
            int rank = weights(module).stream().mapToInt(Shape::rank).max().orElse(1);
            return rank < 2 ? NORM : rank < 4 ? FEED_FORWARD : CONVOLUTION;
          });
    }

    /** Whether a module of this kind is one line, however much is inside. */
    private boolean isWhole() {
      return this == ATTENTION || this == FEED_FORWARD || this == CONVOLUTION;
    }
  }

  /** Modules within so many others, lists not counted, are one line. */
  private static final int LEVELS = 4;

  /** The box of a component. */
  static DiagramBox of(ModelModule component, ModelWork work) {
    List<DiagramBox> inside = new Boxes(component.name(), work).inside(component, 1);
    return new DiagramBox(component.name(), "", Kind.GROUP, inside);
  }

  /** Makes the boxes of a component. */
  private record Boxes(String component, ModelWork work) {
    List<DiagramBox> inside(ModelModule module, int level) {
      boolean isList = isList(module);
      return module.alikes().stream()
          .sorted(Comparator.comparingInt(part -> isList ? 0 : turn(part.first())))
          .map(part -> box(part, level))
          .toList();
    }

    private int turn(ModelModule module) {
      return work.turn(component, module.path());
    }

    private DiagramBox box(Alike alike, int level) {
      ModelModule module = alike.first();
      boolean isList = isList(module);
      boolean isWhole = Stream.of(Kind.values()).anyMatch(k -> k.isWhole() && k.matches(module));
      String title = alike.count() > 1 ? alike.count() + " x" : module.name();
      if (!isWhole && level < LEVELS && depth(module) > (isList ? 0 : 1)) {
        return new DiagramBox(title, "", Kind.GROUP, inside(module, isList ? level : level + 1));
      }
      String many = isList && isWhole ? ", " + module.parts().size() : "";
      return new DiagramBox(title + many, sizes(module), Kind.of(module), List.of());
    }

    /** The widths from the input to the output; of a table or a norm its shape. */
    private String sizes(ModelModule module) {
      List<Shape> shapes = matrices(module);
      if (shapes.isEmpty()) {
        return shapeOf(module);
      }
      List<Long> widths = new ArrayList<>(List.of(shapes.getFirst().size(1)));
      for (Shape shape : shapes) {
        if (widths.size() == 1 || widths.getLast() != shape.size(0)) {
          widths.add(shape.size(0));
        }
      }
      String text = widths.stream().map("%d"::formatted).collect(Collectors.joining(" \u2192 "));
      Shape kernel =
          shapes.stream().max(Comparator.comparingLong(DiagramBox::window)).orElseThrow();
      return kernel.rank() < 3 ? text : text + ", " + joined(kernel, 2, "x");
    }

    /**
     * Shapes of the weights that products are taken with, in the order of the work. Of a module
     * that does not run in this job nothing is known but that a table has two sizes, and no bias.
     */
    private List<Shape> matrices(ModelModule module) {
      return leaves(module)
          .filter(leaf -> {
            boolean runs = turn(module) < Integer.MAX_VALUE;
            return !runs || work.perToken(component, leaf.path()).orElse(0) > 0;
          })
          .sorted(Comparator.comparingInt(this::turn))
          .flatMap(leaf -> own(leaf).stream())
          .toList();
    }
  }

  private static boolean isList(ModelModule module) {
    return module.parts().stream().anyMatch(ModelModule::isNumbered);
  }

  private static int depth(ModelModule module) {
    return module.parts().stream().mapToInt(part -> 1 + depth(part)).max().orElse(0);
  }

  private static Stream<ModelModule> leaves(ModelModule module) {
    return Stream.concat(Stream.of(module), module.parts().stream().flatMap(DiagramBox::leaves));
  }

  /** Shapes of a module's own weights that are matrices or kernels. */
  private static List<Shape> own(ModelModule module) {
    return module.tensors().values().stream()
        .map(StoredTensor::shape)
        .filter(shape -> shape.rank() > 1 && shape.size(1) > 1)
        .toList();
  }

  private static List<Shape> weights(ModelModule module) {
    return leaves(module).map(DiagramBox::own).flatMap(List::stream).toList();
  }

  /** Elements of a kernel for a pair of channels. */
  private static long window(Shape shape) {
    return shape.count() / (shape.size(0) * shape.size(1));
  }

  private static String shapeOf(ModelModule module) {
    return leaves(module)
        .flatMap(leaf -> leaf.tensors().values().stream())
        .map(tensor -> joined(tensor.shape(), 0, " x "))
        .distinct()
        .collect(Collectors.joining(", "));
  }

  private static String joined(Shape shape, int from, String between) {
    List<String> sizes = new ArrayList<>();
    for (int i = from; i < shape.rank(); i++) {
      sizes.add(Long.toString(shape.size(i)));
    }
    return String.join(between, sizes);
  }

  /** The kinds that occur in boxes. */
  static List<Kind> kinds(Collection<DiagramBox> boxes) {
    return boxes.stream().flatMap(DiagramBox::allKinds).distinct().sorted().toList();
  }

  private Stream<Kind> allKinds() {
    return inside.isEmpty() ? Stream.of(kind) : inside.stream().flatMap(DiagramBox::allKinds);
  }
}
