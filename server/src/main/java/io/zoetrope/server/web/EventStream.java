package io.zoetrope.server.web;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.http.Context;
import io.zoetrope.server.api.Json;
import io.zoetrope.server.store.JobRecord;
import io.zoetrope.server.work.JobEvents;
import io.zoetrope.server.work.JobService;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Sends the events of a job as they come, on the request's own virtual thread. */
final class EventStream {
  private static final int KEEP_ALIVE_SECONDS = 15;
  private static final int ENDING_SECONDS = 1;

  private EventStream() {}

  /** Sends until the job is over, or the client has gone. */
  static void send(Context request, JobService jobs, String id) throws IOException {
    JobRecord job = jobs.required(id);
    request.contentType("text/event-stream; charset=utf-8");
    request.header("Cache-Control", "no-store");
    request.header("X-Accel-Buffering", "no");
    OutputStream out = request.res().getOutputStream();
    try (JobEvents.Subscription subscription =
        jobs.events().subscribe(id, request.header("Last-Event-ID"))) {
      // What comes between the look and the subscription would be lost: it is looked at again.
      Optional<JobRecord> now = jobs.find(id);
      if (now.isEmpty()) {
        write(out, "event: deleted\ndata: " + Json.text(JobService.deleted(id)) + "\n\n");
        return;
      }
      job = now.get();
      ObjectNode view = jobs.view(job);
      write(out, "event: status\ndata: " + Json.text(view) + "\n\n");
      if (job.status().isOver()) {
        write(out, "event: done\ndata: " + Json.text(view) + "\n\n");
        return;
      }
      JobEvents.Event event;
      boolean isEnding;
      do {
        // A server that ends says so to whoever listens; who came too late for that waits no more.
        isEnding = jobs.isEnding();
        event =
            subscription
                .waiting()
                .poll(isEnding ? ENDING_SECONDS : KEEP_ALIVE_SECONDS, TimeUnit.SECONDS);
        if (event == null) {
          write(out, ": still here\n\n");
        } else {
          write(out, event.message());
        }
      } while (event == null ? !isEnding : !event.isLast());
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private static void write(OutputStream out, String text) throws IOException {
    write(out, text.getBytes(StandardCharsets.UTF_8));
  }

  private static void write(OutputStream out, byte[] message) throws IOException {
    out.write(message);
    out.flush();
  }
}
