package io.zoetrope.tools.film;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/** Which of some names somebody may have meant by another one. */
public final class Nearest {
  private Nearest() {}

  /** The name that differs least; empty if none is near. */
  static Optional<String> of(String word, Collection<String> names) {
    return names.stream()
        .filter(name -> distance(word, name) <= Math.max(1, name.length() / 3))
        .min(Comparator.comparingInt(name -> distance(word, name)));
  }

  /** Insertions, deletions and replacements that make one word of the other (Levenshtein, 1966). */
  public static int distance(String from, String to) {
    int[] row = new int[to.length() + 1];
    for (int j = 0; j < row.length; j++) {
      row[j] = j;
    }
    for (int i = 1; i <= from.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j < row.length; j++) {
        int replaced = diagonal + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[to.length()];
  }
}
