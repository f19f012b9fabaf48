package io.zoetrope.t5;

import java.util.Arrays;
import java.util.List;

/**
 * Prefix tree over strings that maps each key to its index in the list it was built from; of equal
 * keys the last one counts. Nodes are numbered breadth first, so the children of a node are
 * neighbours, sorted by their character, and three arrays hold the whole tree. The root, which has
 * a child for nearly every character of a large vocabulary, is a table instead.
 */
final class CharTrie {
  static final int ROOT = 0;
  static final int NONE = -1;

  private final int[] rootChild = new int[1 << Character.SIZE];
  private final int[] firstChild;
  private final char[] label;
  private final int[] value;

  CharTrie(List<String> keys) {
    int characters = 0;
    for (String key : keys) {
      characters += key.length();
    }
    var nodes = new Builder(keys, characters + 1);
    firstChild = Arrays.copyOf(nodes.firstChild, nodes.count + 1);
    label = Arrays.copyOf(nodes.label, nodes.count);
    value = Arrays.copyOf(nodes.value, nodes.count);
    Arrays.fill(rootChild, NONE);
    for (int node = firstChild[ROOT]; node < firstChild[ROOT + 1]; node++) {
      rootChild[label[node]] = node;
    }
  }

  /** The child of {@code node} along {@code character}, or {@link #NONE}. */
  int child(int node, char character) {
    if (node == ROOT) {
      return rootChild[character];
    }
    int low = firstChild[node];
    int high = firstChild[node + 1] - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      char found = label[middle];
      if (found == character) {
        return middle;
      }
      if (found < character) {
        low = middle + 1;
      } else {
        high = middle - 1;
      }
    }
    return NONE;
  }

  /** Index of the key that ends at {@code node}, or {@link #NONE}. */
  int value(int node) {
    return value[node];
  }

  /** Index of the key that equals {@code text}, or {@link #NONE}. */
  int find(String text) {
    int node = ROOT;
    for (int i = 0; i < text.length() && node != NONE; i++) {
      node = child(node, text.charAt(i));
    }
    return node == NONE ? NONE : value[node];
  }

  /** The key of an index, or null; a search that nothing is kept for. */
  String key(int index) {
    for (int node = ROOT; node < value.length; node++) {
      if (value[node] == index) {
        return key(node, new StringBuilder());
      }
    }
    return null;
  }

  /** Climbs to the root: children are numbered in the order of their parents. */
  private String key(int from, StringBuilder reversed) {
    for (int node = from; node != ROOT; ) {
      reversed.append(label[node]);
      int low = ROOT;
      int high = node;
      while (high - low > 1) {
        int middle = (low + high) >>> 1;
        if (firstChild[middle] <= node) {
          low = middle;
        } else {
          high = middle;
        }
      }
      node = low;
    }
    return reversed.reverse().toString();
  }

  /** Index of the longest non-empty key that {@code text} has at {@code from}, or {@link #NONE}. */
  int longestPrefix(String text, int from) {
    int longest = NONE;
    int node = ROOT;
    for (int i = from; i < text.length(); i++) {
      node = child(node, text.charAt(i));
      if (node == NONE) {
        break;
      }
      if (value[node] != NONE) {
        longest = value[node];
      }
    }
    return longest;
  }

  /** Splits ranges of keys that share their first characters, one level of the tree at a time. */
  private static final class Builder {
    final int[] firstChild;
    final char[] label;
    final int[] value;
    int count = 1;

    Builder(List<String> keys, int maxNodes) {
      firstChild = new int[maxNodes + 1];
      label = new char[maxNodes];
      value = new int[maxNodes];
      // Low half of an entry: index of a key. High half: its character at the current depth plus 1,
      // or 0 at its end.
      long[] order = new long[keys.size()];
      Arrays.setAll(order, i -> i);
      int[] low = new int[maxNodes];
      int[] high = new int[maxNodes];
      high[ROOT] = order.length;
      int levelEnd = 1;
      int depth = 0;
      for (int node = 0; node < count; node++) {
        if (node == levelEnd) {
          levelEnd = count;
          depth++;
        }
        int from = low[node];
        int to = high[node];
        sort(keys, depth, order, from, to);
        value[node] = NONE;
        while (from < to && order[from] >>> 32 == 0) {
          value[node] = (int) order[from++];
        }
        firstChild[node] = count;
        while (from < to) {
          long character = order[from] >>> 32;
          label[count] = (char) (character - 1);
          low[count] = from;
          while (from < to && order[from] >>> 32 == character) {
            from++;
          }
          high[count++] = from;
        }
      }
      firstChild[count] = count;
    }

    private static void sort(List<String> keys, int depth, long[] order, int from, int to) {
      for (int i = from; i < to; i++) {
        int index = (int) order[i];
        String key = keys.get(index);
        long character = depth < key.length() ? key.charAt(depth) + 1L : 0;
        order[i] = character << 32 | index;
      }
      if (to - from > 1) {
        Arrays.sort(order, from, to);
      }
    }
  }
}
