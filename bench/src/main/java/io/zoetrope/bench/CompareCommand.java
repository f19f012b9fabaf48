package io.zoetrope.bench;

import io.zoetrope.bench.ModelConfigs.Published;
import io.zoetrope.ops.Backend;
import io.zoetrope.ops.BackendProvider;
import io.zoetrope.pipeline.GenerationRequest;
import io.zoetrope.pipeline.ModelPrecision;
import io.zoetrope.pipeline.PipelineException;
import io.zoetrope.pipeline.Setting;
import io.zoetrope.pipeline.family.Family;
import io.zoetrope.pipeline.family.FamilyModel;
import io.zoetrope.pipeline.family.ModelFolder;
import io.zoetrope.tensor.DType;
import io.zoetrope.tools.bench.BenchModel;
import io.zoetrope.tools.bench.BenchTest;
import io.zoetrope.tools.bench.PeakMemory;
import io.zoetrope.tools.bench.ResultsFile;
import io.zoetrope.tools.cli.Restart;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Runs this engine and diffusers in turn. */
@Command(
    name = "compare",
    description = {
      "Runs this engine and diffusers in turn, pair by pair, and prints medians and ratios.",
      "A ratio of 3 says that diffusers takes three times as long."
    },
    mixinStandardHelpOptions = true,
    sortOptions = false)
final class CompareCommand implements Callable<Integer> {
  /** The jobs that are compared, in this order. */
  enum Job {
    FORWARD("forward:256x256x17", false),
    VAE_DECODE("vae-decode:256x256x5", false),
    CLIP("clip:64x64x17", true),
    COLD_START("clip:64x64x17", true);

    private final BenchTest test;
    private final boolean demo;

    Job(String test, boolean demo) {
      this.test = BenchTest.parse(test);
      this.demo = demo;
    }

    /** As users write it, e.g. {@code cold-start}. */
    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  /** Enough layers that what is in front of and behind them hardly counts. */
  private static final int LAYERS = 8;

  @Option(
      names = "--python",
      paramLabel = "FILE",
      defaultValue = "python3",
      description =
          "Python that can import torch, diffusers and transformers; PYTHONPATH is passed on"
              + " (default: ${DEFAULT-VALUE}).")
  private String python;

  @Option(
      names = "--job",
      paramLabel = "JOB",
      split = ",",
      description = "${COMPLETION-CANDIDATES}; may be repeated (default: all).")
  private List<Job> jobs = List.of(Job.values());

  @Option(
      names = "--dtype",
      paramLabel = "TYPE",
      defaultValue = "f32",
      description = "f32 or bf16, for all parts of both sides (default: ${DEFAULT-VALUE}).")
  private DType dtype;

  @Option(
      names = "--size",
      paramLabel = "WxHxN",
      description =
          "Width, height and frames of forward and vae-decode (default: 256x256x17 and"
              + " 256x256x5).")
  private String size;

  @Option(
      names = "--pairs",
      paramLabel = "N",
      defaultValue = "5",
      description = "Runs of each side (default: ${DEFAULT-VALUE}).")
  private int pairs;

  @Option(
      names = "--budget",
      paramLabel = "SECONDS",
      defaultValue = "600",
      description =
          "Fewer pairs of a job where they would take longer, but one at least (default:"
              + " ${DEFAULT-VALUE}).")
  private int budgetSeconds;

  @Option(
      names = "--timeout",
      paramLabel = "SECONDS",
      defaultValue = "600",
      description = "A job of diffusers that takes longer is given up (default: ${DEFAULT-VALUE}).")
  private int timeoutSeconds;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "Compute threads of both sides (default: one per processor).")
  private int threads = Runtime.getRuntime().availableProcessors();

  @Option(
      names = "--shapes",
      paramLabel = "MODEL",
      defaultValue = "wan-1.3b",
      description = {
        "${COMPLETION-CANDIDATES}: names and shapes of forward and vae-decode (default:"
            + " ${DEFAULT-VALUE}).",
        "A model of them with " + LAYERS + " layers and random weights is made when it is missing."
      })
  private Published shapes;

  @Option(
      names = "--model",
      paramLabel = "DIR",
      description = "Model of forward and vae-decode, instead of one of --shapes.")
  private Path model;

