package io.zoetrope.tools.profile;

import io.zoetrope.ops.Tracer;
import io.zoetrope.ops.Tracer.Operand;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Which operations make one row of the kernel table; those of another dtype never do. */
public enum Grouping {
  /** Operations of the same name make a row. */
  OP {
    @Override
    String place(Tracer.Operation operation) {
      return "";
    }
  },
  /** Operations of the same name with inputs of the same shapes make a row. */
  SHAPE {
    @Override
    String place(Tracer.Operation operation) {
      return operation.inputs().stream()
          .map(Operand::shape)
          .map(shape -> shape.toString().replace(" ", ""))
          .collect(Collectors.joining(" "));
    }
  },
  /** Operations of the same name in the same place of any step and of blocks that are alike. */
  PATH {
    @Override
    String place(Tracer.Operation operation) {
      return NUMBER.matcher(operation.path()).replaceAll("*");
    }
  };

  /**
   * Layers and steps that are alike: {@code blocks.7}, the text encoder's {@code block7}, {@code
   * step3}; not {@code up_block1} or {@code attn2}, which differ from their neighbours.
   */
  private static final Pattern NUMBER = Pattern.compile("(?<=\\b(?:blocks\\.|block|step))\\d+\\b");

  /** What operations of one row have in common beside name and dtype. */
  abstract String place(Tracer.Operation operation);

  /** The column's heading. */
  String heading() {
    return this == PATH ? "path" : "input shapes";
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
