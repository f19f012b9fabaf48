package io.zoetrope.bench;

import com.sun.management.OperatingSystemMXBean;
import io.zoetrope.VideoPipeline;
import io.zoetrope.config.JsonConfig;
import io.zoetrope.dit.cache.StepCaching;
import io.zoetrope.media.VideoFrames;
import io.zoetrope.ops.Backend;
import io.zoetrope.ops.BackendProvider;
import io.zoetrope.ops.Tracer;
import io.zoetrope.pipeline.GenerationRequest;
import io.zoetrope.pipeline.GuidanceInterval;
import io.zoetrope.pipeline.PipelineException;
import io.zoetrope.pipeline.Progress;
import io.zoetrope.pipeline.Setting;
import io.zoetrope.tensor.DType;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Measures what step caches save, and what they change. */
@Command(
    name = "step-caches",
    description = {
      "Makes clips with every step computed and with step caches, and prints for each of these:",
      "predictions that were reused, processor time of denoising saved, PSNR against the clips with",
      "every step computed, and how much the change from frame to frame differs, in levels of 8 bits.",
      "TeaCache and MagCache are fitted to the model first, with the first prompts and another seed."
    },
    mixinStandardHelpOptions = true,
    sortOptions = false)
final class StepCachesCommand implements Callable<Integer> {
  private static final String INTERVAL = "guidance ";
  private static final int FITTED_PROMPTS = 4;
  private static final long FITTED_SEED = 1;
  private static final long SEED = 42;

  @Option(
      names = "--model",
      paramLabel = "DIR",
      description = "Folder of a Wan model (default: the demo model).")
  private Path model;

  @Option(
      names = "--prompts",
      paramLabel = "N",
      defaultValue = "20",
      description = "How many prompts, at most 20 (default: ${DEFAULT-VALUE}).")
  private int count;

  @Option(
      names = "--device",
      paramLabel = "NAME",
      defaultValue = "cpu",
      description = "Device (default: ${DEFAULT-VALUE}).")
  private String device;

  @Option(
      names = "--threads",
      paramLabel = "N",
      defaultValue = "1",
      description =
          "Threads; several wait for each other, which is processor time, too (default: 1).")
  private int threads;

  @Option(
      names = "--caches",
      paramLabel = "CACHE;...",
      split = ";",
      defaultValue =
          "first-block:0.05;first-block:0.1;first-block:0.2;first-block:0.3;easycache:0.05,3;easycache:0.1,3;"
              + "easycache:0.2,3;teacache:0.1;teacache:0.2;teacache:0.4;magcache:0.06,2,0.2;"
              + "magcache:0.12,4,0.2;magcache:0.24,6,0.2;guidance 0.1-0.9;guidance 0-0.5",
      description = "What is measured: caches, or 'guidance START-STOP'.")
  private List<String> caches;

  @Spec private CommandSpec spec;

  /** Hears what denoising takes. */
  private static final class Cost implements Progress {
    private final OperatingSystemMXBean system =
        (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    private long began;
    private long nanos;
    private int reused;

    @Override
    public void begin(Stage stage, int steps) {
      began = system.getProcessCpuTime();
    }

    @Override
    public void reused(Stage stage, int predictions) {
      reused = predictions;
    }

    @Override
    public void end(Stage stage, Report report) {
      if (stage == Stage.DENOISE) {
        nanos = system.getProcessCpuTime() - began;
      }
    }
  }

  /** What came of all prompts with one cache. */
  private static final class Row {
    private final String name;
    private final List<Double> squares = new ArrayList<>();
    private final List<Double> saved = new ArrayList<>();
    private double temporal;
    private double reused;

    private Row(String name) {
      this.name = name;
    }

    private void add(ClipDifference difference, double savedTime, double reusedShare) {
      squares.add(difference.squared());
      temporal += difference.temporal();
      saved.add(savedTime);
      reused += reusedShare;
    }