  @Option(
      names = "--results",
      paramLabel = "FILE",
      description =
          "File of JSON lines that results are appended to (default: bench/results/compare.jsonl).")
  private Path results;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    requireSettings();
    ResultsFile file =
        new ResultsFile(
            results == null ? Main.home().resolve("bench/results/compare.jsonl") : results,
            Main.home());
    List<Pairs> done = new ArrayList<>();
    int code = 0;
    for (Job job : jobs) {
      Pairs measured = new Pairs(title(job));
      try (Contestant ours = ours(job);
          Contestant theirs = theirs(job)) {
        measured.run(ours, theirs, pairs, budgetSeconds, out);
        done.add(measured);
        file.append(json(job, measured));
      } catch (PipelineException e) {
        out.println(job + ": not measured: " + e.getMessage());
        code = 1;
      }
    }
    if (!done.isEmpty()) {
      out.println();
      out.println(Pairs.header());
      done.forEach(measured -> out.println(measured.row()));
    }
    return code;
  }

  private void requireSettings() {
    if (!dtype.isComputable()) {
      throw new PipelineException("--dtype %s is neither f32 nor bf16".formatted(dtype));
    }
    if (pairs < 1 || budgetSeconds < 1 || timeoutSeconds < 1 || threads < 1) {
      throw new PipelineException("--pairs, --budget, --timeout and --threads are at least 1");
    }
    requireSize();
  }

  /** Refuses a size before anything is measured. */
  private void requireSize() {
    if (size == null) {
      return;
    }
    if (jobs.stream().allMatch(job -> job.demo)) {
      throw new PipelineException("--size is for forward and vae-decode, not for " + jobs);
    }
    jobs.forEach(this::test);
  }

  private BenchTest test(Job job) {
    return size == null || job.demo ? job.test : BenchTest.parse(job.test.part() + ":" + size);
  }

  private String title(Job job) {
    BenchTest test = test(job);
    String size = "%dx%dx%d %s".formatted(test.width(), test.height(), test.frames(), dtypeName());
    return isOfShapes(job) ? "%s %s %s".formatted(shapes, job, size) : job + " " + size;
  }

  /** Whether a job's model is one of random weights. */
  private boolean isOfShapes(Job job) {
    return !job.demo && model == null;
  }

  private String dtypeName() {
    return dtype.name().toLowerCase(Locale.ROOT);
  }

  private ModelPrecision precision() {
    return new ModelPrecision(dtype, dtype);
  }

  private Map<String, Object> json(Job job, Pairs measured) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("test", job.toString());
    if (isOfShapes(job)) {
      json.put("shapes", shapes.toString());
    }
    json.put("dtype", dtypeName());
    json.put("threads", threads);
    json.putAll(measured.toJson());
    return json;
  }

  // ---------------------------------------------------------------- both sides

  private Path folder(Job job) throws IOException {
    if (job.demo) {
      return Main.home().resolve("demo-model").resolve("model");
    }
    if (model != null) {
      return model;
    }
    Path made = Main.home().resolve("bench/target/models/%s-%d-layers".formatted(shapes, LAYERS));
    if (!Files.exists(made)) {
      Files.createDirectories(made.getParent());
      spec.commandLine().getErr().println("zoetrope: writing a model of random weights");
      ModelConfigs configs =
          ModelConfigs.of(shapes)
              .with("transformer", "num_layers", LAYERS)
              .with("text_encoder", "num_layers", 1)
              .with("text_encoder", "vocab_size", 2048);
      RandomModelCommand.write(made, configs, DType.BF16);
    }
    return made;
  }

  private Contestant ours(Job job) throws IOException {
    Path folder = folder(job);
    if (job == Job.COLD_START) {
      Path output = Files.createTempFile("zoetrope", ".mp4");
      return new OwnProcess(
          List.of(
              Main.home().resolve("zoetrope").toString(),
              "generate",
              BenchTest.PROMPT,
              "--threads",
              Integer.toString(threads),
              "--dtype",
              dtypeName(),
              "--vae-dtype",
              dtypeName(),
              "-o",
              output.toString()),
          output);
    }
    Restart.ifThoroughIsNeeded("cpu");
    PeakMemory memory = PeakMemory.reset();
    Backend backend = BackendProvider.open("cpu", threads);
    return new OwnWorkload(
        backend,
        BenchModel.open(ModelFolder.open(folder), backend, precision()).load(test(job)),
        memory);
  }

  private Contestant theirs(Job job) throws IOException {
    Path folder = folder(job);
    BenchTest test = test(job);
    FamilyModel family = Family.open(ModelFolder.open(folder), precision());
    GenerationRequest defaults = family.defaults();
    Map<String, Object> settings =
        Map.of(
            "threads", threads,
            "dtype", dtypeName(),
            "width", test.width(),
            "height", test.height(),
            "frames", test.frames(),
            "latents", family.geometry().latents(test.size()).sizes(),
            "steps", defaults.get(Setting.STEPS),
            "guidance", defaults.get(Setting.GUIDANCE_SCALE),
            "prompt", BenchTest.PROMPT,
            "text_tokens", defaults.get(Setting.MAX_SEQUENCE_LENGTH));
    Path script = Main.home().resolve("bench/diffusers_peer.py");
    if (job == Job.COLD_START) {
      return new ColdDiffusers(
          () -> new Diffusers(python, script, job.toString(), folder, settings, timeoutSeconds));
    }
    return new WarmDiffusers(
        new Diffusers(python, script, job.toString(), folder, settings, timeoutSeconds));
  }
}
