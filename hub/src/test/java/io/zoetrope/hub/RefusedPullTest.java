package io.zoetrope.hub;

import static io.zoetrope.hub.HubStandIn.text;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zoetrope.hub.HubStandIn.Fault.Cut;
import io.zoetrope.hub.HubStandIn.Fault.Redirect;
import io.zoetrope.hub.HubStandIn.Fault.Silence;
import io.zoetrope.hub.HubStandIn.Fault.Status;
import io.zoetrope.hub.HubStandIn.Fault.WrongSize;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What a hub answers that is not what was asked for. */
class RefusedPullTest extends Pulls {
  @Test
  void saysWhyTheHubRefuses() throws IOException {
    hub.add("zoe/gated").with("main", files).gated();
    hub.add("zoe/secret").with("main", files).secret();
    assertRefused("", "zoe/none", "no model zoe/none, or it is private", "HF_TOKEN");
    assertRefused("", "zoe/secret", "no model zoe/secret, or it is private", "HF_TOKEN");
    assertRefused(HubStandIn.GOOD_TOKEN, "zoe/none", "no model zoe/none", "not yours");
    assertRefused("", "zoe/tiny@nope", "zoe/tiny has no revision 'nope'", "/zoe/tiny/tree/main");
    assertRefused("", "zoe/gated", "zoe/gated is gated", "HF_TOKEN");
    assertRefused(HubStandIn.STRANGER_TOKEN, "zoe/gated", "your token has no access", "ask for it");
    assertRefused("hf_bad", "zoe/tiny", "does not know the token", "HF_TOKEN");
    hub.fail("HEAD .*/config.json", 1, new Status(404, Map.of("X-Error-Code", "EntryNotFound")));
    assertRefused("", "zoe/tiny", "zoe/tiny has no file 'transformer/config.json'", "");
    String commit = hub.add("zoe/tiny").commit("main");
    assertEquals(
        List.of("transformer/config.json"),
        names(cache().folder().resolve(".no_exist").resolve(commit)));
    hub.fail("GET /cdn/", 9, new Status(416, Map.of("Content-Range", "bytes */7")));
    assertRefused("", "zoe/tiny", "its store has other ones", "bytes */7");
    hub.fail("GET /api/", 1, new Status(418, Map.of()));
    assertRefused("", "zoe/tiny", "the hub answers 418", "fault");
    hub.fail("HEAD .*safetensors", 1, new WrongSize());
    assertRefused("", "zoe/tiny", "the hub's list says", "try again later");
    assertEquals(List.of(), pauses);
    assertNothingWrong();
    hub.calm();
    for (String name : List.of("zoe/gated", "zoe/secret")) {
      pull(settings(Optional.of(HubStandIn.GOOD_TOKEN)), PullGate.NONE, name);
    }
  }

  private void assertRefused(String token, String name, String... parts) {
    Optional<String> given = Optional.of(token).filter(text -> !text.isEmpty());
    HubException refused =
        assertThrows(HubException.class, () -> pull(settings(given), PullGate.NONE, name), name);
    for (String part : parts) {
      assertTrue(refused.getMessage().contains(part), part + " in: " + refused.getMessage());
    }
    assertFalse(refused.getMessage().contains("hf_"), refused.getMessage());
  }

  @Test
  void givesTheTokenToTheHubAlone() {
    pull(settings(Optional.of(HubStandIn.GOOD_TOKEN)), PullGate.NONE, "zoe/tiny");
    for (HubStandIn.Request request : hub.requests()) {
      assertEquals(
          request.isOfContent() ? null : "Bearer " + HubStandIn.GOOD_TOKEN,
          request.headers().get("authorization"),
          request.path());
      assertEquals("identity", request.headers().get("accept-encoding"));
    }
    assertFalse(settings(Optional.of("hf_good")).toString().contains("hf_good"));
  }

  @Test
  void triesAgainWhatPasses() throws IOException {
    String large = "GET /cdn/" + hash(WEIGHTS);
    hub.fail("GET /api/.*/tree/", 1, new Status(429, Map.of("Retry-After", "7")));
    hub.fail("HEAD .*index.json", 1, new Status(429, Map.of("RateLimit", "\"pages\";r=0;t=3")));
    hub.fail("HEAD .*/transformer/config.json", 2, new Status(500, Map.of()));
    hub.fail(large, 1, new Status(503, Map.of()));
    hub.fail(large, 1, new Cut(-1));
    hub.fail(large, 1, new Status(403, Map.of()));
    hub.fail(large, 1, new Status(412, Map.of()));
    assertPulled(pullWith(1), WEIGHTS);
    List<Long> seconds = pauses.stream().map(Duration::toSeconds).sorted().toList();
    assertTrue(seconds.containsAll(List.of(1L, 2L, 4L, 7L)), seconds.toString());
    assertTrue(
        notes.stream()
            .anyMatch(note -> note.contains("wants fewer requests (429); tries again in 7 s")));
    assertEquals(
        3,
        hub.requests().stream()
            .filter(request -> request.method().equals("HEAD") && request.path().endsWith(WEIGHTS))
            .count(),
        "for the header, for the body, and when the address is no longer good");
    assertTrue(
        hub.requests().stream()
            .filter(request -> request.path().contains("" + hash(WEIGHTS)))
            .anyMatch(request -> request.headers().containsKey("if-match")));

    cacheFolder = folder.resolve("other");
    hub.fail("GET /api/", 1, new Status(429, Map.of("Retry-After", "7200")));
    assertTrue(refusal("zoe/tiny").contains("in 120 minutes"));
  }

  @Test
  void givesUpOnSilence() {
    HubSettings patience =
        settings(hub.endpoint(), cacheFolder, Optional.empty(), Duration.ofMillis(50));
    hub.fail("GET /api/", 1000, new Silence());
    HubException refused =
        assertThrows(HubException.class, () -> pull(patience, PullGate.NONE, "zoe/tiny"));
    assertTrue(refused.getMessage().contains("nothing came from 127.0.0.1"), refused.getMessage());
  }

  @Test
  void followsNoRedirectToNowhere() {
    for (String location : List.of("file:///etc/passwd", "ftp://127.0.0.1/x", "http:// no")) {
      hub.reset();
      hub.fail("GET /api/", 1, new Redirect(location));
      String refused = refusal("zoe/tiny");
      assertTrue(refused.contains("leads to"), refused);
    }
    hub.fail("GET /", 1000, new Redirect("/again"));
    assertTrue(refusal("zoe/tiny").contains("more than 8 redirects"));
  }

  @Test
  void refusesNamesThatLeadElsewhere() throws IOException {
    for (String evil : List.of("../../evil.json", "/evil.json", "a\\evil.json", "x/nul.json")) {
      hub.add("zoe/evil").with("main", Map.of(evil, text("{}")));
      String refused = refusal("zoe/evil", "*");
      assertTrue(refused.contains("could lead out of the cache"), refused);
    }
    assertFalse(Files.exists(cacheFolder));
  }
}
