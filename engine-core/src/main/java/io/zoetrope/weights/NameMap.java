package io.zoetrope.weights;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Which name of one library is which name of another, as a table: a line for each pair of names, in
 * which {@code *} stands for any one part between dots, the same on both sides in the same order.
 *
 * <pre>
 * head.head.*             = proj_out.*
 * blocks.*.self_attn.q.*  = blocks.*.attn1.to_q.*
 * </pre>
 *
 * <p>Blank lines count for nothing. A name that no line has is unknown, and never passed on as it
 * is.
 */
public final class NameMap {
  private static final String ANY = "*";

  /** A name in its parts; those that are {@link #ANY} stand for whatever is there. */
  private record Template(List<String> parts) {
    static Template of(String text) {
      return new Template(List.of(text.split("\\.", -1)));
    }

    int wildcards() {
      return (int) parts.stream().filter(ANY::equals).count();
    }

    /** What stands for the wildcards of this in a name; null if the name is another. */
    List<String> match(List<String> name) {
      if (name.size() != parts.size()) {
        return null;
      }
      List<String> found = new ArrayList<>();
      for (int i = 0; i < parts.size(); i++) {
        if (parts.get(i).equals(ANY)) {
          found.add(name.get(i));
        } else if (!parts.get(i).equals(name.get(i))) {
          return null;
        }
      }
      return found;
    }

    String filled(List<String> wildcards) {
      StringBuilder name = new StringBuilder();
      int next = 0;
      for (String part : parts) {
        name.append(name.isEmpty() ? "" : ".")
            .append(part.equals(ANY) ? wildcards.get(next) : part);
        next += part.equals(ANY) ? 1 : 0;
      }
      return name.toString();
    }
  }

  private record Rule(Template from, Template to) {}

  /**
   * Rules of both directions by the first part and the number of parts of the names they are for.
   */
  private final Map<String, List<Rule>> forward = new HashMap<>();

  private final Map<String, List<Rule>> backward = new HashMap<>();

  private NameMap() {}

  /**
   * The map of a table.
   *
   * @throws IllegalArgumentException if a line is no pair, or its sides have other numbers of
   *     wildcards
   */
  public static NameMap of(String table) {
    NameMap map = new NameMap();
    table.lines().filter(line -> !line.isBlank()).forEach(map::add);
    return map;
  }

  private void add(String line) {
    String[] sides = line.strip().split("\\s*=\\s*");
    if (sides.length != 2) {
      throw new IllegalArgumentException("'%s' is no pair of names".formatted(line));
    }
    Template left = Template.of(sides[0]);
    Template right = Template.of(sides[1]);
    if (left.wildcards() != right.wildcards()) {
      throw new IllegalArgumentException("'%s': both sides need as many *".formatted(line));
    }
    put(forward, new Rule(left, right));
    put(backward, new Rule(right, left));
  }

  private static void put(Map<String, List<Rule>> rules, Rule rule) {
    rules.computeIfAbsent(key(rule.from.parts), _ -> new ArrayList<>()).add(rule);
  }

  private static String key(List<String> parts) {
    return parts.getFirst() + " " + parts.size();
  }

  /** The name on the right of a name on the left; empty for one that no line has. */
  public Optional<String> toRight(String left) {
    return map(forward, left);
  }

  /** The name on the left of a name on the right; empty for one that no line has. */
  public Optional<String> toLeft(String right) {
    return map(backward, right);
  }

  private static Optional<String> map(Map<String, List<Rule>> rules, String name) {
    List<String> parts = List.of(name.split("\\.", -1));
    for (Rule rule : rules.getOrDefault(key(parts), List.of())) {
      List<String> wildcards = rule.from.match(parts);
      if (wildcards != null) {
        return Optional.of(rule.to.filled(wildcards));
      }
    }
    return Optional.empty();
  }
}
