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
import java.util.concurrent.ThreadLocalRandom;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * The options of a job that makes a clip, and its course from their check to the finished file.
 * What happens in between is the command's.
 */
final class ClipJob {
  @Parameters(paramLabel = "PROMPT", description = "What the clip shows.")
  private String prompt;

  @Mixin private ModelOption model;

  @Option(
      names = "--negative-prompt",
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
          "Seed of the initial noise, a number or 'random'; gives the same noise as in diffusers"
              + " (default: ${DEFAULT-VALUE}).")
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
          "%s, %s: %dx%d, %d frames, %d steps, seed %d"
              .formatted(
                  model.name(),
                  precision,
                  request.width(),
                  request.height(),
                  request.frames(),
                  request.steps(),
                  request.seed());
      String limit = backend.limit().map(reason -> "; " + reason).orElse("");
      err.printf("%s on %s%s%n", settings, backend.name(), limit);
      err.flush();
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

  private GenerationRequest request(VideoPipeline pipeline) {
    if (prompt.isBlank()) {
      throw new PipelineException("the prompt is empty; say what the clip shows");
    }
    GenerationRequest.Builder builder =
        job.request(prompt, pipeline.defaults())
            .negativePrompt(negativePrompt)
            .seed(parseSeed())
            .saveLatents(saveLatents);
    if (latents != null) {
      builder.initialLatents(readLatents());
    }
    return builder.build();
  }

  private long parseSeed() {
    if (seed.equals("random")) {
      return ThreadLocalRandom.current().nextInt(Integer.MAX_VALUE);
    }
    try {
      return Long.parseLong(seed);
    } catch (NumberFormatException e) {
      throw new PipelineException(
          "--seed %s is neither a 64-bit number nor 'random'".formatted(seed), e);
    }
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
