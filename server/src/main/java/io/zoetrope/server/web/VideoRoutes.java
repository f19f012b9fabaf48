package io.zoetrope.server.web;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.zoetrope.server.api.ApiException;
import io.zoetrope.server.api.Fields;
import io.zoetrope.server.api.Json;
import io.zoetrope.server.model.ExtensionRequest;
import io.zoetrope.server.model.Limits;
import io.zoetrope.server.model.Planner;
import io.zoetrope.server.model.VideoRequest;
import io.zoetrope.server.store.JobQuery;
import io.zoetrope.server.store.JobRecord;
import io.zoetrope.server.store.JobStatus;
import io.zoetrope.server.work.DataFolder;
import io.zoetrope.server.work.JobEvents;
import io.zoetrope.server.work.JobIntake;
import io.zoetrope.server.work.JobService;
import io.zoetrope.server.work.Work;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** The paths of OpenAI's video API, and those that this server has beside. */
final class VideoRoutes {
  private static final int DEFAULT_LIMIT = 20;
  private static final int MOST = 100;
  private static final int LONGEST_KEY = 255;
  private static final int LONGEST_ID = 64;
  private static final int GONE = 410;
  private static final Pattern ID = Pattern.compile("video_[0-9a-f]{32}");
  private static final Set<String> QUERY =
      Set.of("limit", "after", "order", "query", "status", "model", "favourite");

  /**
   * What {@code /content} gives.
   *
   * @param file in the job's folder
   * @param type of the answer
   */
  private record Variant(String file, String type) {}

  private static final Map<String, Variant> VARIANTS =
      Map.of(
          "video", new Variant(DataFolder.VIDEO, "video/mp4"),
          "thumbnail", new Variant(DataFolder.THUMBNAIL, "image/jpeg"),
          "spritesheet", new Variant(DataFolder.SPRITESHEET, "image/jpeg"));

  private final JobService jobs;
  private final Limits limits;

  VideoRoutes(JobService jobs, Limits limits) {
    this.jobs = jobs;
    this.limits = limits;
  }

  void addTo(RoutesConfig routes) {
    routes.post("/v1/videos", request -> answer(request, create(request, body(request)).view()));
    routes.get("/v1/videos", this::list);
    routes.post("/v1/videos/sync", this::sync);
    routes.post("/v1/videos/forecast", this::forecast);
    routes.post("/v1/videos/assemble", this::assemble);
    routes.get("/v1/videos/{id}", request -> answer(request, jobs.view(job(request))));
    routes.post("/v1/videos/{id}", this::describe);
    routes.delete("/v1/videos/{id}", this::delete);
    routes.post("/v1/videos/{id}/remix", this::remix);
    routes.post(
        "/v1/videos/{id}/extend",
        request -> answer(request, extend(request, body(request), job(request)).view()));
    routes.get("/v1/videos/{id}/content", this::content);
    routes.get(
        "/v1/videos/{id}/events", request -> EventStream.send(request, jobs, job(request).id()));
    routes.get("/v1/models", this::models);
    routes.get("/v1/models/{id}", this::model);
  }

  /** The body of a request. */
  Body body(Context request) throws IOException {
    return Body.read(request, limits.bodyBytes(), jobs.folder().incoming());
  }

  static void answer(Context request, JsonNode json) {
    request.contentType("application/json").result(Json.text(json));
  }

  /** The job that a path names. */
  JobRecord job(Context request) {
    return jobs.required(request.pathParam("id"));
  }

  /** Takes in what a body asks for. */
  JobIntake.Accepted create(Context request, Body body) {
    return create(request, VideoRequest.read(body.fields(), limits), body, null);
  }

  private JobIntake.Accepted create(
      Context request, VideoRequest asked, Body body, String remixedFrom) {
    return jobs.intake().add(asked, asker(request, body), remixedFrom);
  }

  private static JobIntake.Asker asker(Context request, Body body) {
    return new JobIntake.Asker(request.ip(), key(request), hash(request, body));
  }

  private static String key(Context request) {
    String key = request.header("Idempotency-Key");
    if (key != null && (key.isBlank() || key.length() > LONGEST_KEY)) {
      throw ApiException.invalid(
          "Idempotency-Key", "Idempotency-Key: 1 to %d characters".formatted(LONGEST_KEY));
    }
    return key;
  }

