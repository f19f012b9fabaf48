package io.zoetrope.hub;

import io.zoetrope.files.FileErrors;
import io.zoetrope.files.Printable;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Which hub, which cache, and who asks, as the environment says it to every tool of the hub.
 *
 * @param endpoint address of the hub, without a slash at its end
 * @param cache folder of the cache; need not exist
 * @param token empty for whoever is not known to the hub
 * @param isOffline whether no connection is opened
 * @param answerTimeout within which an answer has to begin
 * @param stallTimeout within which more bytes have to come
 * @param proxies that connections go through
 */
public record HubSettings(
    URI endpoint,
    Path cache,
    Optional<HubToken> token,
    boolean isOffline,
    Duration answerTimeout,
    Duration stallTimeout,
    Proxies proxies) {
  private static final String ENDPOINT = "https://huggingface.co";
  private static final Set<String> TRUE = Set.of("1", "ON", "YES", "TRUE");
  private static final int TIMEOUT_SECONDS = 10;
  private static final int MOST_SECONDS = 3600;

  /** The settings of this process. */
  public static HubSettings ofEnvironment() {
    return of(System.getenv(), Path.of(System.getProperty("user.home", ".")));
  }

  /**
   * Reads the variables of {@code huggingface_hub}, with its precedence ({@code constants.py}).
   *
   * @param home folder of the user
   * @throws HubException if one of them is malformed
   */
  static HubSettings of(Map<String, String> environment, Path home) {
    Path hubHome =
        path(environment, "HF_HOME", home)
            .or(() ->
                path(environment, "XDG_CACHE_HOME", home).map(path -> path.resolve("huggingface")))
            .orElse(home.resolve(".cache").resolve("huggingface"));
    Path cache =
        path(environment, "HF_HUB_CACHE", home)
            .or(() -> path(environment, "HUGGINGFACE_HUB_CACHE", home))
            .orElse(hubHome.resolve("hub"));
    boolean offline =
        Stream.of("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE")
            .anyMatch(name -> TRUE.contains(text(environment, name).toUpperCase(Locale.ROOT)));
    return new HubSettings(
        endpoint(environment),
        cache.toAbsolutePath().normalize(),
        offline
            ? Optional.empty()
            : token(
                environment,
                path(environment, "HF_TOKEN_PATH", home).orElse(hubHome.resolve("token"))),
        offline,
        seconds(environment, "HF_HUB_ETAG_TIMEOUT"),
        seconds(environment, "HF_HUB_DOWNLOAD_TIMEOUT"),
        Proxies.of(environment));
  }

  /** The same, but no connection is opened. */
  public HubSettings offline() {
    return new HubSettings(
        endpoint, cache, Optional.empty(), true, answerTimeout, stallTimeout, proxies);
  }

  private static String text(Map<String, String> environment, String name) {
    return environment.getOrDefault(name, "").strip();
  }

  private static Optional<Path> path(Map<String, String> environment, String name, Path home) {
    String text = text(environment, name);
    if (text.isEmpty()) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          text.equals("~") || text.startsWith("~/")
              ? home.resolve(text.substring(Math.min(2, text.length())))
              : Path.of(text));
    } catch (InvalidPathException e) {
      throw malformed(name, text, "name a folder");
    }
  }

  private static URI endpoint(Map<String, String> environment) {
    String text = text(environment, "HF_ENDPOINT");
    if (text.isEmpty()) {
      return URI.create(ENDPOINT);
    }
    String advice = "name an address that begins with https://";
    try {
      URI uri = new URI(text.replaceAll("/+$", ""));
      if (!WebAddress.isWeb(uri) || uri.getRawQuery() != null || uri.getRawFragment() != null) {
        throw malformed("HF_ENDPOINT", text, advice);
      }
      return uri;
    } catch (URISyntaxException e) {
      throw malformed("HF_ENDPOINT", text, advice);
    }
  }

  private static Optional<HubToken> token(Map<String, String> environment, Path file) {
    String text = text(environment, "HF_TOKEN");
    if (text.isEmpty() && Files.isRegularFile(file)) {
      try {
        text = Files.readString(file).strip();
      } catch (IOException e) {
        throw new HubException(
            "%s: the hub's token cannot be read: %s".formatted(file, FileErrors.reason(e)), e);
      }
    }
    return text.isEmpty() ? Optional.empty() : Optional.of(new HubToken(text));
  }

  private static Duration seconds(Map<String, String> environment, String name) {
    String text = text(environment, name);
    if (text.isEmpty()) {
      return Duration.ofSeconds(TIMEOUT_SECONDS);
    }
    try {
      int seconds = Integer.parseInt(text);
      if (seconds >= 1 && seconds <= MOST_SECONDS) {
        return Duration.ofSeconds(seconds);
      }
    } catch (NumberFormatException _) {
      // Said below.
    }
    throw malformed(name, text, "name whole seconds from 1 to " + MOST_SECONDS);
  }

  private static HubException malformed(String name, String text, String advice) {
    return new HubException("%s is %s: %s".formatted(name, Printable.quote(text), advice));
  }
}
