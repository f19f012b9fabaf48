package io.zoetrope.server.web;

import io.javalin.http.Context;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Answers with a file that never changes, or the part of it that was asked for (RFC 9110, 14). */
final class FileAnswer {
  private static final Pattern RANGE = Pattern.compile("bytes=(\\d{0,18})-(\\d{0,18})");
  private static final int OK = 200;
  private static final int PARTIAL = 206;
  private static final int NOT_MODIFIED = 304;
  private static final int NOT_SATISFIABLE = 416;
  private static final int BUFFER = 1 << 16;

  private FileAnswer() {}

  /**
   * Sends it.
   *
   * @param tag names the content
   * @param type of the content
   */
  static void send(Context request, Path file, String tag, String type) throws IOException {
    String etag = "\"" + tag + "\"";
    request.header("ETag", etag);
    request.header("Accept-Ranges", "bytes");
    request.header("Cache-Control", "private, no-cache");
    if (matches(request.header("If-None-Match"), etag)) {
      request.status(NOT_MODIFIED);
      return;
    }
    long size = Files.size(file);
    long from = 0;
    long to = size - 1;
    int status = OK;
    String range = request.header("Range");
    String condition = request.header("If-Range");
    if (range != null && (condition == null || condition.equals(etag))) {
      Matcher asked = RANGE.matcher(range.strip());
      // Several ranges, and what is none, are answered with the whole, as the standard allows.
      if (asked.matches() && !(asked.group(1) + asked.group(2)).isEmpty()) {
        if (asked.group(1).isEmpty()) {
          from = Math.max(0, size - Long.parseLong(asked.group(2)));
        } else {
          from = Long.parseLong(asked.group(1));
          to = asked.group(2).isEmpty() ? to : Math.min(to, Long.parseLong(asked.group(2)));
        }
        if (from > to || from >= size) {
          request.header("Content-Range", "bytes */" + size);
          request.status(NOT_SATISFIABLE);
          return;
        }
        status = PARTIAL;
        request.header("Content-Range", "bytes %d-%d/%d".formatted(from, to, size));
      }
    }
    request.status(status);
    request.contentType(type);
    request.res().setContentLengthLong(to - from + 1);
    if (request.method().name().equals("HEAD")) {
      return;
    }
    try (InputStream in = Files.newInputStream(file)) {
      in.skipNBytes(from);
      copy(in, request.res().getOutputStream(), to - from + 1);
    }
  }

  private static boolean matches(String header, String etag) {
    if (header == null) {
      return false;
    }
    for (String known : header.split(",")) {
      if (known.strip().equals("*") || known.strip().replaceFirst("^W/", "").equals(etag)) {
        return true;
      }
    }
    return false;
  }

  private static void copy(InputStream in, OutputStream out, long bytes) throws IOException {
    byte[] buffer = new byte[BUFFER];
    for (long left = bytes; left > 0; ) {
      int read = in.read(buffer, 0, (int) Math.min(buffer.length, left));
      if (read < 0) {
        throw new IOException("the file became shorter");
      }
      out.write(buffer, 0, read);
      left -= read;
    }
  }
}