  private static String hash(Context request, Body body) {
    byte[] both = (request.path() + " " + body.hash()).getBytes(StandardCharsets.UTF_8);
    return HexFormat.of().formatHex(Hashes.sha256(both));
  }

  // ---------------------------------------------------------------- lists

  private void list(Context request) {
    Map<String, List<String>> given = request.queryParamMap();
    given.forEach((name, values) -> {
      if (!QUERY.contains(name) || values.size() > 1) {
        throw new ApiException(
            400, name, "unknown_parameter", "unknown parameter, or one that is given twice");
      }
    });
    Fields fields = Fields.ofForm(single(given), Map.of());
    int limit = fields.integer("limit", 1, MOST).orElse(DEFAULT_LIMIT);
    String order = fields.text("order", LONGEST_ID).orElse("desc");
    if (!List.of("asc", "desc").contains(order)) {
      throw ApiException.invalid("order", "order is asc or desc");
    }
    Optional<String> after = fields.text("after", LONGEST_ID);
    if (after.isPresent() && jobs.find(after.get()).isEmpty()) {
      throw ApiException.invalid("after", "after: there is no video with this id");
    }
    Optional<JobStatus> status = fields.text("status", LONGEST_ID).map(VideoRoutes::status);
    List<JobRecord> found =
        jobs.list(
            new JobQuery(
                limit,
                after,
                order.equals("asc"),
                fields.text("query", limits.promptCharacters()),
                status,
                fields.text("model", LONGEST_KEY),
                fields.truth("favourite").orElse(false)));
    List<JobRecord> shown = found.subList(0, Math.min(limit, found.size()));
    ObjectNode page = Json.object();
    page.put("object", "list");
    ArrayNode data = page.putArray("data");
    shown.forEach(job -> data.add(jobs.view(job)));
    page.put("first_id", shown.isEmpty() ? null : shown.getFirst().id());
    page.put("last_id", shown.isEmpty() ? null : shown.getLast().id());
    page.put("has_more", found.size() > limit);
    answer(request, page);
  }

  private static Map<String, String> single(Map<String, List<String>> given) {
    Map<String, String> single = new HashMap<>();
    given.forEach((name, values) -> single.put(name, values.getFirst()));
    return single;
  }

  private static JobStatus status(String name) {
    for (JobStatus status : JobStatus.values()) {
      if (status.wireName().equals(name)) {
        return status;
      }
    }
    throw ApiException.invalid("status", "status is queued, in_progress, completed or failed");
  }

  private void models(Context request) {
    ObjectNode list = Json.object();
    list.put("object", "list");
    ArrayNode data = list.putArray("data");
    jobs.planner().models().forEach(model -> data.add(model.card()));
    answer(request, list);
  }

  private void model(Context request) {
    answer(
        request,
        jobs.planner()
            .model(request.pathParam("id"))
            .orElseThrow(() -> ApiException.notFound("there is no model of that name"))
            .card());
  }

  // ---------------------------------------------------------------- jobs

  private void forecast(Context request) throws IOException {
    answer(request, jobs.intake().forecast(VideoRequest.read(body(request).fields(), limits)));
  }

  private void sync(Context request) throws IOException, InterruptedException {
    JobIntake.Accepted accepted = create(request, body(request));
    String id = accepted.view().get("id").asText();
    try (JobEvents.Subscription subscription = jobs.events().subscribe(id, null)) {
      while (!jobs.required(id).status().isOver()) {
        if (subscription.waiting().take().name().equals("ending")) {
          throw ApiException.unavailable(
              "the server ends; the video %s goes on later".formatted(id));
        }
      }
    }
    JobRecord job = jobs.required(id);
    request.header("X-Video-Id", id);
    if (job.status() == JobStatus.FAILED) {
      throw new ApiException(500, null, job.error().code(), job.error().message());
    }
    send(request, job, "video");
  }

  private void assemble(Context request) throws IOException {
    Body body = body(request);
    Fields fields = body.fields();
    List<String> videos = new ArrayList<>();
    JsonNode given =
        fields
            .any("videos")
            .filter(JsonNode::isArray)
            .orElseThrow(() -> ApiException.type("videos", "an array of ids"));
    for (JsonNode id : given) {
      if (!id.isTextual()) {
        throw ApiException.type("videos", "an array of ids");
      }
      videos.add(id.textValue());
    }
    double crossfade = fields.number("crossfade").orElse(0.0);
    fields.requireAllRead();
    answer(request, jobs.intake().assemble(videos, crossfade, asker(request, body)).view());
  }

