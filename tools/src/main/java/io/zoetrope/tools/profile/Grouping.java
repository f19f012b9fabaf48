package io.zoetrope.tools.profile;

import io.zoetrope.ops.Tracer;
import io.zoetrope.ops.Tracer.Operand;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Which operations make one row of the second table; kernels of another dtype never do. */
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
      return alike(operation.path());
    }
  },
  /** All operations of a module, of both guidance branches and of blocks that are alike. */
  MODULE {
    @Override
    String place(Tracer.Operation operation) {
      return BRANCH.matcher(alike(operation.path())).replaceAll("").replaceFirst("/$", "");
    }
  },
  /** All operations of a block in a step; this is no table of kernels. */
  BLOCK_STEP {
    @Override
    String place(Tracer.Operation operation) {
      return operation.path();
    }
  };

  /**
   * Layers and steps that are alike: {@code blocks.7}, the text encoder's {@code block7}, {@code
   * step3}; not {@code up_block1} or {@code attn2}, which differ from their neighbours.
   */
  private static final Pattern NUMBER =
      Pattern.compile("(?<=\\b(?:\\w{0,40}transformer_blocks\\.|blocks\\.|block|step))\\d+\\b");

  /** Names of a path that tell steps, prompts and guidance branches apart, not modules. */
  private static final Pattern BRANCH =
      Pattern.compile("(?<=^|/)(?:step\\*|cond|uncond|prompt|negative_prompt)(?:/|$)");

  /** What operations of one row have in common beside name and dtype. */
  abstract String place(Tracer.Operation operation);

  /** A path in which layers and steps that are alike have the same names. */
  private static String alike(String path) {
    return NUMBER.matcher(path).replaceAll("*");
  }

  /** The column's heading. */
  String heading() {
    return this == PATH ? "path" : "input shapes";
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
