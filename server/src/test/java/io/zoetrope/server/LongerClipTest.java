package io.zoetrope.server;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.zoetrope.VideoPipeline;
import io.zoetrope.media.MediaReader;
import io.zoetrope.media.MediaWriter;
import io.zoetrope.media.Provenance;
import io.zoetrope.media.VideoFrames;
import io.zoetrope.ops.Backend;
import io.zoetrope.ops.Tracer;
import io.zoetrope.pipeline.GenerationRequest;
import io.zoetrope.pipeline.Progress;
import io.zoetrope.pipeline.Setting;
import io.zoetrope.pipeline.WeightRetention;
import io.zoetrope.pipeline.sequence.Extension;
import io.zoetrope.pipeline.sequence.Joint;
import io.zoetrope.server.TestServer.Answer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Clips that go on. */
class LongerClipTest {
  /** Two rounds of which each adds four frames, and the second is cut. */
  private static final String SETTINGS =
      "\"num_frames\": 9, \"num_inference_steps\": 3, \"seed\": 3, \"seconds\": 0.875";

  private static final int ADDED = 7;

  @TempDir Path folder;

  private static byte[] content(TestServer server, String id) {
    return server.get("/v1/videos/" + id + "/content").body();
  }

  /** What the command line makes of the same clip. */
  private byte[] extended(Path clip) throws IOException {
    ServerSettings settings = TestServer.settings(folder.resolve("unused"), 1, Optional.empty());
    try (Backend device = settings.devices().getFirst().get();
        VideoPipeline pipeline =
            VideoPipeline.open(
                settings.models().get("demo").get(),
                device,
                settings.precision(),
                WeightRetention.RELEASE)) {
      VideoFrames frames = MediaReader.read(clip, 100).frames();
      Joint joint =
          Joint.of(
              pipeline.tasks(),
              pipeline.geometry().temporalScale(),
              Joint.Ends.FIRST,
              Optional.empty(),
              frames.frames());
      GenerationRequest request =
          pipeline
              .request("a red ball")
              .with(Setting.WIDTH, frames.width())
              .with(Setting.HEIGHT, frames.height())
              .with(Setting.VAE_TILING, false)
              .with(Setting.FRAMES, 9)
              .with(Setting.STEPS, 3)
              .with(Setting.SEED, 3L);
      Extension extension = new Extension(frames, joint, request, ADDED);
      Extension.Result result =
          extension.run((_, round) -> pipeline.job(round).run(Progress.NONE, Tracer.NONE));
      Path file = folder.resolve("extended.mp4");
      MediaWriter.open(file.toString())
          .write(
              result.clip(),
              8,
              extension.provenance(result, 8, device.name(), Provenance.find(clip)));
      return Files.readAllBytes(file);
    }
  }

  @Test
  void aClipGoesOnAsOnTheCommandLine() throws Exception {
    Path data = folder.resolve("data");
    String id;
    byte[] whole;
    try (TestServer server = new TestServer(data)) {
      String clip = server.begin(1);
      server.await(clip);
      Path file = Files.write(folder.resolve("clip.mp4"), content(server, clip));
      Answer answer = server.post("/v1/videos/" + clip + "/extend", "{%s}".formatted(SETTINGS));
      assertEquals(200, answer.status(), () -> new String(answer.body(), StandardCharsets.UTF_8));
      id = answer.json().path("id").asText();
      JsonNode job = server.await(id);
      assertEquals("completed", job.get("status").asText(), job::toString);
      assertEquals("extension", job.get("task").asText());
      assertEquals(clip, job.get("extended_from").asText());
      assertEquals("a red ball", job.get("prompt").asText());
      assertEquals("1.5", job.get("seconds").asText());
      assertEquals(5 + ADDED, job.at("/settings/num_frames").asInt());
      assertEquals(2, job.at("/settings/rounds").asInt());
      whole = content(server, id);
      assertArrayEquals(extended(file), whole);
      assertFalse(Files.exists(data.resolve("jobs").resolve(id).resolve("rounds")));
      assertEquals(409, server.post("/v1/videos/" + id + "/remix", "{}").status());

      // The same clip as an upload, which is not asked where it comes from.
      String url =
          "data:video/mp4;base64," + Base64.getEncoder().encodeToString(Files.readAllBytes(file));
      Answer uploaded =
          server.post(
              "/generate/extend",
              "{\"prompt\": \"a red ball\", \"video\": \"%s\", %s}".formatted(url, SETTINGS));
      String other = uploaded.json().path("id").asText();
      assertEquals("completed", server.await(other).get("status").asText());
      Path again = Files.write(folder.resolve("again.mp4"), content(server, other));
      Path once = Files.write(folder.resolve("once.mp4"), whole);
      assertArrayEquals(
          MediaReader.read(once, 100).frames().frame(11),
          MediaReader.read(again, 100).frames().frame(11));
      refuses(server, clip);
    }
  }

