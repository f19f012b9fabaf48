package io.zoetrope.server;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.zoetrope.media.MediaReader;
import io.zoetrope.media.PictureWriter;
import io.zoetrope.media.Provenance;
import io.zoetrope.media.VideoFrames;
import io.zoetrope.server.TestServer.Answer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A server from the outside: what clients do, on the demo model. */
class ServerTest {
  @TempDir static Path folder;
  private static TestServer server;

  /** A clip that tests look at and do not change. */
  private static String clip;

  @BeforeAll
  static void start() {
    server = new TestServer(folder.resolve("data"));
    clip = server.begin(2);
    server.await(clip);
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @Test
  void makesAClipOfAPrompt() throws IOException {
    JsonNode job = server.get("/v1/videos/" + clip).json();
    assertEquals("completed", job.get("status").asText(), job::toString);
    assertEquals("32x32", job.get("size").asText());
    assertEquals("0.625", job.get("seconds").asText());
    assertEquals(7, job.at("/settings/seed").asLong());
    assertEquals(100, job.get("progress").asInt());
    assertTrue(job.at("/forecast/memory/needed_bytes").asLong() > 1 << 20);
    Answer content = server.get("/v1/videos/" + clip + "/content");
    assertEquals("video/mp4", content.header("Content-Type"));
    Path file = Files.write(folder.resolve("clip.mp4"), content.body());
    assertEquals(5, MediaReader.read(file, 100).frames().frames());
    assertEquals("a red ball", Provenance.read(file).entries().get("prompt"));
    for (String variant : new String[] {"thumbnail", "spritesheet"}) {
      Answer picture = server.get("/v1/videos/%s/content?variant=%s".formatted(clip, variant));
      assertEquals("image/jpeg", picture.header("Content-Type"));
      assertEquals((byte) 0xff, picture.body()[0], variant);
    }
    assertEquals("no-referrer", content.header("Referrer-Policy"));
  }

  @Test
  void sendsThePartThatIsAskedFor() {
    String path = "/v1/videos/" + clip + "/content";
    Answer whole = server.get(path);
    int size = whole.body().length;
    Map<String, int[]> ranges = new LinkedHashMap<>();
    ranges.put("bytes=0-9", new int[] {0, 10});
    ranges.put("bytes=100-", new int[] {100, size});
    ranges.put("bytes=-7", new int[] {size - 7, size});
    ranges.put("bytes=%d-99999999".formatted(size - 1), new int[] {size - 1, size});
    ranges.forEach((range, part) -> {
      Answer answer = server.send(server.request(path).header("Range", range));
      assertEquals(206, answer.status(), range);
      assertArrayEquals(Arrays.copyOfRange(whole.body(), part[0], part[1]), answer.body(), range);
      assertEquals(
          "bytes %d-%d/%d".formatted(part[0], part[1] - 1, size), answer.header("Content-Range"));
    });
    Answer beyond = server.send(server.request(path).header("Range", "bytes=" + size + "-"));
    assertEquals(416, beyond.status());
    assertEquals("bytes */" + size, beyond.header("Content-Range"));
    String tag = whole.header("ETag");
    assertEquals(304, server.send(server.request(path).header("If-None-Match", tag)).status());
    Answer changed =
        server.send(server.request(path).header("Range", "bytes=0-9").header("If-Range", "\"x\""));
    assertEquals(200, changed.status());
  }

  @Test
  void makesOneJobOfOneKey() {
    String body = TestServer.SMALL.formatted(1);
    Answer first = server.post("/v1/videos", body, "Idempotency-Key", "one");
    Answer again = server.post("/v1/videos", body, "Idempotency-Key", "one");
    assertEquals(first.json().get("id"), again.json().get("id"));
    Answer other =
        server.post("/v1/videos", TestServer.SMALL.formatted(2), "Idempotency-Key", "one");
    assertEquals(409, other.status());
    assertEquals("idempotency_key_reused", other.json().at("/error/code").asText());
  }

  @Test
  void tellsWhatHappensAndGoesOnBehindTheLastEvent() {
    String id = server.begin(12);
    String all = text(server.get("/v1/videos/" + id + "/events"));
    assertTrue(all.startsWith("event: status\n"), all);
    assertTrue(all.contains("event: preview\n"), "a preview");
    assertTrue(all.contains("\"title\":\"denoising\""), "progress");
    assertTrue(all.endsWith("\n\n") && all.lastIndexOf("event: done\n") > 0, "the end");
    String[] events = all.split("\n\n");
    String middle = events[events.length / 2].lines().findFirst().orElseThrow();
    String rest =
        text(
            server.send(
                server
                    .request("/v1/videos/" + id + "/events")
                    .header("Last-Event-ID", middle.substring("id: ".length()))));
    assertTrue(rest.contains("event: done\n"), rest);
    assertFalse(rest.contains(middle + "\n"), "what was heard is not told again");
  }

  private static String text(Answer answer) {
    return new String(answer.body(), StandardCharsets.UTF_8);
  }

  @Test
  void cancelsWithinAStep() throws InterruptedException {
    String id = server.begin(1000);
    while (!server.get("/v1/videos/" + id).json().at("/stage/name").asText().equals("denoise")) {
      Thread.sleep(10);
    }
    assertTrue(server.delete("/v1/videos/" + id).json().get("deleted").asBoolean());
    assertEquals(404, server.get("/v1/videos/" + id).status());
    // The next job would wait for the thousand steps.
    assertEquals("completed", server.await(server.begin(1)).get("status").asText());
    assertFalse(Files.exists(folder.resolve("data/jobs").resolve(id)));
  }

  @Test
  void listsPageByPage() {
    String second = server.begin(1);
    server.await(second);
    JsonNode page = server.get("/v1/videos?limit=1").json();
    assertEquals(1, page.get("data").size());
    assertTrue(page.get("has_more").asBoolean());
    String last = page.get("last_id").asText();
    JsonNode next = server.get("/v1/videos?limit=100&after=" + last).json();
    assertFalse(next.get("has_more").asBoolean());
    assertTrue(next.findValuesAsText("id").contains(clip));
    JsonNode oldest = server.get("/v1/videos?limit=1&order=asc").json();
    assertEquals(clip, oldest.get("first_id").asText());
    assertEquals(0, server.get("/v1/videos?query=100%25").json().get("data").size());
    server.post("/v1/videos/" + second, "{\"favourite\": true, \"metadata\": {\"a\": \"b\"}}");
    JsonNode favourites = server.get("/v1/videos?favourite=true").json().get("data");
    assertEquals(1, favourites.size());
    assertEquals("b", favourites.get(0).at("/metadata/a").asText());
  }

  @Test
  void changesAndJoinsClips() throws IOException {
    Answer remix = server.post("/v1/videos/" + clip + "/remix", "{\"prompt\": \"a blue ball\"}");
    JsonNode changed = server.await(remix.json().get("id").asText());
    assertEquals(clip, changed.get("remixed_from_video_id").asText());
    assertEquals("32x32", changed.get("size").asText());
    assertEquals(7, changed.at("/settings/seed").asLong());
    assertNotEquals(
        server.get("/v1/videos/" + clip + "/content").header("Content-Length"),
        server
            .get("/v1/videos/" + changed.get("id").asText() + "/content")
            .header("Content-Length"));
    Answer film =
        server.post(
            "/v1/videos/assemble",
            "{\"videos\": [\"%s\", \"%s\"]}".formatted(clip, changed.get("id").asText()));
    JsonNode joined = server.await(film.json().get("id").asText());
    assertEquals("completed", joined.get("status").asText(), joined::toString);
    assertEquals(10, joined.at("/settings/num_frames").asInt());
    assertTrue(joined.at("/settings/is_copied").asBoolean(), "encoded as they are");
  }

  @Test
  void takesPicturesAsFilesAndAsText() throws IOException {
    byte[] red = new byte[3 * 48 * 48];
    for (int i = 0; i < red.length; i += 3) {
      red[i] = (byte) 200;
    }
    Path picture = folder.resolve("red.png");
    PictureWriter.write(picture, new VideoFrames(48, 48, 1, red), Provenance.of(Map.of()));
    byte[] png = Files.readAllBytes(picture);
    Map<String, byte[]> parts = new LinkedHashMap<>();
    parts.put("prompt", "a red ball".getBytes(StandardCharsets.UTF_8));
    parts.put("size", "32x32".getBytes(StandardCharsets.UTF_8));
    parts.put("num_frames", "5".getBytes(StandardCharsets.UTF_8));
    parts.put("num_inference_steps", "1".getBytes(StandardCharsets.UTF_8));
    parts.put("input_reference", png);
    Answer form = server.form("/v1/videos/sync", parts, Set.of("input_reference"));
    assertEquals(200, form.status(), () -> text(form));
    JsonNode job = server.get("/v1/videos/" + form.header("X-Video-Id")).json();
    assertEquals("image to video", job.get("task").asText());
    Path file = Files.write(folder.resolve("begins-red.mp4"), form.body());
    byte[] first = MediaReader.read(file, 5).frames().frame(0);
    assertTrue((first[0] & 0xff) > 120 && (first[1] & 0xff) < 90, "the first frame is the picture");
    String task =
        "{\"promptText\": \"a red ball\", \"ratio\": \"32:32\", \"duration\": 0.5, \"seed\": 1,"
            + " \"num_inference_steps\": 1, \"promptImage\": \"data:image/png;base64,%s\"}"
                .formatted(Base64.getEncoder().encodeToString(png));
    String id = server.post("/v1/image_to_video", task).json().get("id").asText();
    server.await(id);
    JsonNode done = server.get("/v1/tasks/" + id).json();
    assertEquals("SUCCEEDED", done.get("status").asText());
    assertTrue(done.at("/output/0").asText().endsWith(id + "/content"));
  }

  @Test
  void forecastsAndRefusesWhatDoesNotFit() {
    String large = "{\"prompt\": \"a red ball\", \"size\": \"704x704\", \"num_frames\": 401}";
    Answer forecast = server.post("/v1/videos/forecast", large);
    assertEquals(200, forecast.status(), () -> text(forecast));
    assertFalse(forecast.json().get("fits").asBoolean());
    Answer refused = server.post("/v1/videos", large);
    assertEquals(400, refused.status());
    JsonNode error = refused.json().get("error");
    assertEquals("insufficient_memory", error.get("code").asText());
    assertTrue(error.get("needed_bytes").asLong() > error.get("available_bytes").asLong());
  }

  @Test
  void saysWhatItServes() {
    JsonNode model = server.get("/v1/models").json().at("/data/0");
    assertEquals("demo", model.get("id").asText());
    assertTrue(model.at("/accepts/image").asBoolean());
    Set<String> names = Set.copyOf(model.get("options").findValuesAsText("name"));
    assertTrue(names.contains("num_inference_steps"));
    assertFalse(names.contains("guidance_scale_2"), "it has one transformer");
    assertEquals("ok", server.get("/health").json().get("status").asText());
    assertTrue(text(server.get("/metrics")).contains("zoetrope_jobs_running"));
    assertEquals(200, server.get("/openapi.json").status());
    assertTrue(server.get("/").header("Content-Security-Policy").contains("default-src 'none'"));
  }
}
