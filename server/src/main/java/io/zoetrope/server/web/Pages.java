package io.zoetrope.server.web;

import io.javalin.http.Context;
import io.zoetrope.server.api.ApiException;
import java.io.IOException;
import java.io.InputStream;
import java.util.HexFormat;
import java.util.Map;
import java.util.regex.Pattern;

/** The files of the page, which lie in the jar. */
final class Pages {
  private static final String ROOT = "/web";

  /** Names of files in folders, without anything that leads elsewhere. */
  private static final Pattern PATH =
      Pattern.compile("(/[a-z0-9_-]{1,60}){0,4}/[a-z0-9_-]{1,60}\\.[a-z0-9]{1,12}");

  private static final Map<String, String> TYPES =
      Map.of(
          "html", "text/html; charset=utf-8",
          "js", "text/javascript; charset=utf-8",
          "css", "text/css; charset=utf-8",
          "svg", "image/svg+xml",
          "png", "image/png",
          "ico", "image/x-icon",
          "json", "application/json",
          "webmanifest", "application/manifest+json",
          "woff2", "font/woff2");

  private Pages() {}

  /** Answers with a file of the page. */
  static void send(Context request) throws IOException {
    String path = request.path().equals("/") ? "/index.html" : request.path();
    String type = TYPES.get(path.substring(path.lastIndexOf('.') + 1));
    if (type == null || !PATH.matcher(path).matches()) {
      throw ApiException.notFound("there is nothing at this address");
    }
    try (InputStream in = Pages.class.getResourceAsStream(ROOT + path)) {
      if (in == null) {
        throw ApiException.notFound("there is nothing at this address");
      }
      byte[] bytes = in.readAllBytes();
      String tag = "\"" + HexFormat.of().formatHex(Hashes.sha256(bytes), 0, 8) + "\"";
      request.header("ETag", tag);
      request.header("Cache-Control", "no-cache");
      if (tag.equals(request.header("If-None-Match"))) {
        request.status(304);
        return;
      }
      request.contentType(type).result(bytes);
    }
  }
}
