package io.zoetrope.kernels.cuda;

import io.zoetrope.kernels.cuda.runtime.KernelSignature;
import io.zoetrope.kernels.cuda.runtime.KernelSignature.Parameter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The PTX of one kernel, in which places are found by what stands there and by what it is computed
 * from, whatever order and registers a compiler has chosen.
 */
final class KernelText {
  private static final Pattern INSTRUCTION =
      Pattern.compile("(?m)^\\s*(?:@!?%p\\d+\\s+)?([a-z][\\w.:]*)\\s+([^;]*);");
  private static final Pattern COMPARISON =
      Pattern.compile("setp\\.(lt|le|gt|ge)\\.[su](?:32|64)\\s+%p\\d+, ([^,]+), ([^,;]+);");
  private static final Pattern REGISTER = Pattern.compile("%[a-z]+\\d+");
  private static final Pattern PARAMETER = Pattern.compile("_param_(\\d+)");

  /** A register's value depends on more than parameters and constants. */
  private static final String ANYTHING_ELSE = "?";

  /** Where a register gets its value: registers, parameters, or {@link #ANYTHING_ELSE}. */
  private final Map<String, Set<String>> madeOf = new HashMap<>();

  private final String text;

  /**
   * Reads a kernel.
   *
   * @param ptx declarations of a module, and this kernel alone
   */
  KernelText(String kernel, String ptx) {
    text = ptx;
    List<String> names =
        KernelSignature.read(kernel, ptx).parameters().stream().map(Parameter::name).toList();
    Matcher matcher = INSTRUCTION.matcher(ptx);
    while (matcher.find()) {
      note(matcher.group(1), matcher.group(2), names);
    }
  }

  private void note(String opcode, String operands, List<String> names) {
    if (opcode.startsWith("st.") || opcode.startsWith("bra") || opcode.startsWith("bar")) {
      return;
    }
    int end = operands.startsWith("{") ? operands.indexOf('}') : operands.indexOf(',');
    if (end < 0) {
      return;
    }
    Set<String> sources = new HashSet<>();
    if (opcode.startsWith("ld.param")) {
      Matcher parameter = PARAMETER.matcher(operands);
      sources.add(
          parameter.find() ? names.get(Integer.parseInt(parameter.group(1))) : ANYTHING_ELSE);
    } else if (opcode.startsWith("ld.")
        || opcode.startsWith("shfl")
        || opcode.startsWith("atom")
        || operands.contains("%tid")
        || operands.contains("%ctaid")) {
      sources.add(ANYTHING_ELSE);
    } else {
      REGISTER.matcher(operands.substring(end)).results().forEach(r -> sources.add(r.group()));
    }
    REGISTER
        .matcher(operands.substring(0, end))
        .results()
        .forEach(r -> madeOf.computeIfAbsent(r.group(), _ -> new HashSet<>()).addAll(sources));
  }

  /** The places where an instruction looks so. */
  List<MatchResult> places(Pattern pattern) {
    return pattern.matcher(text).results().toList();
  }

  /** The comparisons with a bound that is computed from exactly these parameters. */
  List<MatchResult> comparisonsWith(Set<String> parameters) {
    return COMPARISON
        .matcher(text)
        .results()
        .filter(place ->
            parametersOf(place.group(2)).equals(parameters)
                != parametersOf(place.group(3)).equals(parameters))
        .toList();
  }

  /** What an operand is computed from, in the end: names of parameters, or more than that. */
  private Set<String> parametersOf(String operand) {
    Set<String> found = new TreeSet<>();
    Set<String> seen = new HashSet<>();
    List<String> next = new ArrayList<>();
    REGISTER.matcher(operand).results().forEach(r -> next.add(r.group()));
    while (!next.isEmpty()) {
      String register = next.removeLast();
      if (!seen.add(register)) {
        continue;
      }
      for (String source : madeOf.getOrDefault(register, Set.of(ANYTHING_ELSE))) {
        if (source.startsWith("%")) {
          next.add(source);
        } else {
          found.add(source);
        }
      }
    }
    return found;
  }

  /** The text with other words in some places. */
  String replaced(List<MatchResult> places, UnaryOperator<String> change) {
    StringBuilder changed = new StringBuilder();
    int end = 0;
    for (MatchResult place : places) {
      changed.append(text, end, place.start()).append(change.apply(place.group()));
      end = place.end();
    }
    return changed.append(text, end, text.length()).toString();
  }
}
