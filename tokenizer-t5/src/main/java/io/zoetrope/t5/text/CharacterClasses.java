package io.zoetrope.t5.text;

import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Named sets of characters that occur in mojibake, for use in regular expressions and one by one.
 */
final class CharacterClasses {
  private static final Pattern REFERENCE = Pattern.compile("\\{([a-z]\\w+)}");

  private static final Map<String, BitSet> MEMBERS = new HashMap<>();
  private static final Map<String, String> EXPRESSIONS = new HashMap<>();

  static {
    Tables.load("mojibake-characters.properties")
        .forEach((name, ranges) -> add((String) name, (String) ranges));
  }

  private CharacterClasses() {}

  private static void add(String name, String ranges) {
    BitSet members = new BitSet();
    StringBuilder expression = new StringBuilder();
    for (String range : ranges.split(" ")) {
      String[] ends = range.split("-");
      String first = ends[0];
      String last = ends[ends.length - 1];
      members.set(Integer.parseInt(first, 16), Integer.parseInt(last, 16) + 1);
      expression.append("\\x{").append(first).append("}-\\x{").append(last).append('}');
    }
    MEMBERS.put(name, members);
    EXPRESSIONS.put(name, expression.toString());
  }

  static BitSet members(String name) {
    return MEMBERS.get(name);
  }

  /** Members of all classes. */
  static BitSet union() {
    BitSet union = new BitSet();
    MEMBERS.values().forEach(union::or);
    return union;
  }

  /** {@code expression} with the members of a class in place of its name in braces. */
  static String expand(String expression) {
    return REFERENCE
        .matcher(expression)
        .replaceAll(found -> Matcher.quoteReplacement(EXPRESSIONS.get(found.group(1))));
  }
}
