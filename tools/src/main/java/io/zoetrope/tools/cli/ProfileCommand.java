package io.zoetrope.tools.cli;

import io.zoetrope.files.FileErrors;
import io.zoetrope.files.OutputFile;
import io.zoetrope.kernels.cuda.CudaBackend;
import io.zoetrope.kernels.cuda.emulated.EmulatedRuntime;
import io.zoetrope.ops.Backend;
import io.zoetrope.ops.DeviceWatcher;
import io.zoetrope.ops.Tracer;
import io.zoetrope.pipeline.GenerationResult;
import io.zoetrope.pipeline.PipelineException;
import io.zoetrope.pipeline.Progress;
import io.zoetrope.pipeline.run.Job;
import io.zoetrope.tools.bench.Machine;
import io.zoetrope.tools.kernel.KernelCases;
import io.zoetrope.tools.kernel.KernelProfile;
import io.zoetrope.tools.kernel.KernelReport;
import io.zoetrope.tools.profile.Card;
import io.zoetrope.tools.profile.CardEstimate;
import io.zoetrope.tools.profile.ChromeTrace;
import io.zoetrope.tools.profile.FlightRecording;
import io.zoetrope.tools.profile.Grouping;
import io.zoetrope.tools.profile.MemorySampler;
import io.zoetrope.tools.profile.Profile;
import io.zoetrope.tools.profile.ProfileReport;
import io.zoetrope.tools.profile.Profiler;
import io.zoetrope.tools.profile.ReportFormat;
import io.zoetrope.tools.profile.RooflinePlot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Shows where the time of a job goes. */
@Command(
    name = "profile",
    description = {
      "Runs the job of 'generate' with the same options and shows where its time went:",
      "stages, then kernels beside what this machine can do at best."
    },
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    sortOptions = false)
final class ProfileCommand implements Callable<Integer> {
  @Mixin private ClipJob job;

  @Option(
      names = "--warm-up",
      paramLabel = "N",
      defaultValue = "0",
      description =
          "Run the job N times before it is looked at, so that its code is compiled (default:"
              + " ${DEFAULT-VALUE}).")
  private int warmUp;

  @Option(names = "--no-output", description = "Throw the clip away.")
  private boolean noOutput;

  @Option(
      names = "--format",
      paramLabel = "FORMAT",
      defaultValue = "text",
      description = "text, md, csv or json (default: ${DEFAULT-VALUE}).")
  private ReportFormat format;

  @Option(
      names = "--by",
      paramLabel = "WHAT",
      defaultValue = "shape",
      description =
          "What makes a row of the kernel table, beside name and dtype: op (nothing else), shape"
              + " (input shapes) or path (place in the model); or another table: module (a tree of"
              + " modules), block-step (time of each block in each step) (default: ${DEFAULT-VALUE}).")
  private Grouping grouping;

  @Option(
      names = "--top",
      paramLabel = "N",
      description =
          "Rows of the kernel table; the others are added up in one more (default: 20 in text and"
              + " md, all in csv and json).")
  private Integer top;

  @Option(
      names = "--report",
      paramLabel = "FILE",
      description = "File that gets the report (default: standard output).")
  private Path report;

  @Option(
      names = "--trace",
      paramLabel = "FILE",
      description =
          "JSON file that gets every stage, scope and operation, for ui.perfetto.dev or"
              + " chrome://tracing.")
  private Path trace;

  @Option(
      names = "--roofline",
      paramLabel = "FILE.svg",
      description =
          "Draw the kernels, as --by groups them, below what this machine can do at best.")
  private Path plot;

  @Option(
      names = "--jfr",
      paramLabel = "FILE.jfr",
      description =
          "Recording of Java's flight recorder with operations and stages as events, for JDK Mission"
              + " Control.")
  private Path recordingFile;

  @Option(
      names = "--kernel",
      paramLabel = "NAME",
      description =
          "With --device cuda-emulated: show one CUDA kernel in place of the tables, as the command"
              + " 'kernel' does.")
  private String kernel;

