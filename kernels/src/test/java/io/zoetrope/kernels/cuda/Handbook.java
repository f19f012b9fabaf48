package io.zoetrope.kernels.cuda;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What {@code docs/cuda.md} says of the kernels. */
final class Handbook {
  private Handbook() {}

  /** The table of resources: by kernel, then by column. */
  static Map<String, Map<String, String>> resources() {
    List<String[]> rows =
        section("Resources")
            .lines()
            .filter(line -> line.startsWith("|"))
            .map(line -> line.split(" *\\| *"))
            .toList();
    Map<String, Map<String, String>> resources = new TreeMap<>();
    for (String[] row : rows.subList(2, rows.size())) {
      Map<String, String> values = new TreeMap<>();
      for (int i = 2; i < row.length; i++) {
        values.put(rows.getFirst()[i], row[i]);
      }
      resources.put(row[1].replace("`", ""), values);
    }
    return resources;
  }

  /** The text below a heading of the second level. */
  static String section(String heading) {
    try {
      String text = Files.readString(Path.of("../docs/cuda.md"));
      int start = text.indexOf("\n## " + heading);
      int end = text.indexOf("\n## ", start + 1);
      return text.substring(start, end < 0 ? text.length() : end);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
