package io.zoetrope.tools.cli;

import io.zoetrope.VideoPipeline;
import io.zoetrope.files.DiskRoom;
import io.zoetrope.files.Printable;
import io.zoetrope.media.MediaWriter;
import io.zoetrope.ops.Operation;
import io.zoetrope.pipeline.ClipSize;
import io.zoetrope.pipeline.GenerationRequest;
import io.zoetrope.pipeline.Input;
import io.zoetrope.pipeline.PipelineException;
import io.zoetrope.pipeline.Progress;
import io.zoetrope.pipeline.Setting;
import io.zoetrope.pipeline.WeightRetention;
import io.zoetrope.pipeline.run.Job;
import io.zoetrope.tensor.Shape;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.tools.shot.Platform;
import io.zoetrope.weights.WeightSource;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The options of a job that makes a clip, and their check. */
final class ClipJob {
  @Parameters(paramLabel = "PROMPT", arity = "0..1", description = "What the clip shows.")
  private String prompt;

  @Option(
      names = {"-p", "--prompt"},
      paramLabel = "TEXT",
      description = "The same, for whoever prefers an option.")
  private String promptOption;

  @Mixin private ShotOptions shot;

  @Mixin private SamplingOptions sampling;

  @Mixin private InputOptions inputs;

  @Mixin private KeepOptions keep;

  @Mixin private InterventionOptions interventions;

  @Mixin private JobOptions job;

  @Mixin private ModelOptions model;

  @Option(
      names = "--latents",
      paramLabel = "FILE",
      description =
          "Safetensors file with the initial latents, 'initial_latents' or 'latents', instead of"
              + " the seed's.")
  private Path latents;

  @Option(
      names = "--from-latents",
      paramLabel = "FILE",
      description =
          "Safetensors file with finished 'latents', such as enlarged ones, that a second pass starts"
              + " from: --strength says how much of the schedule changes them.")
  private Path fromLatents;

  @Option(
      names = "--save-latents",
      paramLabel = "FILE",
      description = "Safetensors file that gets the denoised latents before they are decoded.")
  private Path saveLatents;

  @Mixin private OutputOptions shown;

  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  /**
   * Checks all options and opens what the job works with. Whatever can be found wrong before long
   * work is found here.
   *
   * @param err gets the settings in force, and later the progress, and where outputs are
   * @param writesClip whether the clip is written at all
   * @param otherOutputs what the command writes beside
   */
  ClipRun open(PrintWriter err, boolean writesClip, List<SideOutput> otherOutputs) {
    requireUsable();
    return open(err, writesClip ? MediaWriter.open(shown.output()) : null, otherOutputs);
  }

  /**
   * As the other one, with a clip that a command wants for itself.
   *
   * @param clip where it goes
   */
  ClipRun openFor(PrintWriter err, MediaWriter clip, List<SideOutput> otherOutputs) {
    requireUsable();
    return open(err, clip, otherOutputs);
  }

  private ClipRun open(PrintWriter err, MediaWriter writer, List<SideOutput> otherOutputs) {
    List<SideOutput> outputs = sideOutputs(otherOutputs);
    outputs.forEach(SideOutput::requireWritable);
    requireApart(outputs, writer);
    OpenModel opened = model.open(WeightRetention.RELEASE);
    ClipRun run = null;
    try {
      run = open(err, writer, outputs, opened);
      if (keep.checkpoint() != null) {
        run.keptIn(keep.checkpoint(), spec);
      }
      return run;
    } finally {
      if (run == null) {
        opened.close();
      }
    }
  }

  /** Where the result goes, as it was given. */
  String output() {
    return shown.output();
  }

  /** Those of this class, too, without those that were not asked for. */
  private List<SideOutput> sideOutputs(List<SideOutput> others) {
    SideOutput latentsFile =
        new SideOutput(
            "--save-latents",
            saveLatents,
            (pipeline, request, _) ->
                Float.BYTES * pipeline.geometry().latents(request.size()).count());
    return Stream.of(others, keep.outputs(), List.of(latentsFile))
        .flatMap(List::stream)
        .filter(side -> side.file() != null)
        .toList();
  }

