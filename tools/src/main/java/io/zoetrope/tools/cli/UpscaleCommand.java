package io.zoetrope.tools.cli;

import io.zoetrope.files.InputFile;
import io.zoetrope.media.ClipFilter;
import io.zoetrope.media.MediaWriter;
import io.zoetrope.media.Provenance;
import io.zoetrope.media.VideoFrames;
import io.zoetrope.ops.Backend;
import io.zoetrope.ops.Tracer;
import io.zoetrope.pipeline.ClipSize;
import io.zoetrope.pipeline.PipelineException;
import io.zoetrope.pipeline.Progress.Stage;
import io.zoetrope.pipeline.run.UpscaleJob;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** A clip becomes a larger one. */
@Command(
    name = "upscale",
    description = {
      "Makes a clip 2 or 4 times as wide and as high, frame by frame, with a network that was trained"
          + " for it or with a filter."
    },
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    sortOptions = false)
final class UpscaleCommand implements Callable<Integer> {
  @Parameters(paramLabel = "CLIP", description = "A clip, or a picture.")
  private Path clip;

  @Option(
      names = "--scale",
      paramLabel = "N",
      description = "2 or 4 (default: what the network of --model makes, else 2).")
  private Integer scale;

  @Option(
      names = "--model",
      paramLabel = "FILE",
      description =
          "Safetensors file of an RRDBNet, as ESRGAN and Real-ESRGAN (x2plus, x4plus) publish it, or of"
              + " a residual dense network (default: the one of this repository for the scale).")
  private Path model;

  @Option(
      names = "--method",
      paramLabel = "NAME",
      description =
          "network, or lanczos for ffmpeg's filter, which invents nothing (default: network if there is"
              + " one).")
  private UpscaleMethod method;

  @Option(
      names = "--tile",
      paramLabel = "N",
      defaultValue = "192",
      description =
          "Side of the tiles that a network works on, in pixels of CLIP, a multiple of 16: smaller ones"
              + " take less memory (default: ${DEFAULT-VALUE}).")
  private int tile;

  @Mixin private DeviceOptions device;

  @Option(
      names = "--dtype",
      paramLabel = "TYPE",
      defaultValue = "f32",
      description = "f32 or bf16: number format of the network (default: ${DEFAULT-VALUE}).")
  private Precision precision;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "OUT",
      defaultValue = "upscaled.mp4",
      description = "An MP4, a GIF, or a .png-folder (default: ${DEFAULT-VALUE}).")
  private String output;

  @Option(names = "--verbose", description = "Say more: why no faster kernels compute.")
  private boolean verbose;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    PrintWriter err = spec.commandLine().getErr();
    if (scale != null && scale != 2 && scale != 4) {
      throw new PipelineException("--scale %d is neither 2 nor 4".formatted(scale));
    }
    if (model != null && method == UpscaleMethod.LANCZOS) {
      throw new PipelineException("--model is of a network, and --method lanczos takes none");
    }
    MediaWriter writer = MediaWriter.open(output);
    GivenClip given = GivenClip.read(clip);
    given.requireApart(writer);
    given.rateNote().ifPresent(err::println);
    Optional<Path> network = network();
    return network.isPresent()
        ? byNetwork(err, writer, given, network.get())
        : byFilter(err, writer, given);
  }

  /** The file of the network; empty where the filter does the work. */
  private Optional<Path> network() {
    if (model != null) {
      return Optional.of(model);
    }
    Path shipped =
        ModelOption.home()
            .resolve("upscale-model")
            .resolve("esrgan-slim-%dx.safetensors".formatted(scale == null ? 2 : scale));
    if (method == UpscaleMethod.NETWORK && !InputFile.isThere(shipped)) {
      throw new PipelineException(
          "%s is missing: name the file of a network with --model".formatted(shipped));
    }
    return method == UpscaleMethod.LANCZOS || !InputFile.isThere(shipped)
        ? Optional.empty()
        : Optional.of(shipped);
  }

  // ---------------------------------------------------------------- the network

  private int byNetwork(PrintWriter err, MediaWriter writer, GivenClip given, Path network) {
    try (Backend backend = device.open();
        UpscaleJob job =
            UpscaleJob.open(given.frames(), network, backend, precision.dtype(), tile)) {
      requireScale(network, job.scale());
      check(writer, given, job.scale());
      job.requireRunnable();
      String title =
          title(given, job.scale(), "%s, %s".formatted(network.getFileName(), precision));
      ClipOutput.announce(err, title, backend, verbose);
      ClipOutput shown =
          new ClipOutput(
              writer,
              output,
              given.framesPerSecond(),
              err,
              1,
              job.forecast(),
              "a smaller clip shortens it, --method lanczos takes moments");
      VideoFrames larger = shown.run(() -> job.run(shown.progress(), Tracer.NONE));
      Map<String, Object> settings = settings(job.scale(), UpscaleMethod.NETWORK);
      settings.put("model", network.getFileName().toString());
      settings.put("tile", tile);
      settings.put("dtype", precision.toString());
      settings.put("device", backend.name());
      shown.writeClip(() -> larger, () -> Provenance.ofEnhanced(settings, given.provenance()));
      return shown.finish();
    }
  }

  private void requireScale(Path network, int made) {
    if (scale == null && made != 2 && made != 4 || scale != null && made != scale) {
      throw new PipelineException(
          "%s makes clips %d times as wide and as high, not %s: %s"
              .formatted(
                  network,
                  made,
                  scale == null ? "2 or 4 times" : scale + " times",
                  made == 2 || made == 4 ? "use --scale " + made : "use another network"));
    }
  }

  // ---------------------------------------------------------------- the filter

  private int byFilter(PrintWriter err, MediaWriter writer, GivenClip given) {
    int factor = scale == null ? 2 : scale;
    check(writer, given, factor);
    err.println(
        title(
            given,
            factor,
            method == UpscaleMethod.LANCZOS
                ? "ffmpeg's Lanczos filter"
                : "ffmpeg's Lanczos filter, for no network is named and none is installed"));
    ClipOutput shown =
        new ClipOutput(writer, output, given.framesPerSecond(), err, 1, Optional.empty(), "");
    VideoFrames larger =
        shown.filter(
            Stage.UPSCALE,
            given.frames().frames(),
            done -> ClipFilter.enlarge(given.frames(), factor, done));
    Map<String, Object> settings = settings(factor, UpscaleMethod.LANCZOS);
    shown.writeClip(() -> larger, () -> Provenance.ofEnhanced(settings, given.provenance()));
    return shown.finish();
  }

  // ---------------------------------------------------------------- both

  private static void check(MediaWriter writer, GivenClip given, int factor) {
    VideoFrames frames = given.frames();
    ClipSize larger =
        new ClipSize(factor * frames.width(), factor * frames.height(), frames.frames());
    ClipOutput.requireHeld(larger);
    writer.check(larger.width(), larger.height(), larger.frames(), given.framesPerSecond());
  }

  private static String title(GivenClip given, int factor, String by) {
    VideoFrames frames = given.frames();
    return "%s, %s to %dx%d by %s"
        .formatted(
            given.file().getFileName(),
            frames,
            factor * frames.width(),
            factor * frames.height(),
            by);
  }

  private static Map<String, Object> settings(int factor, UpscaleMethod by) {
    Map<String, Object> settings = new LinkedHashMap<>();
    settings.put("operation", "upscale");
    settings.put("scale", factor);
    settings.put("method", by.name().toLowerCase(Locale.ROOT));
    return settings;
  }
}