  private void describe(Context request) throws IOException {
    JobRecord job = job(request);
    Fields fields = body(request).fields();
    Optional<Boolean> favourite = fields.truth("favourite");
    Optional<ObjectNode> metadata =
        fields.has("metadata") ? Optional.of(VideoRequest.metadata(fields)) : Optional.empty();
    fields.requireAllRead();
    answer(request, jobs.describe(job.id(), favourite, metadata));
  }

  private void delete(Context request) {
    String id = job(request).id();
    jobs.delete(id);
    ObjectNode deleted = Json.object();
    deleted.put("id", id).put("object", "video.deleted").put("deleted", true);
    answer(request, deleted);
  }

  private void remix(Context request) throws IOException {
    JobRecord job = job(request);
    Body body = body(request);
    if (!(Work.of(job.work()) instanceof Work.Generate work)) {
      throw ApiException.conflict(
          "not_remixable", "films and clips that went on are no videos that could be remixed");
    }
    VideoRequest asked =
        Planner.remix(
            body.fields(), job.model(), work.settings(), jobs.folder().job(job.id()), limits);
    answer(request, create(request, asked, body, job.id()).view());
  }

  // ---------------------------------------------------------------- clips that go on

  /** Has a clip go on that is in a form, or in a data URL, or is named by its id. */
  JobIntake.Accepted extend(Context request, Body body) throws IOException {
    Fields fields = body.fields();
    Optional<JsonNode> given = fields.any(ExtensionRequest.CLIP);
    Optional<String> id = given.map(JsonNode::textValue).filter(text -> ID.matcher(text).matches());
    if (id.isPresent()) {
      JobRecord job =
          jobs.find(id.get())
              .orElseThrow(() ->
                  ApiException.invalid(
                      ExtensionRequest.CLIP, "video: there is no video with this id"));
      return extend(request, body, job);
    }
    given.ifPresent(value -> fields.putIfAbsent(ExtensionRequest.CLIP, value));
    return jobs.intake().extend(ExtensionRequest.read(fields, limits), asker(request, body));
  }

  /** With its own prompt and model, where the request has no others. */
  private JobIntake.Accepted extend(Context request, Body body, JobRecord job) throws IOException {
    Path clip = content(job, DataFolder.VIDEO);
    Fields fields = body.fields();
    fields.putIfAbsent("prompt", Json.of(job.prompt()));
    if (jobs.planner().model(job.model()).isPresent()) {
      fields.putIfAbsent("model", Json.of(job.model()));
    }
    return jobs.intake()
        .extend(
            ExtensionRequest.read(fields, limits, Files.readAllBytes(clip), job.id()),
            asker(request, body));
  }

  // ---------------------------------------------------------------- files

  private void content(Context request) throws IOException {
    String variant = Optional.ofNullable(request.queryParam("variant")).orElse("video");
    if (!VARIANTS.containsKey(variant)) {
      throw ApiException.invalid("variant", "variant is video, thumbnail or spritesheet");
    }
    send(request, job(request), variant);
  }

  private void send(Context request, JobRecord job, String variant) throws IOException {
    Variant wanted = VARIANTS.get(variant);
    Path file = content(job, wanted.file());
    if (request.queryParam("download") != null) {
      String name = job.id() + wanted.file().substring(wanted.file().indexOf('.'));
      request.header("Content-Disposition", "attachment; filename=\"%s\"".formatted(name));
    }
    FileAnswer.send(request, file, job.id() + "-" + job.completed() + "-" + variant, wanted.type());
  }

  /** A file of a finished job. */
  private Path content(JobRecord job, String name) {
    if (job.isExpired()) {
      throw new ApiException(GONE, null, "expired", "the video was deleted when its time was over");
    }
    if (job.status() != JobStatus.COMPLETED) {
      throw ApiException.conflict(
          job.status() == JobStatus.FAILED ? "failed" : "not_ready",
          "the video is " + job.status().wireName());
    }
    Path file = jobs.folder().job(job.id()).resolve(name);
    if (!Files.exists(file)) {
      throw new ApiException(GONE, null, "expired", "the file of the video is gone");
    }
    return file;
  }
}