  /**
   * Makes several clips that differ in their seeds, in a row from that of the job on.
   *
   * @return the exit code
   */
  int runTakes(PrintWriter err, int count) {
    requireUsable();
    if (latents != null || saveLatents != null) {
      throw new PipelineException(
          "--takes has a clip for each seed: leave %s out"
              .formatted(latents == null ? "--save-latents" : "--latents"));
    }
    keep.requireUnused("--takes has a clip for each seed");
    requireRange("--takes", count, Takes.MOST);
    Takes takes = new Takes(shown.output(), count);
    takes.requireWritable();
    try (ClipSeries series =
        ClipSeries.open(
            model,
            pipeline -> takes.clips(scalable(request(pipeline))),
            this::rate,
            shown.upscale(),
            err)) {
      GenerationRequest first = series.first();
      String seeds =
          "seeds %s to %s"
              .formatted(
                  Long.toUnsignedString(first.get(Setting.SEED)),
                  Long.toUnsignedString(first.get(Setting.SEED) + count - 1));
      series.model().announce(err, title(first, seeds));
      lengthAdvice(first, rate(series.model().pipeline())).ifPresent(err::println);
      inputs.notes().forEach(err::println);
      series.announce();
      takes.writeOverview(series.run(), err);
      return 0;
    }
  }

  /**
   * Shows the operations of the job, whether or not this machine has the memory for it: a dry run.
   *
   * @param begins gets each stage when it begins
   * @param seen gets each operation, whose tensors hold nothing
   * @return model and sizes
   */
  String rehearse(Consumer<Progress.Stage> begins, Consumer<Operation> seen) {
    requireUsable();
    try (OpenModel opened = model.open(WeightRetention.RELEASE)) {
      GenerationRequest request = request(opened.pipeline());
      opened.pipeline().rehearse(request, begins, seen);
      return opened.name() + title(request, "any seed");
    }
  }

  private ClipRun open(
      PrintWriter err, MediaWriter writer, List<SideOutput> outputs, OpenModel opened) {
    VideoPipeline pipeline = opened.pipeline();
    GenerationRequest request = request(pipeline);
    if (model.isDeviceAutomatic()) {
      String advice =
          DeviceAdvice.of(opened.device())
              .about(tiled ->
                  pipeline.needs(
                      request.with(Setting.VAE_TILING, tiled || request.get(Setting.VAE_TILING))));
      err.println("device auto: " + advice);
    }
    Job checked = pipeline.job(request);
    ClipSize size = request.size();
    Platform.Rate rate = rate(pipeline);
    Optional<String> lengthAdvice = lengthAdvice(request, rate);
    scalable(request);
    if (writer != null) {
      writer.check(
          size.width() * shown.upscale(),
          size.height() * shown.upscale(),
          size.frames() * rate.repeats(),
          rate.framesPerSecond());
    }
    requireRoom(writer, outputs, pipeline, request, checked);
    String title =
        title(
            request,
            checked.usesSeed()
                ? "seed " + Long.toUnsignedString(request.get(Setting.SEED))
                : "given latents");
    opened.announce(err, title);
    job.note(request).ifPresent(err::println);
    inputs.notes().forEach(err::println);
    lengthAdvice.ifPresent(err::println);
    keep.notes(checked, request.get(Setting.STEPS)).forEach(err::println);
    warnings(checked).forEach(warning -> err.println("warning: " + warning));
    ClipRun.Showing showing = new ClipRun.Showing(writer, shown.output(), rate, shown.upscale());
    return new ClipRun(opened, checked, opened.name() + title, showing, err);
  }

  /** What is made, for people, behind the model's name. */
  private static String title(GenerationRequest request, String start) {
    ClipSize size = request.size();
    return ": %dx%d, %s, %s, %s"
        .formatted(
            size.width(),
            size.height(),
            counted(size.frames(), "frame"),
            counted(request.get(Setting.STEPS), "step"),
            start);
  }

  private Optional<String> lengthAdvice(GenerationRequest request, Platform.Rate rate) {
    return job.platform()
        .checkLength(request.get(Setting.FRAMES) * rate.repeats(), rate.framesPerSecond())
        .map(advice -> "warning: " + advice);
  }

  private List<String> warnings(Job checked) {
    List<String> warnings = new ArrayList<>(checked.warnings());
    if (sampling.hasSeed() && !checked.usesSeed()) {
      warnings.add("the seed has no effect: --latents gives the initial noise");
    }
    return warnings;
  }

  private Platform.Rate rate(VideoPipeline pipeline) {
    return job.platform()
        .rate(shown.framesPerSecond(), pipeline.request(prompt).get(Setting.FRAMES_PER_SECOND));
  }

  /** Checks what can be checked without a model. */
  private void requireUsable() {
    requirePrompt();
    shown.requireInRange();
  }

  private static String counted(int number, String what) {
    return number + " " + what + (number == 1 ? "" : "s");
  }

