package io.zoetrope.server.work;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.zoetrope.server.api.Json;
import io.zoetrope.server.store.JobRecord;
import io.zoetrope.server.store.JobStatus;
import java.util.List;

/** A job as clients see it: OpenAI's video object, and what this server knows beside. */
final class JobView {
  private static final long MICROS = 1_000_000;

  private JobView() {}

  /**
   * The object.
   *
   * @param running what a worker knows of it; null if none has it
   * @param queue ids of the jobs that wait, in order
   */
  static ObjectNode of(JobRecord job, RunningJob running, List<String> queue) {
    Work work = Work.of(job.work());
    JsonNode facts = job.facts();
    ObjectNode view = Json.object();
    view.put("id", job.id());
    view.put("object", "video");
    view.put("status", job.status().wireName());
    view.put("created_at", job.created() / MICROS);
    put(view, "started_at", job.started());
    put(view, "completed_at", job.completed());
    put(view, "expires_at", job.favourite() ? 0 : job.expires());
    view.put("progress", progress(job, running));
    view.put("prompt", job.prompt());
    view.put("model", job.model());
    view.set("size", facts.get("size"));
    view.set("seconds", facts.get("seconds"));
    view.put(
        "remixed_from_video_id",
        work instanceof Work.Generate generate ? generate.remixedFrom() : null);
    view.set("error", error(job));
    view.set("task", facts.get("task"));
    int position = queue.indexOf(job.id());
    view.put("queue_position", position < 0 ? null : position);
    view.set("stage", running == null ? null : running.shown());
    view.set("settings", facts.get("settings"));
    view.set("forecast", facts.get("forecast"));
    view.put("favourite", job.favourite());
    view.set("metadata", job.metadata());
    view.set(
        "assembled_from",
        work instanceof Work.Assemble assemble ? Json.of(assemble.videos()) : null);
    view.put("extended_from", work instanceof Work.Extend extend ? extend.origin() : null);
    view.set("warnings", facts.get("warnings"));
    view.set("spritesheet", facts.get("spritesheet"));
    return view;
  }

  private static void put(ObjectNode view, String name, long micros) {
    view.put(name, micros == 0 ? null : micros / MICROS);
  }

  private static int progress(JobRecord job, RunningJob running) {
    if (job.status() == JobStatus.COMPLETED) {
      return 100;
    }
    return running == null ? 0 : running.percent();
  }

  private static ObjectNode error(JobRecord job) {
    if (job.error() == null) {
      return null;
    }
    ObjectNode error = Json.object();
    error.put("code", job.error().code());
    return error.put("message", job.error().message());
  }
}
