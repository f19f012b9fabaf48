package io.zoetrope.tools.cli;

import static io.zoetrope.files.Printable.quote;

import io.zoetrope.VideoPipeline;
import io.zoetrope.files.ExpectedException;
import io.zoetrope.files.OutputFile;
import io.zoetrope.kernels.cuda.CudaBackend;
import io.zoetrope.kernels.cuda.emulated.LaunchRecorder;
import io.zoetrope.kernels.cuda.runtime.CudaRuntime;
import io.zoetrope.lora.LoraFile;
import io.zoetrope.ops.Backend;
import io.zoetrope.ops.DryRunBackend;
import io.zoetrope.pipeline.GenerationRequest;
import io.zoetrope.pipeline.JobNeeds;
import io.zoetrope.pipeline.ModelPrecision;
import io.zoetrope.pipeline.PipelineException;
import io.zoetrope.pipeline.Setting;
import io.zoetrope.pipeline.StageNeeds;
import io.zoetrope.pipeline.WeightRetention;
import io.zoetrope.pipeline.family.ModelFolder;
import io.zoetrope.pipeline.lora.LoraDescription;
import io.zoetrope.pipeline.parts.PartFile;
import io.zoetrope.pipeline.run.FreeMemory;
import io.zoetrope.pipeline.task.Task;
import io.zoetrope.tools.inspect.ComponentNote;
import io.zoetrope.tools.inspect.FittingSizes;
import io.zoetrope.tools.inspect.ModelDiagram;
import io.zoetrope.tools.inspect.ModelModule;
import io.zoetrope.tools.inspect.ModelWork;
import io.zoetrope.tools.inspect.ModuleList;
import io.zoetrope.tools.inspect.ModuleTable;
import io.zoetrope.tools.inspect.StatisticsTable;
import io.zoetrope.weights.Checkpoint;
import io.zoetrope.weights.WeightSource;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Shows what is in a model, and what a job would need. */
@Command(
    name = "inspect",
    description = {
      "Shows tensors, parameters and bytes of a model folder, a component's folder or a file.",
      "For a file also what it is, and with which other files it makes a model.",
      "For a model folder also what a job needs, found by a dry run: nothing is computed."
    },
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    sortOptions = false)
final class InspectCommand implements Callable<Integer> {
  private static final String[] BASE_NAMES = {ModelFolder.DIFFUSERS, ModelFolder.TRANSFORMERS};

  @Parameters(paramLabel = "DIR|FILE", description = "A folder, or a file of weights.")
  private Path path;

  @Option(names = "--tensors", description = "List every tensor, not modules alone.")
  private boolean listTensors;

  @Option(
      names = "--depth",
      paramLabel = "N",
      description =
          "How many parts of a name make a module (default: 1), or how many levels --tree shows"
              + " (default: all).")
  private Integer depth;

  @Option(
      names = "--tree",
      description =
          "Modules within modules, with shapes, parameters, bytes, and FLOPs for a token.")
  private boolean tree;

  @Option(
      names = "--statistics",
      description = "Range, mean, deviation and outliers of every tensor, and what is not finite.")
  private boolean statistics;

  @Option(
      names = "--fits",
      description =
          "Which sizes and numbers of frames fit this machine, or with --memory a card: a table.")
  private boolean fits;

  @Option(
      names = "--memory",
      paramLabel = "GIB",
      description = "Of --fits: a card with so many GiB, which holds weights as its kernels do.")
  private Double memory;

  @Option(
      names = "--diagram",
      paramLabel = "FILE.svg",
      description = "Draw the model as its checkpoint is.")
  private Path diagram;

  @Mixin private LoraOptions loras;

  @Mixin private JobOptions job;

  @Mixin private PrecisionOption precision;

  @Mixin private VaePrecisionOption vae;

  @Mixin private DeviceOptions device;

