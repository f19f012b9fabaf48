package io.zoetrope.kernels.cuda.runtime;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The parameters of a kernel as its PTX declares them, which arguments of a launch are held
 * against: the driver reads as many bytes as the kernel declares, whatever it is given.
 *
 * @param kernel name of the entry point
 * @param parameters in the order of the kernel
 */
public record KernelSignature(String kernel, List<Parameter> parameters) {
  /**
   * A parameter of a kernel: {@code .param .align 8 .b8 name[88]}, say, or {@code .param .u32
   * name}.
   */
  private static final Pattern PARAMETER =
      Pattern.compile(
          "\\.param\\s+(?:\\.align\\s+\\d+\\s+)?\\.([a-z]+)(\\d+)\\s+"
              + "(?:\\.ptr(?:\\s+\\.[a-z]+)*(?:\\s+\\d+)?\\s+)?(\\w+)(?:\\[(\\d+)\\])?");

  /**
   * A parameter.
   *
   * @param name in the source of the kernel, or in its PTX where the source is not known
   * @param type in PTX without the dot, such as {@code u64}
   * @param bytes its size; more than those of the type for a structure
   */
  public record Parameter(String name, String type, int bytes) {
    private boolean takes(Object argument) {
      return switch (argument) {
        case Long _ -> bytes == Long.BYTES && !isFloat() && !isStructure();
        case Integer _ -> bytes == Integer.BYTES && !isFloat() && !isStructure();
        case Float _ -> bytes == Float.BYTES && isFloat();
        case long[] structure -> isStructure() && bytes == structure.length * Long.BYTES;
        default -> false;
      };
    }

    private boolean isFloat() {
      return type.startsWith("f");
    }

    private boolean isStructure() {
      return type.equals("b8");
    }

    private String declaration() {
      return isStructure() ? "a structure of " + bytes + " bytes" : "." + type;
    }
  }

  /**
   * Reads the signature of a kernel in the text of its module.
   *
   * @throws IllegalArgumentException if the module has no such kernel
   */
  public static KernelSignature read(String kernel, String ptx) {
    int start = ptx.indexOf(".entry " + kernel + "(");
    if (start < 0) {
      throw new IllegalArgumentException("the module has no kernel " + kernel);
    }
    Matcher matcher = PARAMETER.matcher(ptx.substring(start, ptx.indexOf(')', start)));
    List<Parameter> parameters = new ArrayList<>();
    while (matcher.find()) {
      int bytes = Integer.parseInt(matcher.group(2)) / Byte.SIZE;
      int count = matcher.group(4) == null ? 1 : Integer.parseInt(matcher.group(4));
      parameters.add(
          new Parameter(matcher.group(3), matcher.group(1) + matcher.group(2), bytes * count));
    }
    return new KernelSignature(kernel, parameters).named();
  }

  /** Returns the same with the names of the source, where {@link PtxLibrary} knows the kernel. */
  public KernelSignature named() {
    List<String> names = PtxLibrary.parameterNames(kernel);
    if (names.size() != parameters.size()) {
      return this;
    }
    List<Parameter> named = new ArrayList<>();
    for (int i = 0; i < names.size(); i++) {
      named.add(new Parameter(names.get(i), parameters.get(i).type(), parameters.get(i).bytes()));
    }
    return new KernelSignature(kernel, List.copyOf(named));
  }

  /**
   * Checks the arguments of a launch: their number, and the type and width of each.
   *
   * @throws IllegalArgumentException for arguments that the kernel does not take
   */
  public void check(Object... arguments) {
    if (arguments.length != parameters.size()) {
      throw new IllegalArgumentException(
          "%s takes %d arguments (%s), not %d"
              .formatted(
                  kernel,
                  parameters.size(),
                  parameters.stream().map(Parameter::name).collect(Collectors.joining(", ")),
                  arguments.length));
    }
    for (int i = 0; i < arguments.length; i++) {
      if (!parameters.get(i).takes(arguments[i])) {
        throw new IllegalArgumentException(
            "%s: parameter %d, %s, is %s; argument %s does not fit"
                .formatted(
                    kernel,
                    i + 1,
                    parameters.get(i).name(),
                    parameters.get(i).declaration(),
                    describe(arguments[i])));
      }
    }
  }

  private static String describe(Object argument) {
    return argument instanceof long[] structure
        ? "long[%d]".formatted(structure.length)
        : "%s %s".formatted(argument.getClass().getSimpleName(), argument);
  }
}
