package io.zoetrope.hub;

import io.zoetrope.files.Printable;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** Addresses of requests: what they are made of, and which of them may see the token. */
final class WebAddress {
  private WebAddress() {}

  /** Whether a request can be made to it: http or https, and a host. */
  static boolean isWeb(URI uri) {
    return uri.getHost() != null
        && uri.getRawUserInfo() == null
        && ("http".equalsIgnoreCase(uri.getScheme()) || "https".equalsIgnoreCase(uri.getScheme()));
  }

  /** Whether both are served by one program: scheme, host and port are the same. */
  static boolean isSameOrigin(URI a, URI b) {
    return a.getScheme().equalsIgnoreCase(b.getScheme())
        && a.getHost().equalsIgnoreCase(b.getHost())
        && port(a) == port(b);
  }

  /**
   * Where a redirect leads.
   *
   * @param location as the server gave it, relative to {@code from} or not
   * @throws HubException if no request can be made to it, or it gives up encryption
   */
  static URI redirect(URI from, String location) {
    URI to;
    try {
      to = from.resolve(location);
    } catch (IllegalArgumentException e) {
      throw new HubException(
          "%s leads to %s, which is no address".formatted(shown(from), Printable.quote(location)),
          e);
    }
    if (!isWeb(to) || (isEncrypted(from) && !isEncrypted(to))) {
      throw new HubException(
          "%s leads to %s, which is not followed: %s"
              .formatted(
                  shown(from),
                  Printable.quote(shown(to)),
                  isWeb(to) ? "it is not encrypted" : "it is no address of the web"));
    }
    return to;
  }

  /** An address for people: without its query, where signatures stand. */
  static String shown(URI uri) {
    String text = uri.toString();
    int query = text.indexOf('?');
    return Printable.value(query < 0 ? text : text.substring(0, query));
  }

  /** Segments of a path, each encoded by itself: slashes between them stay. */
  static String path(String segments) {
    return Arrays.stream(segments.split("/", -1))
        .map(WebAddress::segment)
        .collect(Collectors.joining("/"));
  }

  /** One segment of a path; a slash in it is encoded, too. */
  static String segment(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }

  private static boolean isEncrypted(URI uri) {
    return "https".equals(uri.getScheme().toLowerCase(Locale.ROOT));
  }

  /** The port that a connection goes to. */
  static int port(URI uri) {
    return uri.getPort() >= 0 ? uri.getPort() : isEncrypted(uri) ? 443 : 80;
  }
}