  @Mixin private WeightOptions weights;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    checkOptions();
    if (Files.isRegularFile(path)) {
      loras.requireNone(path);
      requireNoJob("a file");
      try (WeightSource file = WeightSource.open(path)) {
        printKind(out, file);
        print(out, path.getFileName().toString(), file, Optional.empty());
        file.metadata()
            .forEach((key, value) -> out.printf("metadata %s = %s%n", quote(key), quote(value)));
      }
      return 0;
    }
    if (!Files.isDirectory(path)) {
      throw new PipelineException(
          Files.exists(path)
              ? "%s is neither a folder nor a file".formatted(path)
              : "%s does not exist".formatted(path));
    }
    if (!ModelFolder.isModel(path)) {
      loras.requireNone(path);
      requireNoJob("the folder of a component");
      printComponent(out, path, Optional.empty());
      return 0;
    }
    Optional<ModelWork> work = tree || diagram != null ? Optional.of(work()) : Optional.empty();
    if (diagram != null) {
      draw(work.orElseThrow());
    }
    for (Path folder : components()) {
      printComponent(out, folder, work);
    }
    if (fits) {
      printFits(out);
    } else {
      printNeeds(out);
    }
    return 0;
  }

  private void checkOptions() {
    if (depth != null && depth < 1) {
      throw new PipelineException("--depth %d is below 1".formatted(depth));
    }
    if (tree && statistics) {
      throw new PipelineException("--tree and --statistics are two tables: ask for one of them");
    }
    if (memory != null && !fits) {
      throw new PipelineException(
          "--memory %s says what --fits looks at: add it".formatted(memory));
    }
    if (memory != null && !(memory > 0 && memory < 1 << 20)) {
      throw new PipelineException("--memory %s is no number of GiB".formatted(memory));
    }
    if (diagram != null) {
      if (!diagram.toString().endsWith(".svg")) {
        throw new PipelineException(
            "--diagram %s: give it a name that ends in .svg".formatted(diagram));
      }
      new SideOutput("--diagram", diagram, (_, _, _) -> 0).requireWritable();
    }
  }

  /** Refuses what is about a job, which a model folder alone tells of. */
  private void requireNoJob(String what) {
    for (String option : List.of("--fits", "--diagram")) {
      if (spec.commandLine().getParseResult().hasMatchedOption(option)) {
        throw new PipelineException(
            "%s: %s is %s, and %s tells of a whole model: name a model folder"
                .formatted(path, path, what, option));
      }
    }
  }

  private List<Path> components() throws IOException {
    try (Stream<Path> entries = Files.list(path)) {
      return entries.filter(InspectCommand::hasWeights).sorted().toList();
    }
  }

  /** What a file is; one that is no part of a model has tensors all the same. */
  private void printKind(PrintWriter out, WeightSource file) {
    try {
      if (LoraFile.isLora(file.names())) {
        LoraDescription.of(path).forEach(out::println);
        out.println();
        return;
      }
      PartFile found = PartFile.read(path);
      out.printf("%s, %s%n", found.title(), String.join(" and ", found.numberFormats()));
      found.companions().forEach(companion -> out.println("  " + companion));
    } catch (ExpectedException e) {
      out.println(e.getMessage());
    }
    out.println();
  }

  private static boolean hasWeights(Path folder) {
    return Stream.of(BASE_NAMES)
        .anyMatch(name ->
            Files.exists(folder.resolve(name + ".safetensors"))
                || Files.exists(folder.resolve(name + ".safetensors.index.json")));
  }

  private void printComponent(PrintWriter out, Path folder, Optional<ModelWork> work) {
    try (WeightSource checkpoint = Checkpoint.open(folder, BASE_NAMES)) {
      print(out, nameOf(folder), checkpoint, work);
    }
  }

  private static String nameOf(Path folder) {
    return folder.toAbsolutePath().normalize().getFileName().toString();
  }

  private void print(PrintWriter out, String title, WeightSource source, Optional<ModelWork> work) {
    if (statistics) {
      new StatisticsTable(out).print(title, source);
    } else if (tree) {
      new ModuleTable(out, work, depth == null ? Integer.MAX_VALUE : depth)
          .print(ModelModule.of(title, source));
    } else {
      new ModuleList(out, depth == null ? 1 : depth, listTensors).print(title, source);
    }
  }

  private VideoPipeline open(Backend dryRun) {
    return VideoPipeline.open(
        weights.applyTo(loras.applyTo(ModelFolder.open(path)), precision.dtype(), dryRun),
        dryRun,
        new ModelPrecision(precision.dtype(), vae.dtype()),
        WeightRetention.RELEASE);
  }

  /** What the model's first task is asked for here. */
  private GenerationRequest request(VideoPipeline pipeline) {
    return job.applyTo(pipeline.request("a prompt"), pipeline.geometry());
  }

  private ModelWork work() {
    try (Backend dryRun = new DryRunBackend();
        VideoPipeline pipeline = open(dryRun)) {
      return ModelWork.of(pipeline, pipeline.tasks().getFirst().withExample(request(pipeline)));
    }
  }

  private void draw(ModelWork work) throws IOException {
    List<ModelDiagram.Part> parts = new ArrayList<>();
    List<WeightSource> open = new ArrayList<>();
    try {
      for (Path folder : components()) {
        WeightSource source = Checkpoint.open(folder, BASE_NAMES);
        open.add(source);
        ModelModule module = ModelModule.of(nameOf(folder), source);
        parts.add(new ModelDiagram.Part(module, ComponentNote.of(folder, module)));
      }
      String text = ModelDiagram.draw(nameOf(path), parts, work);
      OutputFile.write(diagram, temporary -> Files.writeString(temporary, text));
    } finally {
      open.forEach(WeightSource::close);
    }
    spec.commandLine().getErr().println("wrote " + diagram);
  }

  private void printFits(PrintWriter out) {
    if (memory != null) {
      printFitsOnCard(out, (long) (memory * (1L << 30)));
      return;
    }
    try (Backend backend = device.open();
        Backend dryRun = new DryRunBackend(backend);
        VideoPipeline pipeline = open(dryRun)) {
      requireMainMemory(backend);
      FreeMemory free = FreeMemory.now();
      fittingSizes(pipeline).print(out, free.bytes(), free.reason(), JobNeeds::peakBytes);
    }
  }

  /** A stage whose weights are more than the card's share for them reads the rest in turns. */
  private void printFitsOnCard(PrintWriter out, long bytes) {
    CudaRuntime card = new LaunchRecorder(1, bytes);
    long share = CudaBackend.weightShare(card);
    try (Backend backend = new CudaBackend(card);
        Backend dryRun = new DryRunBackend(backend);
        VideoPipeline pipeline = open(dryRun)) {
      fittingSizes(pipeline)
          .print(
              out,
              bytes,
              "a card has, beside what its driver takes; weights beyond %,d MiB of it take turns"
                  .formatted(share >> 20),
              needs ->
                  needs.stages().stream()
                      .mapToLong(
                          stage -> stage.scratchBytes() + Math.min(share, stage.weightBytes()))
                      .max()
                      .orElseThrow());
    }
  }

  private FittingSizes fittingSizes(VideoPipeline pipeline) {
    return new FittingSizes(pipeline, pipeline.tasks().getFirst(), request(pipeline));
  }

  private static void requireMainMemory(Backend backend) {
    if (!backend.computesInMainMemory()) {
      throw new PipelineException(
          "inspect tells what main memory a job needs, and %s has memory of its own: leave out --device"
              .formatted(backend.name()));
    }
  }

  private void printNeeds(PrintWriter out) {
    try (Backend backend = device.open();
        Backend dryRun = new DryRunBackend(backend);
        VideoPipeline pipeline = open(dryRun)) {
      requireMainMemory(backend);
      out.println("model: " + pipeline.kind());
      pipeline.notes().forEach(out::println);
      Task task = pipeline.tasks().getFirst();
      out.printf(
          "tasks: %s%n%n",
          pipeline.tasks().stream().map(Task::title).collect(Collectors.joining(", ")));
      GenerationRequest request = task.withExample(request(pipeline));
      JobNeeds needs = pipeline.needs(request);
      out.printf(
          "%-44s %14s %14s %14s %12s%n",
          "%s, %dx%d, %d frames, %d steps, %s"
              .formatted(
                  task.title(),
                  request.get(Setting.WIDTH),
                  request.get(Setting.HEIGHT),
                  request.get(Setting.FRAMES),
                  request.get(Setting.STEPS),
                  precision),
          "weights MiB",
          "scratch MiB",
          "both MiB",
          "TFLOP");
      for (StageNeeds stage : needs.stages()) {
        out.printf(
            "%-44s %,14d %,14d %,14d %12.4f%n",
            "  " + stage.stage().title(),
            mebibytes(stage.weightBytes()),
            mebibytes(stage.scratchBytes()),
            mebibytes(stage.peakBytes()),
            stage.flops() / 1e12);
      }
      out.printf(
          "  peak memory: %,d MiB: the largest stage, %,d MiB for the clip, %,d MiB for Java and"
              + " libraries%n",
          mebibytes(needs.peakBytes()),
          mebibytes(needs.clipBytes()),
          mebibytes(needs.runtimeBytes()));
      out.println(
          "  (weights: what %s makes of those that matrix work reads, %s in the autoencoder, else %s; scratch: activations and workspaces)"
              .formatted(backend.name(), vae.dtype().name().toLowerCase(Locale.ROOT), precision));
    }
  }

  private static long mebibytes(long bytes) {
    return (bytes + (1 << 20) - 1) >> 20;
  }
}
