package io.zoetrope.bench;

import io.zoetrope.VideoPipeline;
import io.zoetrope.bench.Cards.Link;
import io.zoetrope.bench.Cards.Step;
import io.zoetrope.bench.Cards.Way;
import io.zoetrope.config.JsonConfig;
import io.zoetrope.ops.Backend;
import io.zoetrope.ops.BackendProvider;
import io.zoetrope.ops.Tracer;
import io.zoetrope.pipeline.ClipSize;
import io.zoetrope.pipeline.GenerationRequest;
import io.zoetrope.pipeline.PipelineException;
import io.zoetrope.pipeline.Setting;
import io.zoetrope.pipeline.run.Job;
import io.zoetrope.tensor.DType;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Says how long a step would take on several machines or cards like this one. */
@Command(
    name = "cards",
    description = {
      "Says how long a step would take on several machines or cards that are like this one: rates",
      "of operations are taken from a short clip, operations from a dry run of the clip that is",
      "asked for, and docs/scaling.md says what is added for the ways between them."
    },
    mixinStandardHelpOptions = true,
    sortOptions = false)
final class CardsCommand implements Callable<Integer> {
  private static final Pattern SIZE = Pattern.compile("(\\d{1,5})x(\\d{1,5})x(\\d{1,5})");
  private static final int[] CARDS = {1, 2, 4, 8, 16, 32, 64};

  /** Weights are packed in the first step. */
  private static final String TIMED = "denoise/step1";

  @Option(
      names = "--model",
      paramLabel = "DIR",
      description = "Folder of a Wan model (default: the demo model).")
  private Path model;

  @Option(
      names = "--clip",
      paramLabel = "WxHxN",
      defaultValue = "256x256x17",
      description = "The clip (default: ${DEFAULT-VALUE}).")
  private String clip;

  @Option(
      names = "--fit-frames",
      paramLabel = "N",
      defaultValue = "5",
      description = "Frames of the clip that rates are taken from (default: ${DEFAULT-VALUE}).")
  private int fitFrames;

  @Option(names = "--measure", description = "Run two steps of the clip here, too, and compare.")
  private boolean measure;

  @Option(
      names = "--faster",
      paramLabel = "F",
      defaultValue = "1",
      description = "How many times as fast a card is as this machine (default: ${DEFAULT-VALUE}).")
  private double faster;

  @Option(
      names = "--link-gb-s",
      paramLabel = "F",
      defaultValue = "12.5",
      description = "GB a second between two cards, in one direction (default: ${DEFAULT-VALUE}).")
  private double gigabytes;

  @Option(
      names = "--latency-us",
      paramLabel = "F",
      defaultValue = "20",
      description = "Microseconds of a message (default: ${DEFAULT-VALUE}).")
  private double micros;

  @Option(names = "--dtype", defaultValue = "f32", description = "f32 or bf16 (default: f32).")
  private DType dtype;

  @Option(
      names = "--device",
      paramLabel = "NAME",
      defaultValue = "cpu",
      description = "Device (default: ${DEFAULT-VALUE}).")
  private String device;