  private static void refuses(TestServer server, String clip) {
    Map<String, String> bad =
        Map.of(
            "\"direction\": \"up\"", "direction",
            "\"overlap\": 0", "overlap",
            "\"overlap\": 9", "overlap",
            "\"video\": \"x\"", "video",
            "\"size\": \"33x32\"", "size",
            "\"num_frames\": 1", "num_frames",
            "\"seconds\": 3000", "seconds",
            "\"seconds\": 1, \"direction\": \"loop\"", "seconds",
            "\"input_reference\": \"data:image/png;base64,AAAA\"", "input_reference",
            "\"extra_params\": {\"strength\": 0.5}", "extra_params.strength");
    bad.forEach((field, parameter) -> {
      Answer answer = server.post("/v1/videos/" + clip + "/extend", "{%s}".formatted(field));
      String shown = field + " " + new String(answer.body(), StandardCharsets.UTF_8);
      assertEquals(400, answer.status(), shown);
      assertEquals(parameter, answer.parameter(), shown);
    });
    for (String video :
        Set.of("/etc/passwd", "video_00000000000000000000000000000000", "file:///etc/passwd")) {
      Answer answer =
          server.post(
              "/generate/extend", "{\"prompt\": \"a\", \"video\": \"%s\"}".formatted(video));
      assertEquals(400, answer.status(), video);
      assertEquals("video", answer.parameter(), video);
    }
    assertEquals("video", server.post("/generate/extend", "{\"prompt\": \"a\"}").parameter());
  }

  @Test
  void goesOnInTheRoundWhereItWasStopped() throws Exception {
    Path data = folder.resolve("data");
    String settings =
        SETTINGS.replace("\"num_inference_steps\": 3", "\"num_inference_steps\": 200");
    String id;
    try (TestServer server = new TestServer(data)) {
      String clip = server.begin(1);
      server.await(clip);
      id =
          server
              .post("/v1/videos/" + clip + "/extend", "{%s}".formatted(settings))
              .json()
              .get("id")
              .asText();
      while (!server
              .get("/v1/videos/" + id)
              .json()
              .at("/stage/title")
              .asText()
              .equals("denoising, round 2 of 2")
          || server.get("/v1/videos/" + id).json().at("/stage/step").asInt() < 2) {
        Thread.sleep(5);
      }
    }
    Path kept = data.resolve("jobs").resolve(id);
    assertTrue(Files.exists(kept.resolve("rounds/1.raw")));
    assertTrue(Files.exists(kept.resolve("checkpoint.safetensors")));
    try (TestServer server = new TestServer(data)) {
      JsonNode job = server.await(id);
      assertEquals("completed", job.get("status").asText(), job::toString);
      String clip = job.get("extended_from").asText();
      String undisturbed =
          server
              .post("/v1/videos/" + clip + "/extend", "{%s}".formatted(settings))
              .json()
              .get("id")
              .asText();
      server.await(undisturbed);
      assertArrayEquals(content(server, undisturbed), content(server, id));
    }
  }
}
