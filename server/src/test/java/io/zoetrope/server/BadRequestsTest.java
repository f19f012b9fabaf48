package io.zoetrope.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zoetrope.server.TestServer.Answer;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Requests that are refused, each with the parameter that is to blame. */
class BadRequestsTest {
  @TempDir static Path folder;
  private static TestServer server;

  @BeforeAll
  static void start() {
    server =
        new TestServer(
            TestServer.settings(folder.resolve("data"), 2, Optional.of("a-token-of-this-test")));
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static Answer post(String path, String body) {
    return server.post(path, body, "Authorization", "Bearer a-token-of-this-test");
  }

  @Test
  void namesTheParameter() throws IOException {
    List<BadRequest> table = BadRequest.table();
    for (BadRequest bad : table) {
      Answer answer = post(bad.path(), bad.body());
      String shown =
          "%s %.200s -> %.400s"
              .formatted(bad.path(), bad.body(), new String(answer.body(), StandardCharsets.UTF_8));
      assertTrue(answer.status() >= 400 && answer.status() < 500, shown);
      String blamed = bad.parameter().isEmpty() ? "null" : bad.parameter();
      assertEquals(blamed, answer.parameter(), shown);
      assertFalse(answer.json().at("/error/message").asText().isBlank(), shown);
      assertFalse(shown.contains(folder.toString()), "a path of this machine: " + shown);
    }
    assertTrue(table.size() >= 60, "rows");
    Answer list = server.send(authorized("/v1/videos"));
    assertEquals(0, list.json().get("data").size(), "none became a job");
  }

  private static HttpRequest.Builder authorized(String path) {
    return server.request(path).header("Authorization", "Bearer a-token-of-this-test");
  }

  @Test
  void refusesBodiesThatAreNone() {
    Map<String, Integer> types =
        Map.of("text/plain", 415, "application/json", 400, "multipart/form-data", 400);
    types.forEach((type, status) ->
        assertEquals(
            status,
            server
                .send(
                    authorized("/v1/videos")
                        .header("Content-Type", type)
                        .POST(BodyPublishers.ofString("nothing")))
                .status(),
            type));
    Answer none = server.send(authorized("/v1/videos/video_0/../../etc/passwd/content"));
    assertEquals(404, none.status());
    for (String path :
        List.of("/..%2f..%2fetc/passwd", "/%2e%2e/lock", "/web/../lock", "/v1/videos/..%2fx")) {
      int status = server.send(authorized(path)).status();
      assertTrue(status == 400 || status == 404, path + " " + status);
    }
  }

  @Test
  void refusesQueriesThatAreNone() {
    Stream.of("limit=0", "limit=101", "limit=x", "order=up", "after=video_0", "status=done", "x=1")
        .forEach(query -> {
          Answer answer = server.send(authorized("/v1/videos?" + query));
          assertEquals(400, answer.status(), query);
          assertEquals(query.substring(0, query.indexOf('=')), answer.parameter());
        });
  }

  @Test
  void asksForTheToken() {
    assertEquals(401, server.get("/v1/videos").status());
    assertEquals(401, server.get("/metrics").status());
    assertEquals(200, server.get("/health").status());
    assertEquals(
        401,
        server.send(server.request("/v1/models").header("Authorization", "Bearer wrong")).status());
    assertEquals(401, server.post("/v1/session", "{\"token\": \"wrong\"}").status());
    Answer signedIn = server.post("/v1/session", "{\"token\": \"a-token-of-this-test\"}");
    assertTrue(signedIn.json().get("authenticated").asBoolean());
    String cookie = signedIn.header("Set-Cookie");
    assertTrue(cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"), cookie);
    String session = cookie.substring(0, cookie.indexOf(';'));
    assertEquals(200, server.send(server.request("/v1/models").header("Cookie", session)).status());
  }

  @Test
  void answersNoPageOfAnotherOrigin() {
    for (String origin : Set.of("http://evil.example", "null", "http://127.0.0.1:1")) {
      Answer answer = server.send(authorized("/v1/videos").header("Origin", origin));
      assertEquals(403, answer.status(), origin);
    }
    Answer crossSite = server.send(authorized("/v1/videos").header("Sec-Fetch-Site", "cross-site"));
    assertEquals(403, crossSite.status());
  }

  @Test
  void lettsNoMoreWaitThanMayWait() {
    // One runs, two wait.
    int refused = 0;
    for (int i = 0; i < 4; i++) {
      Answer answer = post("/v1/videos", TestServer.SMALL.formatted(1000));
      if (answer.status() == 429) {
        refused++;
        assertFalse(answer.header("Retry-After").isEmpty());
      }
    }
    assertTrue(refused >= 1, "refused: " + refused);
    server
        .send(authorized("/v1/videos"))
        .json()
        .get("data")
        .forEach(job -> server.send(authorized("/v1/videos/" + job.get("id").asText()).DELETE()));
  }
}