  @Option(
      names = "--threads",
      paramLabel = "N",
      defaultValue = "0",
      description = "Threads; 0 for all processors (default: ${DEFAULT-VALUE}).")
  private int threads;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    ClipSize size = size();
    if (!(faster > 0 && gigabytes > 0 && micros >= 0)) {
      throw new PipelineException("--faster, --link-gb-s and --latency-us are not above 0");
    }
    Path folder = model == null ? Main.home().resolve("demo-model/model") : model;
    JsonConfig config = JsonConfig.read(folder.resolve("transformer/config.json"));
    PrintWriter out = spec.commandLine().getOut();
    try (Backend backend = BackendProvider.open(device, threads);
        VideoPipeline pipeline = VideoPipeline.open(folder, backend, dtype)) {
      GenerationRequest request =
          pipeline.request("a red ball bounces").with(size).with(Setting.STEPS, 2);
      OperationTimes times =
          OperationTimes.of(pipeline.job(request.with(Setting.FRAMES, fitFrames)), TIMED);
      Step step = step(pipeline.plan(request), request, pipeline, config, times);
      out.printf("%s, %s, %s on %s%n", folder.getFileName(), dtype, clip, backend.name());
      out.printf("a step here: %.3f s predicted", step.seconds());
      if (measure) {
        double seconds = OperationTimes.of(pipeline.job(request), TIMED).seconds();
        out.printf(", %.3f s measured, ratio %.2f", seconds, step.seconds() / seconds);
      }
      out.println();
      print(out, new Cards(faster(step), new Link(gigabytes * 1e9, micros * 1e-6)));
    }
    return 0;
  }

  private ClipSize size() {
    Matcher matcher = SIZE.matcher(clip);
    if (!matcher.matches()) {
      throw new PipelineException(
          "--clip %s is not WIDTHxHEIGHTxFRAMES, such as 832x480x81".formatted(clip));
    }
    return new ClipSize(
        Integer.parseInt(matcher.group(1)),
        Integer.parseInt(matcher.group(2)),
        Integer.parseInt(matcher.group(3)));
  }

  /** What the operations of a step take, by a dry run. */
  private static Step step(
      Job job,
      GenerationRequest request,
      VideoPipeline pipeline,
      JsonConfig config,
      OperationTimes times) {
    int heads = config.positiveInteger("num_attention_heads");
    long tokens = pipeline.geometry().tokens(request.size());
    double[] seconds = new double[Part.values().length];
    long[] tokenBytes = new long[1];
    job.rehearse(
        new Tracer() {
          @Override
          public boolean wantsOperations() {
            return true;
          }

          @Override
          public void operation(Tracer.Operation operation) {
            if (operation.path().startsWith(TIMED)) {
              Part part = Part.of(operation, tokens);
              seconds[part.ordinal()] += times.seconds(operation);
              if (part == Part.ATTENTION) {
                tokenBytes[0] = operation.output().bytes();
              }
            }
          }
        });
    int predictions = request.isGuided() ? 2 : 1;
    return new Step(
        predictions,
        seconds[Part.TOKENS.ordinal()] / predictions,
        seconds[Part.ATTENTION.ordinal()] / predictions,
        seconds[Part.WHOLE.ordinal()] / predictions,
        seconds[Part.OTHER.ordinal()],
        config.positiveInteger("num_layers"),
        heads,
        tokenBytes[0],
        Float.BYTES * pipeline.geometry().latents(request.size()).count());
  }

  /** What an operation of a step belongs to. */
  private enum Part {
    TOKENS,
    ATTENTION,
    WHOLE,
    OTHER;

    static Part of(Tracer.Operation operation, long tokens) {
      if (!operation.path().contains("/transformer")) {
        return OTHER;
      }
      long rows = operation.output().shape().size(0);
      boolean isSelf =
          operation.operation().equals("attention")
              && operation.inputs().get(1).shape().size(0) == tokens;
      return isSelf ? ATTENTION : rows < tokens ? WHOLE : TOKENS;
    }
  }

  private Step faster(Step step) {
    return new Step(
        step.predictions(),
        step.tokenSeconds() / faster,
        step.attentionSeconds() / faster,
        step.wholeSeconds() / faster,
        step.otherSeconds() / faster,
        step.blocks(),
        step.heads(),
        step.tokenBytes(),
        step.latentBytes());
  }

  private static void print(PrintWriter out, Cards cards) {
    out.println();
    out.println("| cards | Ulysses | ring | pipeline | guidance and the better of the first two |");
    out.println("|--:|--:|--:|--:|--:|");
    double alone = cards.step().seconds();
    for (int count : CARDS) {
      StringBuilder row = new StringBuilder("| %d |".formatted(count));
      for (Way way : Way.values()) {
        row.append(
            cards
                .seconds(way, count)
                .map(seconds -> " %.3f s, %.1f |".formatted(seconds, alone / seconds))
                .orElse(" - |"));
      }
      out.println(row);
    }
    out.flush();
  }
}
