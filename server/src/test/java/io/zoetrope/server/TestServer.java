package io.zoetrope.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.zoetrope.ops.BackendProvider;
import io.zoetrope.pipeline.ModelPrecision;
import io.zoetrope.pipeline.family.ModelFolder;
import io.zoetrope.pipeline.family.ModelSource;
import io.zoetrope.server.api.Json;
import io.zoetrope.server.model.Limits;
import io.zoetrope.server.work.JobService;
import io.zoetrope.tensor.DType;
import io.zoetrope.testing.Fixtures;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.function.Supplier;

/** A server with the demo model, and a client of it. */
final class TestServer implements AutoCloseable {
  /** A clip that takes a moment. */
  static final String SMALL =
      "{\"prompt\": \"a red ball\", \"size\": \"32x32\", \"num_frames\": 5, \"seed\": 7,"
          + " \"num_inference_steps\": %d}";

  private static final Path DEMO = Fixtures.path("../demo-model/model").normalize();

  private final HttpClient client = HttpClient.newHttpClient();
  private final ZoetropeServer server;

  /**
   * An answer.
   *
   * @param status of HTTP
   * @param body its bytes
   * @param response with its headers
   */
  record Answer(int status, byte[] body, HttpResponse<byte[]> response) {
    JsonNode json() {
      return Json.trusted(new String(body, StandardCharsets.UTF_8));
    }

    String header(String name) {
      return response.headers().firstValue(name).orElse("");
    }

    String parameter() {
      return json().at("/error/param").asText();
    }
  }

  TestServer(Path data) {
    this(settings(data, 8, Optional.empty()));
  }

  TestServer(ServerSettings settings) {
    server = ZoetropeServer.start(settings, _ -> {});
  }

  /** The demo model, on one thread. */
  static ServerSettings settings(Path data, int mostQueued, Optional<String> token) {
    SequencedMap<String, Supplier<ModelSource>> models = new LinkedHashMap<>();
    models.put("demo", () -> ModelFolder.open(DEMO));
    return new ServerSettings(
        "127.0.0.1",
        0,
        models,
        new ModelPrecision(DType.F32, DType.F32),
        List.of(() -> BackendProvider.open("cpu", 1)),
        data,
        Optional.empty(),
        token,
        Set.of(),
        false,
        new JobService.Policy(mostQueued, 1, Duration.ZERO),
        Limits.DEFAULT);
  }

  /** Where it answers, with a slash at the end. */
  URI address() {
    return URI.create("http://127.0.0.1:%d/".formatted(server.port()));
  }

  HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(
        URI.create("http://127.0.0.1:%d%s".formatted(server.port(), path)));
  }

  Answer send(HttpRequest.Builder request) {
    try {
      HttpResponse<byte[]> response = client.send(request.build(), BodyHandlers.ofByteArray());
      return new Answer(response.statusCode(), response.body(), response);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  Answer get(String path) {
    return send(request(path));
  }

  Answer delete(String path) {
    return send(request(path).DELETE());
  }

  Answer post(String path, String body, String... headers) {
    HttpRequest.Builder request =
        request(path)
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(body));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return send(request);
  }

  /** Sends a form; a value with a file name is a file. */
  Answer form(String path, Map<String, byte[]> parts, Set<String> files) {
    var body = new ByteArrayOutputStream();
    parts.forEach((name, value) -> {
      String file = files.contains(name) ? "; filename=\"x.png\"" : "";
      body.writeBytes(
          "--parts\r\nContent-Disposition: form-data; name=\"%s\"%s\r\n\r\n"
              .formatted(name, file)
              .getBytes(StandardCharsets.UTF_8));
      body.writeBytes(value);
      body.writeBytes("\r\n".getBytes(StandardCharsets.UTF_8));
    });
    body.writeBytes("--parts--\r\n".getBytes(StandardCharsets.UTF_8));
    return send(
        request(path)
            .header("Content-Type", "multipart/form-data; boundary=parts")
            .POST(BodyPublishers.ofByteArray(body.toByteArray())));
  }

  /** Begins a small job. */
  String begin(int steps) {
    return post("/v1/videos", SMALL.formatted(steps)).json().get("id").asText();
  }

  /** Waits until a job is over. */
  ObjectNode await(String id) {
    long end = System.nanoTime() + Duration.ofSeconds(120).toNanos();
    while (System.nanoTime() < end) {
      JsonNode job = get("/v1/videos/" + id).json();
      if (Set.of("completed", "failed").contains(job.path("status").asText())) {
        return (ObjectNode) job;
      }
      try {
        Thread.sleep(20);
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }
    throw new AssertionError("job %s does not end".formatted(id));
  }

  @Override
  public void close() {
    client.close();
    server.close();
  }
}
