package io.zoetrope.server.web;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.zoetrope.server.api.ApiException;
import io.zoetrope.server.api.Fields;
import io.zoetrope.server.api.Json;
import io.zoetrope.server.store.JobRecord;
import io.zoetrope.server.store.JobStatus;
import io.zoetrope.server.work.JobService;
import java.io.IOException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;

/** The same jobs as clients of Runway's API ask for them, and by the paths of older servers. */
final class OtherFaces {
  private static final int NO_CONTENT = 204;
  private static final int LONGEST = 200;

  /** What Runway's clients call parameters. */
  private static final Map<String, String> NAMES =
      Map.of("prompt", "promptText", "size", "ratio", "seconds", "duration");

  private final JobService jobs;
  private final VideoRoutes videos;

  OtherFaces(JobService jobs, VideoRoutes videos) {
    this.jobs = jobs;
    this.videos = videos;
  }

  void addTo(RoutesConfig routes) {
    routes.post("/v1/text_to_video", request -> task(request, null));
    routes.post("/v1/image_to_video", request -> task(request, "promptImage"));
    routes.post("/v1/video_to_video", request -> task(request, "promptVideo"));
    routes.get("/v1/tasks/{id}", request -> VideoRoutes.answer(request, view(request)));
    routes.delete(
        "/v1/tasks/{id}",
        request -> {
          jobs.delete(videos.job(request).id());
          request.status(NO_CONTENT);
        });
    routes.post("/generate/video", request -> generate(request, null));
    routes.post("/generate/image-to-video", request -> generate(request, "image"));
    routes.post("/generate/extend", this::extend);
  }

  // ---------------------------------------------------------------- Runway's

  /**
   * A task.
   *
   * @param input name of the field with the picture or the clip; null for none
   */
  private void task(Context request, String input) throws IOException {
    Body body = videos.body(request);
    Fields fields = body.fields();
    fields.any("promptText").ifPresent(prompt -> fields.putIfAbsent("prompt", prompt));
    fields
        .text("ratio", LONGEST)
        .ifPresent(ratio -> fields.putIfAbsent("size", Json.of(ratio.replace(':', 'x'))));
    fields.any("duration").ifPresent(seconds -> fields.putIfAbsent("seconds", seconds));
    if (input != null) {
      given(fields, input);
    }
    try {
      ObjectNode view = videos.create(request, body).view();
      VideoRoutes.answer(request, Json.object().set("id", view.get("id")));
    } catch (ApiException e) {
      String known = e.parameter() == null ? "" : e.parameter();
      throw e.blaming(
          known.equals("input_reference") ? input : NAMES.getOrDefault(known, e.parameter()));
    }
  }

  /** The picture, or a list of one with its place. */
  private static void given(Fields fields, String name) {
    JsonNode value =
        fields
            .any(name)
            .orElseThrow(() ->
                new ApiException(400, name, "missing_parameter", name + ": a data URL is needed"));
    if (!value.isArray()) {
      fields.putIfAbsent("input_reference", value);
      return;
    }
    for (JsonNode picture : value) {
      String place = picture.path("position").asText("first");
      if (place.equals("last")) {
        fields.putIfAbsent("extra_params", Json.object().set("last_image", picture.get("uri")));
      } else if (place.equals("first") && picture.has("uri")) {
        fields.putIfAbsent("input_reference", picture.get("uri"));
      } else {
        throw ApiException.invalid(name, name + ": each has a uri, and a position first or last");
      }
    }
  }

  private ObjectNode view(Context request) {
    JobRecord job = videos.job(request);
    ObjectNode shown = jobs.view(job);
    ObjectNode task = Json.object();
    task.put("id", job.id());
    task.put("status", status(job.status()));
    task.put(
        "createdAt",
        Instant.EPOCH
            .plus(job.created(), ChronoUnit.MICROS)
            .truncatedTo(ChronoUnit.MILLIS)
            .toString());
    if (job.status() == JobStatus.IN_PROGRESS) {
      task.put("progress", shown.get("progress").asInt() / 100.0);
    }
    if (job.status() == JobStatus.COMPLETED) {
      task.putArray("output")
          .add(
              "%s://%s/v1/videos/%s/content".formatted(request.scheme(), request.host(), job.id()));
    }
    if (job.error() != null) {
      task.put("failure", job.error().message());
      task.put("failureCode", job.error().code());
    }
    return task;
  }

  private static String status(JobStatus status) {
    return switch (status) {
      case QUEUED -> "PENDING";
      case IN_PROGRESS -> "RUNNING";
      case COMPLETED -> "SUCCEEDED";
      case FAILED -> "FAILED";
    };
  }

  // ---------------------------------------------------------------- older paths

  private void generate(Context request, String input) throws IOException {
    Body body = videos.body(request);
    if (input != null) {
      body.fields()
          .any(input)
          .ifPresent(picture -> body.fields().putIfAbsent("input_reference", picture));
      if (!body.fields().has("input_reference")) {
        throw new ApiException(
            400, input, "missing_parameter", input + ": a data URL or a file is needed");
      }
    }
    VideoRoutes.answer(request, videos.create(request, body).view());
  }

  private void extend(Context request) throws IOException {
    VideoRoutes.answer(request, videos.extend(request, videos.body(request)).view());
  }
}
