package io.zoetrope.hub;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProxiesTest {
  @TempDir Path folder;

  private static String hop(Map<String, String> environment, String address) {
    return Proxies.of(environment).hop(URI.create(address)).map(Proxies.Hop::toString).orElse("");
  }

  @Test
  void theVariableOfTheSchemeCounts() {
    Map<String, String> environment = new LinkedHashMap<>();
    assertEquals("", hop(environment, "https://hub.co/x"));
    environment.put("ALL_PROXY", "all:1");
    environment.put("HTTP_PROXY", "http://plain:2/");
    assertEquals("all:1", hop(environment, "https://hub.co/x"));
    assertEquals("plain:2", hop(environment, "http://hub.co/x"));
    environment.put("HTTPS_PROXY", "http://me:secret@big");
    assertEquals("big:80", hop(environment, "HTTPS://hub.co/x"));
    environment.put("https_proxy", "small:3");
    assertEquals("small:3", hop(environment, "https://hub.co/x"));
    environment.put("https_proxy", "");
    environment.put("all_proxy", "");
    assertEquals("", hop(environment, "https://hub.co/x"), "empty, so that none is asked");
  }

  @ParameterizedTest
  @CsvSource({
    "*, true",
    "hub.co, true",
    "HUB.co, true",
    "co, true",
    ".hub.co, true",
    "*.hub.co, true",
    "hub.co:443, true",
    "hub.co:80, false",
    "b.co, false",
    "other.org, false",
    "other.org ; hub.co, true",
  })
  void exceptionsAreHostsAndDomains(String exceptions, boolean isExcepted) {
    Map<String, String> environment =
        Map.of("HTTPS_PROXY", "proxy:1", "NO_PROXY", exceptions.replace(';', ','));
    assertEquals(isExcepted ? "" : "proxy:1", hop(environment, "https://hub.co/x"));
  }

  @ParameterizedTest
  @CsvSource({"socks5://proxy:1", "https://proxy:1", "http://me:secret@", "http://me:secret@a b"})
  void otherKindsAreRefusedWithoutTheirPassword(String text) {
    Proxies proxies = Proxies.of(Map.of("ALL_PROXY", text));
    String message =
        assertThrows(HubException.class, () -> proxies.hop(URI.create("https://hub.co")))
            .getMessage();
    assertTrue(message.startsWith("ALL_PROXY names no proxy of the form"), message);
    assertFalse(message.contains("secret"), message);
    assertFalse(proxies.toString().contains("proxy:1") || proxies.toString().contains("secret"));
  }

  private HubSettings settings(Map<String, String> environment) {
    return HubSettings.of(environment, folder);
  }

  private static Path pull(HubSettings settings) {
    try (Pull pull = new Pull(settings, PullGate.NONE, PullListener.NONE)) {
      return pull.fetch(pull.plan(ModelName.of("zoe/tiny"), List.of("*.json")));
    }
  }

  /** The stand-in plays the proxy: a host that does not exist is asked for by way of it. */
  @Test
  void pullsGoThroughAProxy() throws IOException {
    try (HubStandIn proxy = new HubStandIn()) {
      proxy.add("zoe/tiny").with("main", Map.of("a.json", HubStandIn.text("{}")));
      Map<String, String> environment = new LinkedHashMap<>();
      environment.put("HF_ENDPOINT", "http://hub.invalid");
      environment.put("HTTP_PROXY", "http://me:p%40ss+@127.0.0.1:" + proxy.endpoint().getPort());
      Path snapshot = pull(settings(environment));
      assertEquals("{}", Files.readString(snapshot.resolve("a.json")));
      assertTrue(proxy.requests().size() > 2);
      for (HubStandIn.Request request : proxy.requests()) {
        assertTrue(request.path().startsWith("http://hub.invalid/"), request.path());
        assertEquals(
            "Basic bWU6cEBzcys=", request.headers().get("proxy-authorization"), request.path());
      }
      proxy.reset();
      environment.put("HF_ENDPOINT", proxy.endpoint().toString());
      environment.put("NO_PROXY", "127.0.0.1");
      pull(settings(environment));
      assertTrue(proxy.requests().getFirst().path().startsWith("/api/"));
      assertNull(proxy.requests().getFirst().headers().get("proxy-authorization"));
    }
  }

  @Test
  void proxiesThatRefuseAreNamed() throws Exception {
    try (ServerSocket proxy = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Thread answers =
          Thread.ofVirtual()
              .start(() -> {
                try (Socket socket = proxy.accept()) {
                  socket.getInputStream().read(new byte[4096]);
                  socket
                      .getOutputStream()
                      .write(
                          "HTTP/1.1 407 No\r\nProxy-Authenticate: Basic realm=\"x\"\r\nContent-Length: 0\r\n\r\n"
                              .getBytes(StandardCharsets.US_ASCII));
                } catch (IOException _) {
                  // The client has gone.
                }
              });
      HubSettings settings =
          settings(
              Map.of(
                  "HF_ENDPOINT",
                  "https://hub.invalid",
                  "HTTPS_PROXY",
                  "http://me:secret@127.0.0.1:" + proxy.getLocalPort()));
      String message = assertThrows(HubException.class, () -> pull(settings)).getMessage();
      answers.join();
      assertTrue(
          message.startsWith(
              "the proxy 127.0.0.1:%d wants a name and a password".formatted(proxy.getLocalPort())),
          message);
    }
    HubSettings closed =
        settings(Map.of("HF_ENDPOINT", "https://hub.invalid", "ALL_PROXY", "127.0.0.1:1"));
    String message = assertThrows(HubException.class, () -> pull(closed)).getMessage();
    assertTrue(message.contains("by way of the proxy 127.0.0.1:1"), message);
  }
}
