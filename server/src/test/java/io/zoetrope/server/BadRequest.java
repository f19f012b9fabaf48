package io.zoetrope.server;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Pattern;

/**
 * A request that is refused.
 *
 * @param parameter that is to blame, as the error names it; empty for the whole
 * @param path it is posted to
 * @param body JSON, or what should be
 */
record BadRequest(String parameter, String path, String body) {
  /** What stands for a long text: {@code <x*1000>} for a thousand times x. */
  private static final Pattern LONG = Pattern.compile("<(.)\\*([0-9]+)>");

  /** Those of {@code bad-requests.tsv}, of which {@code bench/run serve-fuzz} takes the time. */
  static List<BadRequest> table() throws IOException {
    try (InputStream in = BadRequest.class.getResourceAsStream("/bad-requests.tsv")) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .skip(1)
          .map(line -> line.split("\t", 3))
          .map(row -> new BadRequest(row[0], row[1], whole(row[2])))
          .toList();
    }
  }

  private static String whole(String body) {
    return LONG.matcher(body)
        .replaceAll(text -> text.group(1).repeat(Integer.parseInt(text.group(2))));
  }
}
