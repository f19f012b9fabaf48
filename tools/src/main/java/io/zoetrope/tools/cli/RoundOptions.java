package io.zoetrope.tools.cli;

import io.zoetrope.VideoPipeline;
import io.zoetrope.media.VideoFrames;
import io.zoetrope.ops.Tracer;
import io.zoetrope.pipeline.GenerationRequest;
import io.zoetrope.pipeline.GenerationResult;
import io.zoetrope.pipeline.Setting;
import io.zoetrope.pipeline.WeightRetention;
import io.zoetrope.pipeline.run.Job;
import io.zoetrope.pipeline.sequence.RoundMaker;
import java.io.PrintWriter;
import java.util.Optional;
import picocli.CommandLine.Mixin;

/** A model that makes the rounds of a job that go on from a clip, and how it makes them. */
final class RoundOptions {
  @Mixin private ShotOptions shot;

  @Mixin private ModelOptions model;

  @Mixin private SamplingOptions sampling;

  @Mixin private JobOptions job;

  OpenModel open() {
    return model.open(WeightRetention.RELEASE);
  }

  /** What {@code --seconds} says; empty if it was not given. */
  Optional<Double> seconds() {
    return job.seconds();
  }

  /** Whether the length of a round was given, in whichever way. */
  boolean hasLength() {
    return job.hasFrames();
  }

  /** The request of each round, at the clip's size unless another one is given. */
  GenerationRequest request(VideoPipeline pipeline, String prompt, VideoFrames clip) {
    GenerationRequest defaults =
        pipeline
            .request(shot.compose(prompt))
            .with(Setting.WIDTH, clip.width())
            .with(Setting.HEIGHT, clip.height());
    return sampling.applyTo(job.applyToRound(defaults, pipeline.geometry()));
  }

  /** How each round is made, for people. */
  static String title(GenerationRequest request, int rounds) {
    return "%d round%s of %d frames of %dx%d, %d step%s, seed %s"
        .formatted(
            rounds,
            rounds == 1 ? "" : "s",
            request.get(Setting.FRAMES),
            request.get(Setting.WIDTH),
            request.get(Setting.HEIGHT),
            request.get(Setting.STEPS),
            request.get(Setting.STEPS) == 1 ? "" : "s",
            Long.toUnsignedString(request.get(Setting.SEED)));
  }

  /** Makes a round after the other, and says which. */
  static RoundMaker maker(VideoPipeline pipeline, ClipOutput shown, int rounds, PrintWriter err) {
    return (number, request) -> {
      if (rounds > 1) {
        err.printf("round %d of %d%n", number, Math.max(number, rounds));
      }
      Job round = pipeline.job(request);
      GenerationResult result = round.run(shown.progress(), Tracer.NONE);
      shown.failures().add(result.failures());
      return result;
    };
  }
}
