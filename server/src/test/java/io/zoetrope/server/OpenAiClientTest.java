package io.zoetrope.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.JsonValue;
import com.openai.core.http.HttpResponse;
import com.openai.errors.BadRequestException;
import com.openai.errors.NotFoundException;
import com.openai.errors.UnauthorizedException;
import com.openai.models.videos.Video;
import com.openai.models.videos.VideoCreateParams;
import com.openai.models.videos.VideoDeleteResponse;
import com.openai.models.videos.VideoDownloadContentParams;
import com.openai.models.videos.VideoListParams;
import com.openai.models.videos.VideoRemixParams;
import com.openai.models.videos.VideoSize;
import com.openai.services.blocking.VideoService;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The official Java client, as it is, against a server with a token. */
@SuppressWarnings(
    "deprecation") // Since OpenAI closed its own video service, the client calls its videos that.
class OpenAiClientTest {
  private static final String TOKEN = "0123456789abcdef-test";
  private static final String PROMPT = "a red ball bounces on green grass";

  @TempDir private static Path folder;

  private static TestServer server;
  private static OpenAIClient client;

  @BeforeAll
  static void start() {
    server = new TestServer(TestServer.settings(folder.resolve("data"), 8, Optional.of(TOKEN)));
    client = client(TOKEN);
  }

  @AfterAll
  static void stop() {
    client.close();
    server.close();
  }

  private static OpenAIClient client(String token) {
    return OpenAIOkHttpClient.builder()
        .baseUrl(server.address() + "v1")
        .apiKey(token)
        .maxRetries(0)
        .timeout(Duration.ofSeconds(30))
        .build();
  }

  private static VideoService videos() {
    return client.videos();
  }

  /** A small clip; OpenAI's own fields apart, the client passes on what it does not know. */
  private static VideoCreateParams.Builder small() {
    return VideoCreateParams.builder()
        .prompt(PROMPT)
        .size(VideoSize.of("32x32"))
        .putAdditionalBodyProperty("num_frames", JsonValue.from(5))
        .putAdditionalBodyProperty("num_inference_steps", JsonValue.from(2));
  }

  private static Video finished(Video video) throws InterruptedException {
    while (List.of(Video.Status.QUEUED, Video.Status.IN_PROGRESS).contains(video.status())) {
      Thread.sleep(20);
      video = videos().retrieve(video.id());
    }
    assertEquals(Video.Status.COMPLETED, video.status(), () -> "failed");
    return video;
  }

  private static byte[] content(String id, VideoDownloadContentParams.Variant variant)
      throws IOException {
    VideoDownloadContentParams params =
        VideoDownloadContentParams.builder().videoId(id).variant(variant).build();
    try (HttpResponse answer = videos().downloadContent(params);
        InputStream body = answer.body()) {
      return body.readAllBytes();
    }
  }

  @Test
  void aVideoFromItsRequestToItsEnd() throws IOException, InterruptedException {
    Video created = videos().create(small().model("demo").build());
    assertEquals(PROMPT, created.prompt().orElseThrow());
    assertEquals("32x32", created.size().toString());

    Video made = finished(created);
    assertEquals(100, made.progress());
    assertTrue(made.completedAt().orElseThrow() >= made.createdAt());
    assertTrue(made.error().isEmpty());

    byte[] clip = content(made.id(), VideoDownloadContentParams.Variant.VIDEO);
    assertEquals("ftyp", new String(clip, 4, 4, StandardCharsets.US_ASCII));
    byte[] thumbnail = content(made.id(), VideoDownloadContentParams.Variant.THUMBNAIL);
    assertEquals((byte) 0xff, thumbnail[0]);
    assertEquals((byte) 0xd8, thumbnail[1]);

    Video remix =
        videos().remix(made.id(), VideoRemixParams.builder().prompt("a blue ball bounces").build());
    assertEquals(made.id(), remix.remixedFromVideoId().orElseThrow());
    assertEquals("32x32", finished(remix).size().toString());

    Video continued = finished(videos().create(small().inputReference(thumbnail).build()));
    assertEquals("image to video", text(continued, "task"));

    List<String> ids =
        videos().list(VideoListParams.builder().limit(1).build()).autoPager().stream()
            .map(Video::id)
            .toList();
    assertEquals(List.of(continued.id(), remix.id(), made.id()), ids);

    for (String id : ids) {
      VideoDeleteResponse deleted = videos().delete(id);
      assertTrue(deleted.deleted());
      assertEquals(id, deleted.id());
    }
    assertThrows(NotFoundException.class, () -> videos().retrieve(made.id()));
    assertFalse(videos().list().autoPager().iterator().hasNext());
  }

  private static String text(Video video, String name) {
    return video._additionalProperties().get(name).convert(String.class);
  }

  @Test
  void errorsAreThoseOfTheClient() {
    BadRequestException e =
        assertThrows(
            BadRequestException.class,
            () -> videos().create(small().size(VideoSize.of("33x32")).build()));
    assertEquals("size", e.param().orElseThrow());
    assertEquals("invalid_request_error", e.type().orElseThrow());
    OpenAIClient stranger = client("another token of a stranger");
    assertThrows(UnauthorizedException.class, () -> stranger.videos().list());
    stranger.close();
  }
}
