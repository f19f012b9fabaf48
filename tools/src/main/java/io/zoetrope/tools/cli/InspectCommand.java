package io.zoetrope.tools.cli;

import static io.zoetrope.files.Printable.quote;

import io.zoetrope.VideoPipeline;
import io.zoetrope.encoding.StoredTensor;
import io.zoetrope.files.ExpectedException;
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
import io.zoetrope.pipeline.task.Task;
import io.zoetrope.weights.Checkpoint;
import io.zoetrope.weights.WeightSource;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
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
      defaultValue = "1",
      description = "How many parts of a name make a module (default: ${DEFAULT-VALUE}).")
  private int depth;

  @Mixin private LoraOptions loras;

  @Mixin private JobOptions job;

  @Mixin private PrecisionOption precision;

  @Mixin private VaePrecisionOption vae;

  @Mixin private DeviceOptions device;

  @Spec private CommandSpec spec;

  /** Sums over the tensors of a module. */
  private static final class Totals {
    private long tensors;
    private long parameters;
    private long bytes;
    private final TreeMap<String, Long> dtypes = new TreeMap<>();

    void add(StoredTensor tensor) {
      tensors++;
      parameters += tensor.count();
      bytes += tensor.byteSize();
      dtypes.merge(tensor.encoding().name(), 1L, Long::sum);
    }

    /** The number formats; of several, how many tensors each of them has. */
    String formats() {
      return dtypes.size() == 1
          ? dtypes.firstKey()
          : dtypes.entrySet().stream()
              .map(format -> format.getValue() + " " + format.getKey())
              .collect(Collectors.joining(", "));
    }
  }

  @Override
  public Integer call() throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    if (depth < 1) {
      throw new PipelineException("--depth %d is below 1".formatted(depth));
    }
    if (Files.isRegularFile(path)) {
      loras.requireNone(path);
      try (WeightSource file = WeightSource.open(path)) {
        printKind(out, file);
        print(out, path.getFileName().toString(), file);
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
      printComponent(out, path);
      return 0;
    }
    try (Stream<Path> entries = Files.list(path)) {
      List<Path> folders = entries.filter(InspectCommand::hasWeights).sorted().toList();
      for (Path folder : folders) {
        printComponent(out, folder);
      }
    }
    printNeeds(out);
    return 0;
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

  private void printComponent(PrintWriter out, Path folder) {
    try (WeightSource checkpoint = Checkpoint.open(folder, BASE_NAMES)) {
      print(out, folder.toAbsolutePath().normalize().getFileName().toString(), checkpoint);
    }
  }

  private void print(PrintWriter out, String title, WeightSource source) {
    Map<String, Totals> modules = new TreeMap<>(InspectCommand::compareNames);
    Totals all = new Totals();
    out.printf("%-44s %8s %14s %14s  %s%n", title, "tensors", "parameters", "bytes", "dtypes");
    for (String name : source.names()) {
      StoredTensor tensor = source.tensor(name);
      all.add(tensor);
      modules.computeIfAbsent(module(name), _ -> new Totals()).add(tensor);
      if (listTensors) {
        out.printf("  %-60s %-10s %s%n", name, tensor.encoding().name(), tensor.shape());
      }
    }
    modules.forEach((name, totals) -> print(out, "  " + name, totals));
    print(out, "  total", all);
    out.println();
  }

  private static void print(PrintWriter out, String name, Totals totals) {
    out.printf(
        "%-44s %8d %,14d %,14d  %s%n",
        name, totals.tensors, totals.parameters, totals.bytes, totals.formats());
  }

  private String module(String name) {
    String[] parts = name.split("\\.");
    int kept = Math.max(1, Math.min(depth, parts.length - 1));
    return String.join(".", List.of(parts).subList(0, kept));
  }

  /** Numbers inside names by value: blocks.2 before blocks.10. */
  private static int compareNames(String a, String b) {
    return padNumbers(a).compareTo(padNumbers(b));
  }

  private static String padNumbers(String name) {
    StringBuilder padded = new StringBuilder();
    for (String part : name.split("\\.")) {
      boolean number = !part.isEmpty() && part.chars().allMatch(Character::isDigit);
      padded.append(number ? "%12s".formatted(part) : part).append('.');
    }
    return padded.toString();
  }

  private void printNeeds(PrintWriter out) {
    try (Backend backend = device.open();
        Backend dryRun = new DryRunBackend(backend);
        VideoPipeline pipeline =
            VideoPipeline.open(
                loras.applyTo(ModelFolder.open(path)),
                dryRun,
                new ModelPrecision(precision.dtype(), vae.dtype()),
                WeightRetention.RELEASE)) {
      if (!backend.computesInMainMemory()) {
        throw new PipelineException(
            "inspect tells what main memory a job needs, and %s has memory of its own: leave out --device"
                .formatted(backend.name()));
      }
      out.println("model: " + pipeline.kind());
      pipeline.notes().forEach(out::println);
      Task task = pipeline.tasks().getFirst();
      out.printf(
          "tasks: %s%n%n",
          pipeline.tasks().stream().map(Task::title).collect(Collectors.joining(", ")));
      GenerationRequest request =
          task.withExample(job.applyTo(pipeline.request("a prompt"), pipeline.geometry()));
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
