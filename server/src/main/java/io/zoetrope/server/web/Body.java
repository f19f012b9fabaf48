package io.zoetrope.server.web;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.http.Context;
import io.zoetrope.server.api.ApiException;
import io.zoetrope.server.api.Fields;
import io.zoetrope.server.api.Json;
import jakarta.servlet.MultipartConfigElement;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.Part;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * The body of a request, as JSON or as a form.
 *
 * @param fields what it says
 * @param hashing makes the SHA-256 of what it says: of megabytes that takes longer than to find out
 *     that they are refused
 */
record Body(Fields fields, Supplier<String> hashing) {
  private static final int MAX_TEXT = 1 << 20;
  private static final int TOO_LARGE = 413;
  private static final int OTHER_TYPE = 415;

  /** SHA-256 of what it says, in hexadecimal digits. */
  String hash() {
    return hashing.get();
  }

  /**
   * Reads a body.
   *
   * @param limit most bytes
   * @param folder for large parts of forms
   * @throws ApiException if it cannot be read
   */
  static Body read(Context request, int limit, Path folder) throws IOException {
    if (request.req().getContentLengthLong() > limit) {
      throw tooLarge(limit);
    }
    String header = request.header("Content-Type");
    String type = header == null ? "" : header.toLowerCase(Locale.ROOT).split(";", 2)[0].strip();
    return switch (type) {
      case "application/json", "" -> json(request, limit);
      case "multipart/form-data" -> form(request, limit, folder);
      default ->
          throw new ApiException(
              OTHER_TYPE,
              null,
              "unsupported_content_type",
              "the body is application/json or multipart/form-data");
    };
  }

  private static Body json(Context request, int limit) throws IOException {
    byte[] bytes = bytes(request.req().getInputStream(), limit);
    ObjectNode object = Json.parse(null, bytes);
    return new Body(Fields.of(object), () -> HexFormat.of().formatHex(Hashes.sha256(bytes)));
  }

  private static byte[] bytes(InputStream in, int limit) throws IOException {
    byte[] bytes = in.readNBytes(limit + 1);
    if (bytes.length > limit) {
      throw tooLarge(limit);
    }
    return bytes;
  }

  private static ApiException tooLarge(int limit) {
    return new ApiException(
        TOO_LARGE, null, "body_too_large", "the body has more than %d bytes".formatted(limit));
  }

  private static Body form(Context request, int limit, Path folder) throws IOException {
    request
        .req()
        .setAttribute(
            "org.eclipse.jetty.multipartConfig",
            new MultipartConfigElement(folder.toString(), limit, limit, limit));
    Map<String, String> texts = new LinkedHashMap<>();
    Map<String, byte[]> files = new LinkedHashMap<>();
    try {
      for (Part part : request.req().getParts()) {
        String name = part.getName();
        if (name == null || texts.containsKey(name) || files.containsKey(name)) {
          throw ApiException.malformed(name, "a part without a name, or two of the same");
        }
        byte[] content = content(part, limit);
        if (!isFile(part)) {
          if (content.length > MAX_TEXT) {
            throw ApiException.invalid(name, "a text of more than 1 MiB");
          }
          texts.put(name, new String(content, StandardCharsets.UTF_8));
        } else {
          files.put(name, content);
        }
        part.delete();
      }
    } catch (ServletException | IllegalStateException | IOException e) {
      if (String.valueOf(e.getMessage()).contains("exceed")) {
        throw tooLarge(limit);
      }
      throw ApiException.malformed(null, "the form cannot be read: " + e.getMessage());
    }
    return new Body(Fields.ofForm(texts, files), () -> hash(texts, files));
  }

  /** Some clients give files a name, others nothing but a type that no text has. */
  private static boolean isFile(Part part) {
    String type = part.getContentType();
    return part.getSubmittedFileName() != null
        || (type != null && type.matches("(?i)(application/octet-stream|image/.*|video/.*)"));
  }

  private static byte[] content(Part part, int limit) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (InputStream in = part.getInputStream()) {
      bytes.write(bytes(in, limit));
    }
    return bytes.toByteArray();
  }

  /** The boundary between parts is another each time. */
  private static String hash(Map<String, String> texts, Map<String, byte[]> files) {
    MessageDigest digest = Hashes.digest();
    new TreeMap<>(texts)
        .forEach((name, text) -> {
          digest.update(name.getBytes(StandardCharsets.UTF_8));
          digest.update((byte) 0);
          digest.update(Hashes.sha256(text.getBytes(StandardCharsets.UTF_8)));
        });
    new TreeMap<>(files)
        .forEach((name, file) -> {
          digest.update(name.getBytes(StandardCharsets.UTF_8));
          digest.update((byte) 1);
          digest.update(Hashes.sha256(file));
        });
    return HexFormat.of().formatHex(digest.digest());
  }
}
