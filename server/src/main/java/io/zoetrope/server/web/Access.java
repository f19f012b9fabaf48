package io.zoetrope.server.web;

import io.javalin.http.Context;
import io.zoetrope.server.api.ApiException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Who may ask. Pages of other origins may not, whatever name they have for this machine; where
 * there is a token, only those who know it.
 */
public final class Access {
  private static final String COOKIE = "zoetrope_session";
  private static final String BEARER = "Bearer ";
  private static final int SESSION_BYTES = 32;
  private static final int MOST_SESSIONS = 1000;
  private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1", "[::1]");

  /** Paths that need no token, beside files of the page. */
  private static final Set<String> FREE = Set.of("/health", "/openapi.json", "/v1/session");

  private final Optional<byte[]> token;
  private final Set<String> hosts;
  private final boolean isAnyHost;
  private final Set<String> sessions = ConcurrentHashMap.newKeySet();
  private final SecureRandom random = new SecureRandom();

  /**
   * Rules.
   *
   * @param token that is needed; empty for none
   * @param hosts names under which the server is reached, beside those of the loopback
   * @param isAnyHost whether every name is one of them
   */
  public Access(Optional<String> token, Set<String> hosts, boolean isAnyHost) {
    this.token = token.map(text -> hash(text));
    this.hosts = hosts;
    this.isAnyHost = isAnyHost;
  }

  /**
   * Checks a request.
   *
   * @throws ApiException if it may not
   */
  void check(Context request) {
    String host = host(request.header("Host"));
    if (host == null || !isServed(host)) {
      throw ApiException.forbidden(
          "this server does not answer to that Host: add the name with --allowed-host");
    }
    String origin = request.header("Origin");
    if (origin != null && !isOwn(origin, request.header("Host"))) {
      throw ApiException.forbidden("pages of other origins may not use this server");
    }
    if ("cross-site".equals(request.header("Sec-Fetch-Site")) && !isNavigation(request)) {
      throw ApiException.forbidden("pages of other sites may not use this server");
    }
    if (needsToken(request.path()) && !isKnown(request)) {
      throw ApiException.unauthorized();
    }
  }

  private static boolean isNavigation(Context request) {
    return "navigate".equals(request.header("Sec-Fetch-Mode"))
        && request.method().name().equals("GET");
  }

  private boolean isServed(String host) {
    return isAnyHost || LOOPBACK.contains(host) || hosts.contains(host);
  }

  /** The name in a Host header, without its port; null if it is malformed. */
  private static String host(String header) {
    if (header == null
        || !header.matches("[-.\\w]{1,255}(:\\d{1,5})?|\\[[0-9a-fA-F:.]{2,45}](:\\d{1,5})?")) {
      return null;
    }
    return header.replaceFirst(":\\d{1,5}$", "").toLowerCase(Locale.ROOT);
  }

  private static boolean isOwn(String origin, String host) {
    try {
      URI uri = URI.create(origin);
      return host.equalsIgnoreCase(uri.getRawAuthority());
    } catch (IllegalArgumentException _) {
      return false;
    }
  }

  private static boolean needsToken(String path) {
    return !FREE.contains(path)
        && (path.startsWith("/v1/") || path.startsWith("/generate/") || path.equals("/metrics"));
  }

  /** Whether a request comes with the token, or from somebody who has signed in with it. */
  boolean isKnown(Context request) {
    if (token.isEmpty()) {
      return true;
    }
    String header = request.header("Authorization");
    if (header != null && header.startsWith(BEARER)) {
      return isToken(header.substring(BEARER.length()));
    }
    String session = request.cookie(COOKIE);
    return session != null && sessions.contains(session);
  }

  /** Whether there is a token. */
  boolean needsToken() {
    return token.isPresent();
  }

  /** Signs in: a cookie that scripts cannot read stands for the token. */
  void signIn(Context request, String given) {
    if (!isToken(given)) {
      throw ApiException.unauthorized();
    }
    if (sessions.size() >= MOST_SESSIONS) {
      sessions.clear();
    }
    byte[] bytes = new byte[SESSION_BYTES];
    random.nextBytes(bytes);
    String session = HexFormat.of().formatHex(bytes);
    sessions.add(session);
    request.header("Set-Cookie", COOKIE + "=" + session + "; Path=/; HttpOnly; SameSite=Strict");
  }

  /** Signs out. */
  void signOut(Context request) {
    String session = request.cookie(COOKIE);
    if (session != null) {
      sessions.remove(session);
    }
    request.header("Set-Cookie", COOKIE + "=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict");
  }

  /** Takes as long for a wrong token as for the right one, whatever they have in common. */
  private boolean isToken(String given) {
    return token.isEmpty() || MessageDigest.isEqual(token.get(), hash(given));
  }

  private static byte[] hash(String text) {
    return Hashes.sha256(text.getBytes(StandardCharsets.UTF_8));
  }
}
