package io.zoetrope.tools.cli;

import io.zoetrope.VideoPipeline;
import io.zoetrope.media.ClipFilter;
import io.zoetrope.media.MediaWriter;
import io.zoetrope.media.Provenance;
import io.zoetrope.media.VideoFrames;
import io.zoetrope.pipeline.ClipSize;
import io.zoetrope.pipeline.PipelineException;
import io.zoetrope.pipeline.Progress.Stage;
import io.zoetrope.pipeline.run.Job;
import io.zoetrope.pipeline.sequence.Joint;
import io.zoetrope.pipeline.sequence.ModelInterpolation;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** A clip gets more frames a second. */
@Command(
    name = "interpolate",
    description = "Gives a clip more frames a second, between those that it has, which are kept.",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    sortOptions = false)
final class InterpolateCommand implements Callable<Integer> {
  private static final int MOST_FRAMES_PER_SECOND = 1000;
  private static final int MOST_TIMES = 64;

  @Parameters(paramLabel = "CLIP", description = "A clip.")
  private Path clip;

  /** How many frames there will be. */
  private static final class Rate {
    @Option(
        names = "--multiplier",
        paramLabel = "N",
        description = "N times as many frames a second, 2 or more.")
    private Integer multiplier;

    @Option(names = "--fps", paramLabel = "N", description = "N frames a second.")
    private Integer framesPerSecond;
  }

  @ArgGroup(multiplicity = "1")
  private Rate rate;

  @Option(
      names = "--method",
      paramLabel = "NAME",
      defaultValue = "motion",
      description =
          "motion, a filter of ffmpeg that moves blocks of pixels on, or model, one of --model that leads"
              + " from a first frame to a last one (default: motion).")
  private InterpolationMethod method;

  @Option(
      names = {"-p", "--prompt"},
      paramLabel = "TEXT",
      defaultValue = "",
      description = "What happens in the clip, for --method model.")
  private String prompt;

  @Mixin private RoundOptions rounds;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "OUT",
      defaultValue = "interpolated.mp4",
      description = "An MP4, a GIF, or a .png-folder (default: ${DEFAULT-VALUE}).")
  private String output;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    PrintWriter err = spec.commandLine().getErr();
    MediaWriter writer = MediaWriter.open(output);
    GivenClip given = GivenClip.read(clip);
    given.requireApart(writer);
    given.rateNote().ifPresent(err::println);
    int wanted = wantedRate(given);
    return method == InterpolationMethod.MODEL
        ? byModel(err, writer, given, wanted)
        : byMotion(err, writer, given, wanted);
  }

  private int byMotion(PrintWriter err, MediaWriter writer, GivenClip given, int wanted) {
    for (String option : List.of("--model", "--lora")) {
      if (spec.commandLine().getParseResult().hasMatchedOption(option)) {
        throw new PipelineException(option + " is of --method model, which is not given");
      }
    }
    VideoFrames frames = given.frames();
    ClipFilter.requireInterpolable(frames.width(), frames.height());
    int count = ClipFilter.interpolatedFrames(frames.frames(), given.framesPerSecond(), wanted);
    ClipOutput.requireHeld(new ClipSize(frames.width(), frames.height(), count));
    writer.check(frames.width(), frames.height(), count, wanted);
    err.printf(
        "%s, %s at %d a second to %d at %d a second, along their motion%n",
        clip.getFileName(), frames, given.framesPerSecond(), count, wanted);
    ClipOutput shown = new ClipOutput(writer, output, wanted, err, 1, Optional.empty(), "");
    VideoFrames more =
        shown.filter(
            Stage.INTERPOLATE,
            frames.frames(),
            done -> ClipFilter.interpolate(frames, given.framesPerSecond(), wanted, done));
    Map<String, Object> settings = new LinkedHashMap<>();
    settings.put("operation", "interpolate");
    settings.put("method", "motion");
    settings.put("fps", wanted);
    shown.writeClip(() -> more, () -> Provenance.ofEnhanced(settings, given.provenance()));
    return shown.finish();
  }

  private int byModel(PrintWriter err, MediaWriter writer, GivenClip given, int wanted) {
    int multiplier = wanted / given.framesPerSecond();
    if (wanted != multiplier * given.framesPerSecond()) {
      throw new PipelineException(
          "--method model makes whole multiples of %d frames a second, which %d is not: use --method motion"
              .formatted(given.framesPerSecond(), wanted));
    }
    if (rounds.hasLength()) {
      throw new PipelineException(
          "the frames of a round follow from the rate: leave out --frames and --seconds");
    }
    VideoFrames frames = given.frames();
    try (OpenModel model = rounds.open()) {
      VideoPipeline pipeline = model.pipeline();
      Joint joint =
          Joint.of(
              pipeline.tasks(),
              pipeline.geometry().temporalScale(),
              Joint.Ends.BOTH,
              Optional.of(1),
              frames.frames());
      ModelInterpolation interpolation =
          ModelInterpolation.of(
              frames,
              multiplier,
              joint,
              rounds.request(pipeline, prompt, frames),
              pipeline.geometry());
      ClipSize smoother = interpolation.size();
      ClipOutput.requireHeld(smoother);
      writer.check(smoother.width(), smoother.height(), smoother.frames(), wanted);
      Job first = pipeline.job(interpolation.firstRequest());
      int count = interpolation.rounds();
      model.announce(err, ": " + RoundOptions.title(interpolation.request(), count));
      first.warnings().forEach(warning -> err.println("warning: " + warning));
      ClipOutput shown =
          new ClipOutput(
              writer,
              output,
              wanted,
              err,
              count,
              first.forecast(),
              "--method motion takes moments");
      ModelInterpolation.Result result =
          shown.run(() -> interpolation.run(RoundOptions.maker(pipeline, shown, count, err)));
      Map<String, Object> settings = new LinkedHashMap<>(result.settings());
      settings.put("operation", "interpolate");
      settings.put("method", "model");
      settings.put("fps", wanted);
      settings.put("device", model.device().name());
      shown.writeClip(
          result::clip, () -> Provenance.of(Provenance.withSource(settings, given.provenance())));
      return shown.finish();
    }
  }

  private int wantedRate(GivenClip given) {
    int has = given.framesPerSecond();
    if (given.frames().frames() < 2) {
      throw new PipelineException(
          "%s has 1 frame: there is nothing between its frames".formatted(clip));
    }
    if (rate.multiplier != null && (rate.multiplier < 2 || rate.multiplier > MOST_TIMES)) {
      throw new PipelineException(
          "--multiplier %d is outside 2 to %d".formatted(rate.multiplier, MOST_TIMES));
    }
    long wanted = rate.multiplier == null ? rate.framesPerSecond : (long) has * rate.multiplier;
    if (wanted <= has || wanted > MOST_FRAMES_PER_SECOND) {
      throw new PipelineException(
          "%s: %d frames a second are not more than the %d of the clip and at most %d"
              .formatted(clip, wanted, has, MOST_FRAMES_PER_SECOND));
    }
    return (int) wanted;
  }
}
