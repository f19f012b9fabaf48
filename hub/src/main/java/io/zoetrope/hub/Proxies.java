package io.zoetrope.hub;

import io.zoetrope.files.Printable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Which proxies connections go through, as {@code HTTPS_PROXY}, {@code HTTP_PROXY}, {@code
 * ALL_PROXY} and {@code NO_PROXY} say it to most programs of a system; names in small letters count
 * before the others. Where none of them names a proxy, the settings of the virtual machine count
 * ({@code -Dhttps.proxyHost}). Source: {@code urllib.request.getproxies} of Python and {@code
 * _utils.py} of httpx, which {@code huggingface_hub} asks; curl's manual for {@code NO_PROXY}.
 *
 * @param variables their texts by their names in small letters; what they say is read when a
 *     connection is opened
 */
public record Proxies(Map<String, String> variables) {
  /** Those of the virtual machine's settings alone. */
  public static final Proxies OF_JAVA = new Proxies(Map.of());

  private static final String EXCEPTIONS = "no_proxy";
  private static final List<String> NAMES =
      List.of("http_proxy", "https_proxy", "all_proxy", EXCEPTIONS);
  private static final int HTTP_PORT = 80;

  /**
   * A proxy.
   *
   * @param address of it, not resolved
   * @param authorization what it is shown, as the value of a header; empty for nothing
   */
  record Hop(InetSocketAddress address, Optional<String> authorization) {
    /** For people: without name and password. */
    @Override
    public String toString() {
      return Printable.value(address.getHostString()) + ":" + address.getPort();
    }
  }

  /** What an environment says. */
  static Proxies of(Map<String, String> environment) {
    Map<String, String> found = new HashMap<>();
    for (String name : NAMES) {
      String other = environment.getOrDefault(name.toUpperCase(Locale.ROOT), "");
      String text = environment.getOrDefault(name, other).strip();
      if (!text.isEmpty()) {
        found.put(name, text);
      }
    }
    return new Proxies(Map.copyOf(found));
  }

  /**
   * The proxy that a variable names for an address; empty if none does.
   *
   * @throws HubException if it is malformed, or a proxy of another kind than HTTP's
   */
  Optional<Hop> hop(URI address) {
    String own = address.getScheme().toLowerCase(Locale.ROOT) + "_proxy";
    String name = variables.containsKey(own) ? own : "all_proxy";
    return variables.containsKey(name) && !isExcepted(address)
        ? Optional.of(hop(name, variables.get(name)))
        : Optional.empty();
  }

  private static Hop hop(String name, String text) {
    try {
      URI uri = new URI(text.contains("://") ? text : "http://" + text);
      if (uri.getHost() != null && "http".equalsIgnoreCase(uri.getScheme())) {
        int port = uri.getPort() < 0 ? HTTP_PORT : uri.getPort();
        return new Hop(
            InetSocketAddress.createUnresolved(uri.getHost(), port),
            Optional.ofNullable(uri.getRawUserInfo()).map(Proxies::basic));
      }
    } catch (URISyntaxException _) {
      // Said below, without the text: it may hold a password.
    }
    throw new HubException(
        "%s names no proxy of the form http://HOST:PORT or http://NAME:PASSWORD@HOST:PORT: others, such as SOCKS, are not supported"
            .formatted(name.toUpperCase(Locale.ROOT)));
  }

  private static String basic(String userInfo) {
    // A plus is a plus here, unlike in forms.
    String plain = URLDecoder.decode(userInfo.replace("+", "%2B"), StandardCharsets.UTF_8);
    byte[] bytes = plain.getBytes(StandardCharsets.UTF_8);
    return "Basic " + Base64.getEncoder().encodeToString(bytes);
  }

  private boolean isExcepted(URI address) {
    return Arrays.stream(variables.getOrDefault(EXCEPTIONS, "").split(","))
        .map(exception -> exception.strip().toLowerCase(Locale.ROOT))
        .anyMatch(exception -> isFor(exception, address));
  }

  /** Whether an exception is for an address: a host, with or without a port, or a domain. */
  private static boolean isFor(String exception, URI address) {
    String host = address.getHost().toLowerCase(Locale.ROOT).replaceAll("[\\[\\]]", "");
    String plain = exception.replaceAll("^\\*?\\.", "");
    return exception.equals("*")
        || (!plain.isEmpty()
            && (isIn(host, plain) || isIn(host + ":" + WebAddress.port(address), plain)));
  }

  private static boolean isIn(String host, String domain) {
    return host.equals(domain) || host.endsWith("." + domain);
  }

  /** Which variables there are: their texts may hold passwords. */
  @Override
  public String toString() {
    return variables.keySet().toString();
  }

  /** For Java's client. */
  ProxySelector selector() {
    return new ProxySelector() {
      @Override
      public List<Proxy> select(URI address) {
        if (hop(address).isPresent()) {
          return List.of(new Proxy(Proxy.Type.HTTP, hop(address).get().address()));
        }
        return isExcepted(address)
            ? List.of(Proxy.NO_PROXY)
            : ProxySelector.getDefault().select(address);
      }

      @Override
      public void connectFailed(URI address, SocketAddress proxy, IOException failure) {
        // Whoever asked for the connection hears of it.
      }
    };
  }
}
