package io.zoetrope.server.work;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.zoetrope.media.Provenance;
import io.zoetrope.server.api.ApiException;
import io.zoetrope.server.api.Json;
import io.zoetrope.server.model.ExtensionRequest;
import io.zoetrope.server.model.Plan;
import io.zoetrope.server.model.Planner;
import io.zoetrope.server.model.VideoRequest;
import io.zoetrope.server.store.JobRecord;
import io.zoetrope.server.store.JobStatus;
import io.zoetrope.server.store.JobStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Takes requests in: what is refused leaves nothing behind, and what is acknowledged is on the
 * disk.
 */
public final class JobIntake {
  private static final int MOST_JOINED = 64;
  private static final double MOST_FADE = 60;

  private final JobService jobs;
  private final JobStore store;
  private final DataFolder data;
  private final Planner planner;
  private final int mostQueued;

  /**
   * Who asks.
   *
   * @param client whose turn the job takes
   * @param key a request with the same key is taken in once; null for none
   * @param hash of the request
   */
  public record Asker(String client, String key, String hash) {}

  /** A request that was taken in. */
  public record Accepted(ObjectNode view, boolean isNew) {}

  /**
   * What a request becomes.
   *
   * @param model that does it
   * @param prompt what the clip shows
   * @param facts what is told of it
   * @param metadata of the client
   */
  private record Asked(
      String model, String prompt, Work work, ObjectNode facts, ObjectNode metadata) {}

  /** Finds out what a request becomes. */
  @FunctionalInterface
  private interface Planning {
    /**
     * Does it.
     *
     * @param folder gets what the job needs
     */
    Asked plan(Path folder);
  }

  JobIntake(JobService jobs, JobStore store, DataFolder data, Planner planner, int mostQueued) {
    this.jobs = jobs;
    this.store = store;
    this.data = data;
    this.planner = planner;
    this.mostQueued = mostQueued;
  }

  /**
   * Takes in a request for a clip.
   *
   * @param remixedFrom id of the job of which it is a change; null for none
   * @throws ApiException if it cannot be done, or the queue is full
   */
  public Accepted add(VideoRequest request, Asker asker, String remixedFrom) {
    return take(
        asker,
        folder -> {
          Plan plan = planner.plan(request, folder);
          Planner.requireFit(plan);
          return new Asked(
              plan.model().name(),
              request.prompt(),
              new Work.Generate(plan.settings(), plan.inputs(), plan.neededBytes(), remixedFrom),
              plan.facts(),
              request.metadata());
        });
  }

  /** What a request would become, which nothing is kept of. */
  public ObjectNode forecast(VideoRequest request) {
    String id = data.newId();
    try {
      ObjectNode facts = planner.plan(request, data.begin(id)).facts();
      ObjectNode forecast = (ObjectNode) facts.get("forecast");
      for (String name : List.of("size", "seconds", "task", "settings", "warnings")) {
        String shown = name.equals("seconds") ? "clip_seconds" : name;
        forecast.set(shown, facts.get(name));
      }
      return forecast;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      data.abandon(id);
    }
  }

  /**
   * Has a clip go on.
   *
   * @throws ApiException if no model can do it, or the queue is full
   */
  public Accepted extend(ExtensionRequest request, Asker asker) {
    return take(
        asker,
        folder -> {
          Planner.LongerPlan longer = planner.plan(request, folder);
          Plan plan = longer.plan();
          Planner.requireFit(plan);
          String provenance =
              request
                  .origin()
                  .flatMap(id -> Provenance.find(data.job(id).resolve(DataFolder.VIDEO)))
                  .map(Provenance::toJson)
                  .orElse(null);
          return new Asked(
              plan.model().name(),
              request.round().prompt(),
              new Work.Extend(
                  plan.settings(),
                  longer.growth(),
                  plan.neededBytes(),
                  request.origin().orElse(null),
                  provenance),
              plan.facts(),
              request.round().metadata());
        });
  }

  /**
   * Has clips joined, in order.
   *
   * @throws ApiException if one of them is not complete
   */
  public Accepted assemble(List<String> videos, double crossfade, Asker asker) {
    if (videos.isEmpty() || videos.size() > MOST_JOINED) {
      throw ApiException.invalid(
          "videos", "videos: 1 to %d can be joined, got %d".formatted(MOST_JOINED, videos.size()));
    }
    if (!(crossfade >= 0 && crossfade <= MOST_FADE)) {
      throw ApiException.invalid("crossfade", "crossfade is outside 0 to 60 seconds");
    }
    return take(
        asker,
        _ -> {
          videos.forEach(this::requireComplete);
          ObjectNode facts = Json.object();
          facts.put("task", "assemble");
          facts.putArray("warnings");
          return new Asked(
              "film",
              "%d clips".formatted(videos.size()),
              new Work.Assemble(List.copyOf(videos), crossfade),
              facts,
              Json.object());
        });
  }

  private void requireComplete(String video) {
    boolean isComplete =
        store
            .find(video)
            .filter(job -> job.status() == JobStatus.COMPLETED && !job.isExpired())
            .isPresent();
    if (!isComplete) {
      throw ApiException.invalid("videos", "videos: one of them is no completed video");
    }
  }

  private Accepted take(Asker asker, Planning planning) {
    Optional<JobRecord> earlier = earlier(asker);
    if (earlier.isPresent()) {
      return new Accepted(jobs.view(earlier.get()), false);
    }
    requireRoom();
    String id = data.newId();
    try {
      return accept(record(id, planning.plan(data.begin(id)), asker), asker);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      data.abandon(id);
    }
  }

  private Optional<JobRecord> earlier(Asker asker) {
    try {
      return asker.key() == null ? Optional.empty() : store.keyed(asker.key(), asker.hash());
    } catch (JobStore.KeyReusedException _) {
      throw reused();
    }
  }

  private static ApiException reused() {
    return ApiException.conflict(
        "idempotency_key_reused", "the Idempotency-Key belongs to another request");
  }

  private void requireRoom() {
    if (jobs.isEnding()) {
      throw ApiException.unavailable("the server is about to end");
    }
    int waiting = store.count(JobStatus.QUEUED);
    if (waiting >= mostQueued) {
      throw ApiException.busy(waiting);
    }
  }

  private static JobRecord record(String id, Asked asked, Asker asker) {
    return new JobRecord(
        id,
        JobStatus.QUEUED,
        0,
        0,
        0,
        0,
        false,
        asked.model(),
        asked.prompt(),
        asker.client(),
        asked.work().toJson(),
        asked.facts(),
        false,
        asked.metadata(),
        null,
        0,
        0);
  }

  private Accepted accept(JobRecord job, Asker asker) throws IOException {
    data.accept(job.id());
    boolean isKept = false;
    try {
      JobStore.Added added = store.add(job, asker.key(), asker.hash(), mostQueued);
      isKept = added.isNew();
      jobs.arrived();
      return new Accepted(jobs.view(added.job()), added.isNew());
    } catch (JobStore.KeyReusedException _) {
      throw reused();
    } catch (JobStore.QueueFullException _) {
      throw ApiException.busy(mostQueued);
    } finally {
      if (!isKept) {
        data.delete(job.id());
      }
    }
  }
}
