package io.zoetrope.tools.cli;

import io.zoetrope.pipeline.PipelineException;
import io.zoetrope.tools.batch.BatchEngine;
import io.zoetrope.tools.batch.BatchFolder;
import io.zoetrope.tools.batch.BatchJob;
import io.zoetrope.tools.batch.BatchModels;
import io.zoetrope.tools.batch.JobsFile;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.function.Function;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Where and with what a batch is run. */
final class BatchOptions {
  @Option(
      names = "--out",
      paramLabel = "DIR",
      required = true,
      description =
          "Folder for clips and results.jsonl. A job whose clip is there is not run again.")
  private Path folder;

  @Option(
      names = "--master",
      paramLabel = "URL",
      defaultValue = "local[*]",
      description =
          "Where Spark finds workers: local[*] for this process (default), or spark://HOST:PORT.")
  private String master;

  @Option(
      names = "--model",
      paramLabel = "NAME=DIR",
      arity = "1",
      description =
          "A model, and what requests call it: a folder on each machine, or the name of a model of"
              + " the hub. Can be given several times; the first is taken where a request names none"
              + " (default: the demo model).")
  private List<String> models = List.of();

  @Option(
      names = "--max-failures",
      paramLabel = "N",
      description = "Give up when more than N jobs have failed (default: never).")
  private Integer mostFailures;

  @Option(
      names = "--device",
      paramLabel = "NAME",
      defaultValue = "cpu",
      description = "Device that computes on each machine (default: ${DEFAULT-VALUE}).")
  private String device;

  @Option(
      names = "--threads",
      paramLabel = "N",
      defaultValue = "0",
      description = "Compute threads of each machine (default: one per processor).")
  private int threads;

  @Mixin private PrecisionOption precision;

  @Mixin private VaePrecisionOption vae;

  /**
   * Runs what a file asks for and is not done yet.
   *
   * @param read gets the models and the folder, and says what is to be run
   * @return how many jobs failed
   * @throws PipelineException if an option cannot be used
   * @throws io.zoetrope.tools.batch.BatchException if the batch cannot be run
   */
  int run(Function<BatchModels, JobsFile> read, PrintWriter err) {
    if (mostFailures != null && mostFailures < 0) {
      throw new PipelineException("--max-failures %d is below 0".formatted(mostFailures));
    }
    if (threads < 0 || threads > 1024) {
      throw new PipelineException("--threads %d is outside 0 to 1024".formatted(threads));
    }
    BatchModels named = models();
    Restart.ifThoroughIsNeeded(device);
    try (BatchFolder opened = BatchFolder.open(folder)) {
      JobsFile file = read.apply(named);
      ClipWorker worker = new ClipWorker(named, device, threads);
      int most = mostFailures == null ? -1 : mostFailures;
      return new BatchRun(opened, err, most).run(file, BatchEngine.find(), master, worker);
    } catch (InterruptedException e) {
      throw (CancellationException) new CancellationException().initCause(e);
    }
  }

  /** Where the clips are. */
  Path folder() {
    return folder;
  }

  /** Where the clip of a job is, or would be. */
  Path clip(BatchJob job) {
    return folder.resolve(job.fileName());
  }

  private BatchModels models() {
    List<BatchModels.Entry> entries = new ArrayList<>();
    for (String model : models) {
      int equals = model.indexOf('=');
      if (equals < 1 || equals == model.length() - 1) {
        throw new PipelineException(
            "--model %s is not NAME=DIR, such as wan=Wan2.1-T2V-1.3B-Diffusers".formatted(model));
      }
      String name = model.substring(0, equals);
      if (entries.stream().anyMatch(entry -> entry.name().equals(name))) {
        throw new PipelineException("--model %s: there are two of that name".formatted(model));
      }
      entries.add(new BatchModels.Entry(name, model.substring(equals + 1)));
    }
    if (entries.isEmpty()) {
      Path demo = ModelOption.home().resolve("demo-model").resolve("model");
      entries.add(new BatchModels.Entry("demo", demo.toString()));
    }
    return new BatchModels(entries, precision.dtype(), vae.dtype());
  }
}
