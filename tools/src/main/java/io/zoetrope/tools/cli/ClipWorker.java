package io.zoetrope.tools.cli;

import io.zoetrope.VideoPipeline;
import io.zoetrope.files.ExpectedException;
import io.zoetrope.files.OutputFile;
import io.zoetrope.hub.HubSettings;
import io.zoetrope.media.MediaWriter;
import io.zoetrope.ops.Backend;
import io.zoetrope.ops.BackendProvider;
import io.zoetrope.ops.Tracer;
import io.zoetrope.pipeline.GenerationRequest;
import io.zoetrope.pipeline.GenerationResult;
import io.zoetrope.pipeline.ModelPrecision;
import io.zoetrope.pipeline.PipelineException;
import io.zoetrope.pipeline.Progress;
import io.zoetrope.pipeline.Setting;
import io.zoetrope.pipeline.WeightRetention;
import io.zoetrope.pipeline.family.ModelFolder;
import io.zoetrope.pipeline.run.Job;
import io.zoetrope.server.api.ApiException;
import io.zoetrope.server.api.Fields;
import io.zoetrope.server.api.Json;
import io.zoetrope.server.model.Limits;
import io.zoetrope.server.model.Plan;
import io.zoetrope.server.model.Planner;
import io.zoetrope.server.model.ServedModel;
import io.zoetrope.server.model.VideoRequest;
import io.zoetrope.server.upload.UploadDecoder;
import io.zoetrope.tools.batch.BatchJob;
import io.zoetrope.tools.batch.BatchModels;
import io.zoetrope.tools.batch.BatchOutcome;
import io.zoetrope.tools.batch.BatchWorker;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Serial;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Makes clips of requests, one at a time in a process, since each takes all processors and may take
 * all memory. Device and models are opened with the first job and stay open.
 *
 * @param models that requests may name
 * @param device as users name it
 * @param threads that it computes with; 0 for one per processor
 */
record ClipWorker(BatchModels models, String device, int threads) implements BatchWorker {
  @Serial private static final long serialVersionUID = 1;

  private static final ReentrantLock ONE_AT_A_TIME = new ReentrantLock(true);

  /** Of this process; null before the first job. */
  private static Workshop workshop;

  @Override
  public BatchOutcome run(BatchJob job) {
    try {
      ONE_AT_A_TIME.lockInterruptibly();
    } catch (InterruptedException e) {
      throw (CancellationException) new CancellationException().initCause(e);
    }
    long began = System.nanoTime();
    try {
      byte[] clip = workshop().make(job);
      return BatchOutcome.made(job, clip, seconds(began));
    } catch (CancellationException e) {
      throw e;
    } catch (ApiException e) {
      return BatchOutcome.failed(job, e.parameter(), e.getMessage(), seconds(began));
    } catch (ExpectedException | IOException e) {
      return BatchOutcome.failed(job, null, Main.oneLine(e), seconds(began));
    } catch (RuntimeException e) {
      // Again and again it would fail the same way, which is no matter of the machine.
      e.printStackTrace();
      return BatchOutcome.failed(
          job, null, Main.oneLine(e) + " (a defect; the worker's log has where)", seconds(began));
    } finally {
      ONE_AT_A_TIME.unlock();
    }
  }

  private static double seconds(long began) {
    return (System.nanoTime() - began) / 1e9;
  }

  private Workshop workshop() throws IOException {
    if (workshop == null || !workshop.worker.equals(this)) {
      if (workshop != null) {
        workshop.close();
        workshop = null;
      }
      workshop = new Workshop(this);
    }
    return workshop;
  }

  /** What is open in this process. */
  private static final class Workshop implements AutoCloseable {
    private final ClipWorker worker;
    private final Backend device;
    private final List<ServedModel> models = new ArrayList<>();
    private final Planner planner;

    /** The model that was used last, and its pipeline; null before. */
    private ServedModel model;

    private VideoPipeline pipeline;

    Workshop(ClipWorker worker) throws IOException {
      this.worker = worker;
      this.device = BackendProvider.open(worker.device, worker.threads);
      ModelPrecision precision =
          new ModelPrecision(worker.models.dtype(), worker.models.vaeDtype());
      boolean isOpen = false;
      try {
        for (BatchModels.Entry entry : worker.models.entries()) {
          Path folder = folder(entry.location());
          models.add(
              new ServedModel(
                  entry.name(),
                  () -> ModelFolder.open(folder),
                  precision,
                  device,
                  Limits.DEFAULT,
                  0));
        }
        isOpen = true;
      } finally {
        if (!isOpen) {
          close();
        }
      }
      this.planner = new Planner(models, new UploadDecoder(Path.of(temporaryFolder())));
    }

    private static String temporaryFolder() {
      return System.getProperty("java.io.tmpdir");
    }

    private static Path folder(String location) {
      Path folder = Path.of(location);
      return Files.exists(folder)
          ? folder
          : HubModels.folder(
              HubSettings.ofEnvironment(), folder, new PrintWriter(System.err, true));
    }

    byte[] make(BatchJob job) throws IOException {
      Path folder = Files.createTempDirectory("zoetrope-batch");
      try {
        return make(job, folder);
      } finally {
        OutputFile.deleteQuietly(folder);
      }
    }

    private byte[] make(BatchJob job, Path folder) throws IOException {
      byte[] text = job.request().getBytes(StandardCharsets.UTF_8);
      VideoRequest asked = VideoRequest.read(Fields.of(Json.parse(null, text)), Limits.DEFAULT);
      Plan plan = planner.plan(asked, folder);
      Planner.requireFit(plan);
      if (plan.model() != model) {
        closePipeline();
        open(plan.model(), WeightRetention.KEEP);
      }
      GenerationRequest request =
          Planner.request(pipeline.request(""), plan.settings(), plan.inputs(), folder);
      GenerationResult result = job(request).run(Progress.NONE, Tracer.NONE);
      int rate = request.get(Setting.FRAMES_PER_SECOND);
      Path clip = folder.resolve("clip.mp4");
      MediaWriter.open(clip.toString())
          .write(
              result.frames(), rate, result.provenance(rate, 1, Map.of("device", device.name())));
      return Files.readAllBytes(clip);
    }

    private void open(ServedModel wanted, WeightRetention retention) {
      pipeline = wanted.open(device, retention);
      model = wanted;
    }

    /** The job, with weights that stay if there is memory for them. */
    private Job job(GenerationRequest request) {
      try {
        return pipeline.job(request);
      } catch (PipelineException _) {
        ServedModel again = model;
        closePipeline();
        open(again, WeightRetention.RELEASE);
        return pipeline.job(request);
      }
    }

    private void closePipeline() {
      if (pipeline != null) {
        pipeline.close();
        pipeline = null;
        model = null;
      }
    }

    @Override
    public void close() {
      closePipeline();
      models.forEach(ServedModel::close);
      device.close();
    }
  }
}
