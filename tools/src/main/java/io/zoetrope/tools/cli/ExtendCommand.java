package io.zoetrope.tools.cli;

import io.zoetrope.VideoPipeline;
import io.zoetrope.media.MediaWriter;
import io.zoetrope.media.VideoFrames;
import io.zoetrope.pipeline.ClipSize;
import io.zoetrope.pipeline.GenerationRequest;
import io.zoetrope.pipeline.PipelineException;
import io.zoetrope.pipeline.Setting;
import io.zoetrope.pipeline.run.Job;
import io.zoetrope.pipeline.sequence.Extension;
import io.zoetrope.pipeline.sequence.Joint;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** A clip becomes a longer one. */
@Command(
    name = "extend",
    description = {
      "Makes a clip longer with a model that takes pictures or control clips, round by round: each goes"
          + " on from the frames of the one before.",
      "--frames is the length of a round, --seconds what the clip grows by (default: one round)."
    },
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    sortOptions = false)
final class ExtendCommand implements Callable<Integer> {
  @Parameters(index = "0", paramLabel = "CLIP", description = "A clip, or a picture.")
  private Path clip;

  @Parameters(index = "1", paramLabel = "PROMPT", description = "What is to happen.")
  private String prompt;

  @Option(
      names = "--direction",
      paramLabel = "NAME",
      defaultValue = "forward",
      description = "forward from the end, or backward from the beginning (default: forward).")
  private ExtendDirection direction;

  @Option(
      names = "--loop",
      description = "Lead from the end back to the beginning, so that the clip can play on and on.")
  private boolean loop;

  @Option(
      names = "--overlap",
      paramLabel = "N",
      description =
          "Frames of the clip that a round goes on from (default: 1, or those of two latent frames"
              + " where the model takes so many).")
  private Integer overlap;

  @Mixin private RoundOptions rounds;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "OUT",
      defaultValue = "extended.mp4",
      description = "An MP4, a GIF, or a .png-folder (default: ${DEFAULT-VALUE}).")
  private String output;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    PrintWriter err = spec.commandLine().getErr();
    requireUsable();
    MediaWriter writer = MediaWriter.open(output);
    GivenClip given = GivenClip.read(clip);
    given.requireApart(writer);
    try (OpenModel model = rounds.open()) {
      VideoPipeline pipeline = model.pipeline();
      Joint joint =
          Joint.of(
              pipeline.tasks(),
              pipeline.geometry().temporalScale(),
              ends(),
              Optional.ofNullable(overlap),
              given.frames().frames());
      GenerationRequest request = rounds.request(pipeline, prompt, given.frames());
      int modelRate = request.get(Setting.FRAMES_PER_SECOND);
      int rate = given.exactFramesPerSecond() == 0 ? modelRate : given.framesPerSecond();
      Extension extension =
          new Extension(given.frames(), joint, request, added(request, joint, rate));
      Job first = pipeline.job(extension.firstRequest());
      VideoFrames frames = given.frames();
      ClipSize longer =
          new ClipSize(frames.width(), frames.height(), frames.frames() + extension.added());
      ClipOutput.requireHeld(longer);
      writer.check(longer.width(), longer.height(), longer.frames(), rate);
      model.announce(err, ": " + RoundOptions.title(request, extension.rounds()));
      given.rateNote().ifPresent(err::println);
      if (rate != modelRate) {
        err.printf(
            Locale.ROOT,
            "warning: the model makes %d frames a second, the clip plays at %d: what is added moves"
                + " %.1f times as fast%n",
            modelRate,
            rate,
            (double) rate / modelRate);
      }
      first.warnings().forEach(warning -> err.println("warning: " + warning));
      ClipOutput shown =
          new ClipOutput(
              writer,
              output,
              rate,
              err,
              extension.rounds(),
              first.forecast(),
              "fewer steps or seconds shorten it");
      Extension.Result result =
          shown.run(
              () -> extension.run(RoundOptions.maker(pipeline, shown, extension.rounds(), err)));
      report(err, result);
      shown.writeClip(
          result::clip,
          () -> extension.provenance(result, rate, model.device().name(), given.provenance()));
      return shown.finish();
    }
  }

  private void requireUsable() {
    if (prompt.isBlank()) {
      throw new PipelineException("the prompt is empty; say what is to happen");
    }
    if (overlap != null && overlap < 1) {
      throw new PipelineException("--overlap %d is below 1".formatted(overlap));
    }
    if (loop && (direction == ExtendDirection.BACKWARD || rounds.seconds().isPresent())) {
      throw new PipelineException(
          "--loop has one round from the end to the beginning: leave out %s; --frames says how long it is"
              .formatted(direction == ExtendDirection.BACKWARD ? "--direction" : "--seconds"));
    }
  }

  private Joint.Ends ends() {
    if (loop) {
      return Joint.Ends.BOTH;
    }
    return direction == ExtendDirection.FORWARD ? Joint.Ends.FIRST : Joint.Ends.LAST;
  }

  /** How many frames the clip grows by. */
  private int added(GenerationRequest request, Joint joint, int rate) {
    return rounds
        .seconds()
        .map(seconds -> Math.clamp(Math.round(seconds * rate), 1, Integer.MAX_VALUE / 2))
        .orElse(request.get(Setting.FRAMES) - joint.overlap());
  }

  private static void report(PrintWriter err, Extension.Result result) {
    result.seams().forEach(err::println);
    result.warnings().forEach(warning -> err.println("warning: " + warning));
  }
}
