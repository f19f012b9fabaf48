package io.zoetrope.bench.load;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Stream;

/** What the simulated clients say to a server. */
final class Client implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final URI server;

  Client(URI server) {
    this.server = server;
  }

  /** Asks for a clip. */
  HttpResponse<String> submit(Map<String, Object> job) throws IOException, InterruptedException {
    return post("v1/videos", job);
  }

  /** Asks what a clip would take. */
  HttpResponse<String> forecast(Map<String, Object> job) throws IOException, InterruptedException {
    return post("v1/videos/forecast", job);
  }

  private HttpResponse<String> post(String path, Map<String, Object> job)
      throws IOException, InterruptedException {
    return post(path, JSON.writeValueAsString(job));
  }

  /** Sends a text that is JSON, or should be. */
  HttpResponse<String> post(String path, String body) throws IOException, InterruptedException {
    HttpRequest request =
        request(path)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .timeout(PATIENCE)
            .build();
    return http.send(request, BodyHandlers.ofString());
  }

  /** Asks for something that is answered at once. */
  HttpResponse<String> get(String path) throws IOException, InterruptedException {
    return http.send(request(path).timeout(PATIENCE).build(), BodyHandlers.ofString());
  }

  /** The bytes of a finished clip. */
  HttpResponse<byte[]> content(String id) throws IOException, InterruptedException {
    return http.send(
        request("v1/videos/%s/content".formatted(id)).timeout(PATIENCE).build(),
        BodyHandlers.ofByteArray());
  }

  /** Opens the stream of a job's events, which stays open while the job goes on. */
  HttpResponse<Stream<String>> events(String id) throws IOException, InterruptedException {
    BodyHandler<Stream<String>> lines = BodyHandlers.ofLines();
    return http.send(request("v1/videos/%s/events".formatted(id)).build(), lines);
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(server.resolve(path));
  }

  /** The JSON of an answer. */
  static JsonNode json(HttpResponse<String> answer) throws IOException {
    return JSON.readTree(answer.body());
  }

  /** Ends at once, with whatever streams are open. */
  @Override
  public void close() {
    http.shutdownNow();
  }
}
