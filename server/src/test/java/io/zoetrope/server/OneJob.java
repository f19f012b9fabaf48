package io.zoetrope.server;

import io.zoetrope.ops.Backend;
import io.zoetrope.server.api.Fields;
import io.zoetrope.server.api.Json;
import io.zoetrope.server.model.Limits;
import io.zoetrope.server.model.Planner;
import io.zoetrope.server.model.ServedModel;
import io.zoetrope.server.model.VideoRequest;
import io.zoetrope.server.store.JobQuery;
import io.zoetrope.server.store.JobRecord;
import io.zoetrope.server.store.JobStore;
import io.zoetrope.server.store.SqlJobStore;
import io.zoetrope.server.upload.UploadDecoder;
import io.zoetrope.server.work.DataFolder;
import io.zoetrope.server.work.JobIntake;
import io.zoetrope.server.work.JobService;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;

/** A process with all of a server but HTTP, which makes one clip and ends: to be killed. */
final class OneJob {
  private OneJob() {}

  /** Makes the clip, or goes on with it. */
  public static void main(String[] args) throws IOException, InterruptedException {
    Path folder = Path.of(args[0]);
    ServerSettings settings = TestServer.settings(folder, 1, Optional.empty());
    CountDownLatch completed = new CountDownLatch(1);
    try (DataFolder data = DataFolder.open(folder, false);
        JobStore store = SqlJobStore.sqlite(data.store());
        Backend device = settings.devices().getFirst().get();
        ServedModel model =
            new ServedModel(
                "demo",
                settings.models().get("demo"),
                settings.precision(),
                device,
                Limits.DEFAULT,
                0)) {
      store.recover();
      Planner planner = new Planner(List.of(model), new UploadDecoder(data.incoming()));
      try (JobService jobs =
          new JobService(
              store,
              data,
              planner,
              List.of(device),
              settings.policy(),
              line -> tell(line, completed))) {
        Optional<JobRecord> earlier = store.list(JobQuery.newest(1)).stream().findFirst();
        if (earlier.isPresent() && earlier.get().status().isOver()) {
          return;
        }
        if (earlier.isEmpty()) {
          byte[] body =
              TestServer.SMALL
                  .formatted(Integer.parseInt(args[1]))
                  .getBytes(StandardCharsets.UTF_8);
          VideoRequest request =
              VideoRequest.read(Fields.of(Json.parse(null, body)), Limits.DEFAULT);
          jobs.intake().add(request, new JobIntake.Asker("client", null, "hash"), null);
        }
        completed.await();
      }
    }
  }

  private static void tell(String line, CountDownLatch completed) {
    System.out.println(line);
    System.out.flush();
    if (line.startsWith("completed") || line.startsWith("failed")) {
      completed.countDown();
    }
  }
}