    private String text() {
      double mean = squares.stream().mapToDouble(Double::doubleValue).average().orElseThrow();
      double worst = squares.stream().mapToDouble(Double::doubleValue).max().orElseThrow();
      return "| `%s` | %.0f %% | %.0f %% | %.1f | %.1f | %.2f |"
          .formatted(
              name,
              100 * reused / squares.size(),
              100 * median(saved),
              ClipDifference.psnr(mean),
              ClipDifference.psnr(worst),
              temporal / squares.size());
    }

    private static double median(List<Double> values) {
      double[] sorted = values.stream().mapToDouble(Double::doubleValue).toArray();
      Arrays.sort(sorted);
      return sorted[sorted.length / 2];
    }
  }

  @Override
  public Integer call() throws IOException {
    List<String> prompts = prompts();
    if (count < 1 || count > prompts.size()) {
      throw new PipelineException(
          "--prompts %d is outside 1 to %d".formatted(count, prompts.size()));
    }
    Path folder = model == null ? Main.home().resolve("demo-model/model") : model;
    PrintWriter out = spec.commandLine().getOut();
    try (Backend backend = BackendProvider.open(device, threads);
        VideoPipeline pipeline = VideoPipeline.open(folder, backend, DType.F32)) {
      CacheFit fit = fit(pipeline, folder, prompts);
      List<Row> rows = caches.stream().map(Row::new).toList();
      for (String prompt : prompts.subList(0, count)) {
        // One behind the other, so that whatever else the machine does meets all of them.
        GenerationRequest request = pipeline.request(prompt).with(Setting.SEED, SEED);
        Cost whole = new Cost();
        VideoFrames expected = pipeline.generate(request, whole, Tracer.NONE).frames();
        for (Row row : rows) {
          Cost part = new Cost();
          GenerationRequest changed = changed(request, row.name, fit);
          row.add(
              ClipDifference.of(expected, pipeline.generate(changed, part, Tracer.NONE).frames()),
              1 - (double) part.nanos / whole.nanos,
              part.reused / (double) (request.get(Setting.STEPS) * (request.isGuided() ? 2 : 1)));
        }
        spec.commandLine().getErr().println("done: " + prompt);
      }
      out.printf("%s on %s, %d prompts%n%n", folder.getFileName(), backend.name(), count);
      out.println(
          "| what | reused | time saved | PSNR, dB | PSNR of the worst | temporal difference |");
      out.println("|---|--:|--:|--:|--:|--:|");
      rows.forEach(row -> out.println(row.text()));
      out.flush();
    }
    return 0;
  }

  private static List<String> prompts() throws IOException {
    try (InputStream in = StepCachesCommand.class.getResourceAsStream("caches/prompts.txt")) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
    }
  }

  private static CacheFit fit(VideoPipeline pipeline, Path folder, List<String> prompts) {
    JsonConfig config = JsonConfig.read(folder.resolve("transformer/config.json"));
    CacheFit fit = new CacheFit(config.positiveInteger("num_layers"));
    for (String prompt : prompts.subList(0, FITTED_PROMPTS)) {
      GenerationRequest request = pipeline.request(prompt).with(Setting.SEED, FITTED_SEED);
      pipeline.generate(request, Progress.NONE, fit);
    }
    return fit;
  }

  private static GenerationRequest changed(GenerationRequest request, String text, CacheFit fit) {
    if (text.startsWith(INTERVAL)) {
      return request.with(
          Setting.GUIDANCE_INTERVAL, GuidanceInterval.parse(text.substring(INTERVAL.length())));
    }
    StepCaching cache =
        StepCaching.parse(text)
            .orElseThrow(() -> new PipelineException("--caches: none has nothing to measure"));
    return request.with(
        Setting.CACHE,
        switch (cache) {
          case StepCaching.Mag mag -> mag.with(fit.ratios());
          case StepCaching.Tea tea -> tea.with(fit.line());
          case StepCaching.FirstBlock same -> same;
          case StepCaching.Easy same -> same;
        });
  }
}