  @Option(
      names = "--estimate-on",
      paramLabel = "CARD",
      description =
          "a100, rtx4090, h100 or h200: run nothing, and show the least time that the job could"
              + " take on that card, by its data sheet.")
  private Card card;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    if (top != null && top < 1) {
      throw new PipelineException("--top %d is below 1".formatted(top));
    }
    if (warmUp < 0 || warmUp > 100) {
      throw new PipelineException("--warm-up %d is outside 0 to 100".formatted(warmUp));
    }
    if (card != null) {
      return estimate();
    }
    if (kernel != null) {
      requireKernel();
    }
    List<SideOutput> outputs =
        List.of(
            new SideOutput("--report", report, (_, _, _) -> ProfileReport.MOST_BYTES),
            new SideOutput("--trace", trace, (_, _, job) -> traceBytes(job)),
            new SideOutput("--roofline", plot, (_, _, _) -> RooflinePlot.MOST_BYTES),
            new SideOutput(
                "--jfr",
                recordingFile,
                (_, _, job) ->
                    FlightRecording.OWN_BYTES
                        + FlightRecording.OPERATION_BYTES * job.operations()));
    try (ClipRun run = job.open(spec.commandLine().getErr(), !noOutput, outputs)) {
      Optional<KernelProfile> launches = watched(run.device());
      requireRoof(run.device());
      for (int i = 0; i < warmUp; i++) {
        run.job().run(Progress.NONE, Tracer.NONE);
      }
      try (FlightRecording recording = recordingFile == null ? null : new FlightRecording()) {
        return profile(run, Optional.ofNullable(recording), launches);
      }
    }
  }

  private int profile(
      ClipRun run, Optional<FlightRecording> recording, Optional<KernelProfile> launches) {
    Profiler profiler = new Profiler(run.progress(), recording);
    GenerationResult result;
    long nanos;
    List<MemorySampler.Sample> memory = List.of();
    if (trace == null) {
      result = run.run(profiler, profiler);
      nanos = profiler.nanos();
    } else {
      run.device().watch(profiler.watcher());
      try (MemorySampler sampler = new MemorySampler()) {
        result = run.run(profiler, profiler);
        nanos = profiler.nanos();
        memory = sampler.samples();
      }
      run.device().watch(DeviceWatcher.NONE);
    }
    recording.ifPresent(FlightRecording::stop);
    run.writeClip(result);
    Profile profile =
        profiler.profile(
            run.title(),
            run.device().name(),
            conditions(run.job()),
            run.device().roofline(),
            memory,
            nanos);
    if (trace != null) {
      run.write(
          trace.toString(), () -> write(trace, temporary -> ChromeTrace.write(profile, temporary)));
    }
    recording.ifPresent(
        events -> run.write(recordingFile.toString(), () -> write(recordingFile, events::write)));
    if (plot != null) {
      String text = RooflinePlot.draw(profile, grouping);
      run.write(
          plot.toString(), () -> write(plot, temporary -> Files.writeString(temporary, text)));
    }
    run.write(
        report == null ? "the report" : report.toString(),
        () ->
            writeReport(
                launches
                    .map(seen -> report(seen, run.title()))
                    .orElseGet(() -> ProfileReport.of(profile, grouping, top, format))));
    return run.finish();
  }

  /** About: every thread may have a part in each operation. */
  private static long traceBytes(Job job) {
    long threads = Runtime.getRuntime().availableProcessors();
    return (ChromeTrace.OPERATION_BYTES + threads * ChromeTrace.WORK_BYTES) * job.operations();
  }

  /** Finds out before the job whether its device has a roof to draw. */
  private void requireRoof(Backend device) {
    if (plot == null) {
      return;
    }
    if (!plot.toString().endsWith(".svg")) {
      throw new PipelineException(
          "--roofline %s: give it a name that ends in .svg".formatted(plot));
    }
    if (device.roofline().isEmpty()) {
      throw new PipelineException(
          "--roofline %s: what %s can do at best is not measured; --device cpu has a roof"
              .formatted(plot, device.name()));
    }
  }

  /** What decides about times beside the job and the device. */
  private static Map<String, Object> conditions(Job job) {
    Map<String, Object> conditions = Machine.describe(ModelOption.home());
    conditions.put("weights", "sha256:" + job.weightsHash().substring(0, 16));
    return conditions;
  }

  /** Checks what can be known of a kernel before the job. */
  private void requireKernel() {
    KernelCases.requireKnown(kernel);
    KernelReport.requireShown(format);
    requireAbsent("--kernel " + kernel, "--by", "--warm-up");
  }

  /** Refuses options that would have no effect. */
  private void requireAbsent(String mode, String... options) {
    for (String option : options) {
      if (spec.commandLine().getParseResult().hasMatchedOption(option)) {
        throw new PipelineException(
            "%s: %s has no effect with it; leave it out".formatted(mode, option));
      }
    }
  }

  /** Shows the least time of the job on a card, which need not be here. */
  private int estimate() {
    requireAbsent(
        "--estimate-on " + card,
        "--kernel",
        "--by",
        "--top",
        "--warm-up",
        "--trace",
        "--roofline",
        "--jfr",
        "--no-output",
        "-o");
    if (report != null) {
      new SideOutput("--report", report, (_, _, _) -> ProfileReport.MOST_BYTES).requireWritable();
    }
    CardEstimate estimate = new CardEstimate(card);
    String title = job.rehearse(estimate::begin, estimate::add);
    writeReport(estimate.render(title, format));
    return 0;
  }

  /** Counts the launches of the kernel that is wanted, if one is. */
  private Optional<KernelProfile> watched(Backend device) {
    if (kernel == null) {
      return Optional.empty();
    }
    if (!(device instanceof CudaBackend card)
        || !(card.runtime() instanceof EmulatedRuntime emulator)) {
      throw new PipelineException(
          "--kernel %s is counted on the emulator: add --device cuda-emulated".formatted(kernel));
    }
    KernelProfile launches = new KernelProfile(kernel);
    emulator.watch(launches::add);
    return Optional.of(launches);
  }

  private String report(KernelProfile launches, String title) {
    if (launches.launches() == 0) {
      throw new PipelineException(
          "this job does not launch %s, but %s; with --dtype and --vae-dtype bf16 it launches others"
              .formatted(kernel, String.join(", ", launches.others())));
    }
    return KernelReport.of(launches, title, top, format);
  }

  private void writeReport(String text) {
    if (report == null) {
      spec.commandLine().getOut().print(text);
      spec.commandLine().getOut().flush();
    } else {
      write(report, temporary -> Files.writeString(temporary, text));
    }
  }

  private void write(Path file, OutputFile.Content content) {
    try {
      OutputFile.write(file, content);
    } catch (IOException e) {
      throw new PipelineException(
          "%s cannot be written: %s".formatted(file, FileErrors.reason(e)), e);
    }
    spec.commandLine().getErr().println("wrote " + file);
  }
}
