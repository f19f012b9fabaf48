package io.zoetrope.tools.cli;

import io.zoetrope.files.OutputFile;
import io.zoetrope.media.MediaWriter;
import io.zoetrope.media.Provenance;
import io.zoetrope.ops.Backend;
import io.zoetrope.pipeline.GenerationRequest;
import io.zoetrope.pipeline.GenerationResult;
import io.zoetrope.pipeline.PipelineException;
import io.zoetrope.pipeline.Progress;
import io.zoetrope.pipeline.VideoPipeline;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.weights.SafetensorsFile;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * The options of a job that makes a clip, and its course from their check to the finished file.
 * What happens in between is the command's.
 */
final class ClipJob {
  /** Columns that the first line keeps to. */
  private static final int LINE = 100;

  @Parameters(paramLabel = "PROMPT", description = "What the clip shows.")
  private String prompt;

  @Mixin private ModelOption model;

  @Option(
      names = {"-n", "--negative-prompt"},
      paramLabel = "TEXT",
      defaultValue = "",
      description = "What the clip should not show.")
  private String negativePrompt;

  @Mixin private JobOptions job;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "42",
      description =
          "Seed of the initial noise, a number from 0 to 2^64 - 1, or 'random' or -1 for one that is"
              + " drawn; gives the same noise as in diffusers (default: ${DEFAULT-VALUE}).")
  private String seed;

  @Mixin private DeviceOptions device;

  @Mixin private PrecisionOption precision;

  @Mixin private VaePrecisionOption vae;

  @Option(
      names = "--latents",
      paramLabel = "FILE",
      description =
          "Safetensors file with the initial latents, 'initial_latents' or 'latents', instead of"
              + " the seed's.")
  private Path latents;

  @Option(
      names = "--save-latents",
      paramLabel = "FILE",
      description = "Safetensors file that gets the denoised latents before they are decoded.")
  private Path saveLatents;

  @Option(
      names = "--fps",
      paramLabel = "N",
      description = "Frames a second at which the clip plays (default: the model's own).")
  private Integer framesPerSecond;

  @Option(
      names = "--upscale",
      paramLabel = "N",
      defaultValue = "1",
      description =
          "Repeat every pixel N times in both directions, for looking at small clips (default:"
              + " ${DEFAULT-VALUE}).")
  private int upscale;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "OUT",
      defaultValue = "out.mp4",
      description =
          "out.mp4, out.gif, or out.png-folder for a folder of PNG frames (default:"
              + " ${DEFAULT-VALUE}).")
  private String output;

  @Option(
      names = "--verbose",
      description = "Say more: why no faster kernels compute, for instance.")
  private boolean verbose;

  /**
   * A job whose options have been checked.
   *
   * @param settings model and sizes, for a title
   */
  record Ready(
      VideoPipeline pipeline,
      GenerationRequest request,
      Backend backend,
      String settings,
      Progress progress) {}

  /** What a command makes of a job. */
  @FunctionalInterface
  interface Generation {
    GenerationResult run(Ready job);
  }

  /**
   * Checks all options, generates, and writes the clip.
   *
   * @param err gets the settings in force, the progress, and where the clip is
   * @param writesClip whether it is written at all
   * @param otherOutputs files that the command writes, by the option that names them; null where it
   *     was not given
   */
  void run(
      PrintWriter err, boolean writesClip, Map<String, Path> otherOutputs, Generation generation) {
    requireRange("--upscale", upscale, 64);
    MediaWriter writer = writesClip ? MediaWriter.open(output) : null;
    Map<String, Path> outputs = new LinkedHashMap<>(otherOutputs);
    outputs.put("--save-latents", saveLatents);
    outputs.forEach(ClipJob::requireWritable);
    outputs.put("--output", writer == null ? null : writer.target());
    requireApart(outputs.values());
    try (Backend backend = device.open()) {
      VideoPipeline pipeline =
          VideoPipeline.open(model.folder(), backend, precision.dtype(), vae.dtype());
      GenerationRequest request = request(pipeline);
      pipeline.check(request);
      int fps = framesPerSecond == null ? pipeline.defaults().framesPerSecond() : framesPerSecond;
      requireRange("--fps", fps, 1000);
      requireScalable(request);
      if (writer != null) {
        writer.check(request.width() * upscale, request.height() * upscale, fps);
      }
      String settings =
          "%s, %s: %dx%d, %s, %s, seed %s"
              .formatted(
                  model.name(),
                  precision,
                  request.width(),
                  request.height(),
                  counted(request.frames(), "frame"),
                  counted(request.steps(), "step"),
                  Long.toUnsignedString(request.seed()));
      announce(err, settings, backend);
      ProgressPrinter progress = new ProgressPrinter(err, Boolean.getBoolean("zoetrope.terminal"));
      GenerationResult result;
      try {
        result = generation.run(new Ready(pipeline, request, backend, settings, progress));
      } catch (RuntimeException e) {
        progress.abandon();
        throw e;
      }
      if (writer != null) {
        writer.write(result.frames().upscale(upscale), fps, provenance(result, backend, fps));
        err.println("wrote " + output);
      }
    }
  }

  /** Says what runs where, in lines that fit a terminal. */
  private void announce(PrintWriter err, String settings, Backend backend) {
    boolean fits = settings.length() + backend.name().length() + 4 <= LINE;
    err.printf("%s%son %s%n", settings, fits ? " " : System.lineSeparator() + "  ", backend.name());
    if (verbose) {
      backend.limit().ifPresent(limit -> err.println("  " + limit));
    }
    err.flush();
  }

  private static String counted(int number, String what) {
    return number + " " + what + (number == 1 ? "" : "s");
  }

  private GenerationRequest request(VideoPipeline pipeline) {
    if (prompt.isBlank()) {
      throw new PipelineException("the prompt is empty; say what the clip shows");
    }
    GenerationRequest.Builder builder =
        job.request(prompt, pipeline.defaults())
            .negativePrompt(negativePrompt)
            .seed(Seed.parse(seed))
            .saveLatents(saveLatents);
    if (latents != null) {
      builder.initialLatents(readLatents());
    }
    return builder.build();
  }

  /** Latents of [1, channels, frames, height, width] or without the batch dimension. */
  private Tensor readLatents() {
    try (SafetensorsFile file = SafetensorsFile.open(latents)) {
      for (String name : new String[] {"initial_latents", "latents"}) {
        if (file.names().contains(name)) {
          Tensor stored = file.tensor(name);
          long[] sizes = stored.shape().sizes();
          if (!stored.dtype().isFloatingPoint()
              || sizes.length < 4
              || sizes.length > 5
              || (sizes.length == 5 && sizes[0] != 1)) {
            throw new PipelineException(
                "%s: %s is %s; floating-point [channels, frames, height, width] is needed"
                    .formatted(latents, name, stored));
          }
          return Tensor.of(
              stored.toFloats(),
              sizes[sizes.length - 4],
              sizes[sizes.length - 3],
              sizes[sizes.length - 2],
              sizes[sizes.length - 1]);
        }
      }
      throw new PipelineException(
          "%s has neither 'initial_latents' nor 'latents'; it has %s"
              .formatted(latents, file.names()));
    }
  }

  private Provenance provenance(GenerationResult result, Backend backend, int fps) {
    Map<String, Object> entries = new LinkedHashMap<>();
    entries.put("model", model.name());
    entries.putAll(result.settings());
    entries.put("fps", fps);
    entries.put("upscale", upscale);
    entries.put("device", backend.name());
    return Provenance.of(entries);
  }

  private static void requireRange(String option, int value, int most) {
    if (value < 1 || value > most) {
      throw new PipelineException("%s %d is outside 1 to %d".formatted(option, value, most));
    }
  }

  private static void requireWritable(String option, Path file) {
    if (file == null) {
      return;
    }
    OutputFile.obstacle(file)
        .ifPresent(obstacle -> {
          throw new PipelineException("%s %s: %s".formatted(option, file, obstacle));
        });
  }

  /** An output must not be written over another one, or into a folder that is replaced. */
  private static void requireApart(Collection<Path> outputs) {
    List<Path> paths =
        outputs.stream()
            .filter(Objects::nonNull)
            .map(path -> path.toAbsolutePath().normalize())
            .toList();
    for (Path path : paths) {
      if (paths.stream().filter(path::startsWith).count() > 1) {
        throw new PipelineException(
            "%s would be written over another output; choose another name".formatted(path));
      }
    }
  }

  private void requireScalable(GenerationRequest request) {
    double pixels = (double) request.frames() * request.width() * request.height();
    double bytes = pixels * upscale * upscale * 3;
    long most = Math.min(Integer.MAX_VALUE, Runtime.getRuntime().maxMemory());
    if (bytes > most) {
      throw new PipelineException(
          "--upscale %d makes a clip of %.0f MiB; at most %d MiB fit"
              .formatted(upscale, bytes / (1 << 20), most >> 20));
    }
  }
}
