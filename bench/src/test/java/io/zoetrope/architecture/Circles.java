package io.zoetrope.architecture;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Ways that lead from a package back to itself. */
final class Circles {
  /** Packages, the packages they use, and the classes by which they do. */
  private final SortedMap<String, SortedMap<String, List<Arrow>>> uses = new TreeMap<>();

  Circles(Collection<Arrow> arrows) {
    for (Arrow arrow : arrows) {
      if (!arrow.fromPackage().equals(arrow.toPackage())) {
        uses.computeIfAbsent(arrow.fromPackage(), _ -> new TreeMap<>())
            .computeIfAbsent(arrow.toPackage(), _ -> new ArrayList<>())
            .add(arrow);
      }
    }
  }

  /**
   * Returns one circle, a shortest one, as text that names the classes of each step; "" for none.
   */
  String describe() {
    return uses.keySet().stream()
        .map(this::shortestFrom)
        .filter(circle -> !circle.isEmpty())
        .min((a, b) -> Integer.compare(a.size(), b.size()))
        .map(this::text)
        .orElse("");
  }

  /**
   * Returns the packages of a shortest way from a package back to it; none where there is no way.
   */
  private List<String> shortestFrom(String start) {
    Map<String, String> cameFrom = new HashMap<>();
    Deque<String> next = new ArrayDeque<>(List.of(start));
    while (!next.isEmpty()) {
      String at = next.removeFirst();
      for (String to : uses.getOrDefault(at, new TreeMap<>()).keySet()) {
        if (to.equals(start)) {
          return way(cameFrom, start, at);
        }
        if (cameFrom.putIfAbsent(to, at) == null) {
          next.addLast(to);
        }
      }
    }
    return List.of();
  }

  private static List<String> way(Map<String, String> cameFrom, String start, String end) {
    List<String> way = new ArrayList<>();
    for (String at = end; !at.equals(start); at = cameFrom.get(at)) {
      way.addFirst(at);
    }
    way.addFirst(start);
    return way;
  }

  private String text(List<String> circle) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < circle.size(); i++) {
      String from = circle.get(i);
      String to = circle.get((i + 1) % circle.size());
      text.append("%s -> %s, by%n".formatted(from, to));
      text.append(
          uses.get(from).get(to).stream()
              .map(arrow -> "    " + arrow + System.lineSeparator())
              .collect(Collectors.joining()));
    }
    return text.toString();
  }
}