  /** A prompt is given once, in whichever way. */
  private void requirePrompt() {
    if (prompt != null && promptOption != null) {
      throw new ParameterException(
          spec.commandLine(),
          "the prompt is given twice, as '%s' and with --prompt"
              .formatted(Printable.value(prompt)));
    }
    prompt = prompt == null ? promptOption : prompt;
    if (prompt == null) {
      throw new ParameterException(
          spec.commandLine(), "Missing required parameter: 'PROMPT', what the clip shows");
    }
    if (prompt.isBlank()) {
      throw new PipelineException("the prompt is empty; say what the clip shows");
    }
    if (prompt.contains("<lora:")) {
      // Elsewhere that loads a file; here it would be words that the clip is to show.
      throw new ParameterException(
          spec.commandLine(),
          "the prompt %s names a LoRA file: name it with --lora FILE:WEIGHT"
              .formatted(Printable.quote(prompt)));
    }
  }

  private GenerationRequest request(VideoPipeline pipeline) {
    GenerationRequest defaults = pipeline.request(shot.compose(prompt));
    if (shown.framesPerSecond() != null) {
      defaults = defaults.with(Setting.FRAMES_PER_SECOND, shown.framesPerSecond());
    }
    GenerationRequest request =
        keep.applyTo(sampling.applyTo(job.applyTo(defaults, pipeline.geometry())));
    if (saveLatents != null) {
      request = request.with(Setting.SAVE_LATENTS, saveLatents);
    }
    request = interventions.applyTo(inputs.applyTo(request, pipeline, job, fromLatents));
    Shape shape = pipeline.geometry().latents(request.size());
    if (fromLatents != null) {
      Tensor start = readLatents(fromLatents, shape);
      request = request.with(new Input.Latents(start, inputs.strength()));
    }
    return latents == null ? request : request.with(new Input.Noise(readLatents(latents, shape)));
  }

  /**
   * Latents of [1, channels, frames, height, width] or without the batch dimension.
   *
   * @param shape that they must have; others may be too large to be read
   */
  private static Tensor readLatents(Path latents, Shape shape) {
    try (WeightSource file = WeightSource.open(latents)) {
      for (String name : new String[] {"initial_latents", "latents"}) {
        if (file.names().contains(name)) {
          Shape found = file.tensor(name).shape();
          if (!found.equals(shape) && !found.equals(batchOfOne(shape))) {
            throw new PipelineException(
                "%s: %s has shape %s, this size and number of frames need %s, or with a batch of 1"
                    .formatted(latents, name, found, shape));
          }
          Tensor stored = file.tensor(name).load();
          if (!stored.dtype().isFloatingPoint()) {
            throw new PipelineException(
                "%s: %s is %s; floating-point numbers are needed".formatted(latents, name, stored));
          }
          return Tensor.of(stored.toFloats(), shape.sizes());
        }
      }
      throw new PipelineException(
          "%s has neither 'initial_latents' nor 'latents'; it has %s"
              .formatted(latents, file.names()));
    }
  }

  private static Shape batchOfOne(Shape shape) {
    return Shape.of(LongStream.concat(LongStream.of(1), LongStream.of(shape.sizes())).toArray());
  }

  static void requireRange(String option, int value, int most) {
    if (value < 1 || value > most) {
      throw new PipelineException("%s %d is outside 1 to %d".formatted(option, value, most));
    }
  }

  /** An output must not be written over another one, or into a folder that is replaced. */
  private static void requireApart(List<SideOutput> outputs, MediaWriter writer) {
    List<Path> paths =
        Stream.concat(
                outputs.stream().map(SideOutput::file),
                Stream.ofNullable(writer).map(MediaWriter::target))
            .map(path -> path.toAbsolutePath().normalize())
            .toList();
    for (Path path : paths) {
      if (paths.stream().filter(path::startsWith).count() > 1) {
        throw new PipelineException(
            "%s would be written over another output; choose another name".formatted(path));
      }
    }
  }

  /** All outputs together must fit on their disks. */
  private void requireRoom(
      MediaWriter writer,
      List<SideOutput> outputs,
      VideoPipeline pipeline,
      GenerationRequest request,
      Job checked) {
    DiskRoom room = new DiskRoom();
    if (writer != null) {
      ClipSize size = request.size();
      room.obstacle(
          writer.target(),
          writer.expectedBytes(
              size.width() * shown.upscale(), size.height() * shown.upscale(), size.frames()));
    }
    outputs.forEach(side ->
        side.requireNone(
            room.obstacle(side.file(), side.size().bytes(pipeline, request, checked))));
  }

  /** The request itself, if memory has room for its clip as it is shown. */
  private GenerationRequest scalable(GenerationRequest request) {
    double bytes = (double) request.size().bytes() * shown.upscale() * shown.upscale();
    long most = Math.min(Integer.MAX_VALUE, Runtime.getRuntime().maxMemory());
    if (bytes > most) {
      throw new PipelineException(
          "--upscale %d makes a clip of %.0f MiB; at most %d MiB fit"
              .formatted(shown.upscale(), bytes / (1 << 20), most >> 20));
    }
    return request;
  }
}
