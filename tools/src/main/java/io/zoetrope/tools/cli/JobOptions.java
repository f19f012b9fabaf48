package io.zoetrope.tools.cli;

import io.zoetrope.dit.cache.StepCaching;
import io.zoetrope.dit.scheduler.config.Schedulers;
import io.zoetrope.pipeline.GenerationRequest;
import io.zoetrope.pipeline.GuidanceInterval;
import io.zoetrope.pipeline.NetworkAddress;
import io.zoetrope.pipeline.PipelineException;
import io.zoetrope.pipeline.Setting;
import io.zoetrope.pipeline.family.VideoGeometry;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The settings of a job that decide how much work it is. */
final class JobOptions {
  private static final Pattern SIZE = Pattern.compile("(\\d{1,5})[xX](\\d{1,5})");

  /** No model makes an hour. */
  private static final int MOST_SECONDS = 3600;

  @Option(
      names = "--size",
      paramLabel = "WxH",
      description =
          "Width and height in pixels (default: the model's own, in the shape of the first input).")
  private String size;

  @Option(
      names = "--frames",
      paramLabel = "N",
      description = "Number of frames, 4n + 1 (default: the model's own).")
  private Integer frames;

  @Option(
      names = "--seconds",
      paramLabel = "F",
      description =
          "How long the clip plays, instead of --frames: the nearest number of frames that the model"
              + " makes, at its frame rate or at --fps.")
  private Double seconds;

  @Option(
      names = "--steps",
      paramLabel = "N",
      description = "Number of denoising steps (default: the model's own).")
  private Integer steps;

  @Option(
      names = "--guidance",
      paramLabel = "F",
      description =
          "Strength of classifier-free guidance; 1 or less turns it off (default: the model's own).")
  private Double guidance;

  @Option(
      names = "--guidance-rescale",
      paramLabel = "F",
      description =
          "How much of what strong guidance adds to the contrast is taken back, from 0 to 1 (default:"
              + " 0).")
  private Double guidanceRescale;

  @Option(
      names = "--guidance-2",
      paramLabel = "F",
      description =
          "Strength of guidance in the steps of a second transformer (default: the model's own).")
  private Double secondGuidance;

  @Option(
      names = "--guidance-interval",
      paramLabel = "F-F",
      description =
          "Part of the steps that is guided, such as 0.1-0.9; in the others the prompt alone predicts,"
              + " with half the work (default: all).")
  private String guidanceInterval;

  @Option(
      names = "--guidance-worker",
      paramLabel = "HOST:PORT",
      description =
          "A process that predicts for the negative prompt meanwhile, started with 'guidance-worker'"
              + " (default: this one does).")
  private String guidanceWorker;

  @Option(
      names = "--cache",
      paramLabel = "KIND[:F]",
      description =
          "Steps that are like the one before reuse what the transformer made of it: first-block:0.05,"
              + " teacache:0.08, teacache-ret:0.08, easycache:0.05, magcache, or none (default: none).")
  private String cache;

  @Option(
      names = "--dynamic-guidance",
      description = "Guidance that changes with the timestep, in models that have a rule for it.")
  private boolean dynamicGuidance;

  @Option(
      names = "--boundary",
      paramLabel = "F",
      description =
          "Share of the timesteps, 0 to 1, below which a second transformer takes over (default: the"
              + " model's own).")
  private Double boundary;

  @Option(
      names = "--sigmas",
      paramLabel = "F,...",
      split = ",",
      description =
          "Noise levels from 1 down, one for each step, before the shift (default: the schedule's"
              + " own).")
  private List<Double> sigmas;

  @Option(
      names = "--timesteps",
      paramLabel = "F,...",
      split = ",",
      description = "Timesteps from 1000 down, one for each step, instead of --sigmas.")
  private List<Double> timesteps;

  @Option(
      names = "--flow-shift",
      paramLabel = "F",
      description = "Shift of the noise schedule (default: the model's own).")
  private Double flowShift;

  @Option(
      names = "--scheduler",
      paramLabel = "NAME",
      description =
          "unipc, euler, dpm++ or lcm; ddim, euler-discrete, cogvideox-ddim or cogvideox-dpm for models"
              + " that were trained with discrete timesteps (default: the model's own).")
  private String scheduler;

  @Option(
      names = "--image-noise",
      paramLabel = "F",
      description =
          "Noise that is added to given pictures in each step, for models that add some: more lets the"
              + " clip move (default: the model's own).")
  private Double imageNoise;

  @Option(
      names = "--decode-timestep",
      paramLabel = "F",
      description =
          "How noisy a decoder for noisy latents is told that they are, from 0 to 1 (default: the"
              + " model's own).")
  private Double decodeTimestep;

  @Option(
      names = "--decode-noise",
      paramLabel = "F",
      description =
          "How much noise is mixed into them, from 0 to 1 (default: what --decode-timestep says).")
  private Double decodeNoise;

  @Option(
      names = "--vae-tiling",
      description = "Decode in blended tiles: less memory, nearly the same picture.")
  private boolean tiling;

  @Mixin private PlatformOption platform;

  /** Whether the size was given, in whichever way. */
  boolean hasSize() {
    return size != null || platform.platform().isPresent();
  }

  /** Where the clip is to be published. */
  PlatformOption platform() {
    return platform;
  }

  /** Whether the number of frames was given, in whichever way. */
  boolean hasFrames() {
    return frames != null || seconds != null;
  }

  /** What {@code --seconds} says, for jobs of several rounds; empty if it was not given. */
  Optional<Double> seconds() {
    return Optional.ofNullable(seconds).map(JobOptions::requireDuration);
  }

  /** What became of {@code --seconds}; empty if it was not given. */
  Optional<String> note(GenerationRequest request) {
    if (seconds == null) {
      return Optional.empty();
    }
    int count = request.get(Setting.FRAMES);
    int rate = request.get(Setting.FRAMES_PER_SECOND);
    return Optional.of(
        String.format(
            Locale.ROOT,
            "--seconds %s: %d frames at %d a second, which are %.2f s",
            seconds,
            count,
            rate,
            (double) count / rate));
  }

  /**
   * A request with what these options say instead of the model's defaults.
   *
   * @param defaults with the frame rate at which the clip will play
   */
  GenerationRequest applyTo(GenerationRequest defaults, VideoGeometry geometry) {
    GenerationRequest request = applyToRound(defaults, geometry);
    return seconds == null
        ? request
        : request.with(Setting.FRAMES, framesOf(seconds, request, geometry));
  }

  /** The same without {@link #seconds}, which are those of all rounds together. */
  GenerationRequest applyToRound(GenerationRequest defaults, VideoGeometry geometry) {
    GenerationRequest request = defaults.with(Setting.VAE_TILING, tiling);
    if (size != null) {
      Matcher matcher = SIZE.matcher(size);
      if (!matcher.matches()) {
        throw new PipelineException(
            "--size %s is not WIDTHxHEIGHT, such as 832x480".formatted(size));
      }
      request =
          request
              .with(Setting.WIDTH, Integer.parseInt(matcher.group(1)))
              .with(Setting.HEIGHT, Integer.parseInt(matcher.group(2)));
    }
    request = platform.applyTo(request, geometry, size != null);
    request = withGiven(request, Setting.FRAMES, frames);
    request = withGiven(request, Setting.STEPS, steps);
    request = withGiven(request, Setting.GUIDANCE_SCALE, guidance);
    request = withGiven(request, Setting.GUIDANCE_RESCALE, guidanceRescale);
    request = withGiven(request, Setting.GUIDANCE_SCALE_2, secondGuidance);
    request = withGiven(request, Setting.DYNAMIC_GUIDANCE, dynamicGuidance ? true : null);
    request = withGiven(request, Setting.BOUNDARY_RATIO, boundary);
    if (guidanceInterval != null) {
      request = request.with(Setting.GUIDANCE_INTERVAL, GuidanceInterval.parse(guidanceInterval));
    }
    if (guidanceWorker != null) {
      request = request.with(Setting.GUIDANCE_WORKER, NetworkAddress.parse(guidanceWorker));
    }
    if (cache != null) {
      request = withGiven(request, Setting.CACHE, StepCaching.parse(cache).orElse(null));
    }
    request = withSteps(request, Setting.SIGMAS, sigmas);
    request = withSteps(request, Setting.TIMESTEPS, timesteps);
    request = withGiven(request, Setting.FLOW_SHIFT, flowShift);
    request = withGiven(request, Setting.IMAGE_COND_NOISE_SCALE, imageNoise);
    request = withGiven(request, Setting.DECODE_TIMESTEP, decodeTimestep);
    request = withGiven(request, Setting.DECODE_NOISE_SCALE, decodeNoise);
    return scheduler == null
        ? request
        : request.with(Setting.SCHEDULER, Schedulers.ofOption(scheduler));
  }

  private int framesOf(double seconds, GenerationRequest request, VideoGeometry geometry) {
    if (frames != null) {
      throw new PipelineException(
          "--frames and --seconds both say how long the clip is: give one of them");
    }
    return geometry.framesNearest(
        requireDuration(seconds) * request.get(Setting.FRAMES_PER_SECOND));
  }

  private static double requireDuration(double seconds) {
    if (!(seconds > 0 && seconds <= MOST_SECONDS)) {
      throw new PipelineException(
          "--seconds %s is not above 0 and at most %d".formatted(seconds, MOST_SECONDS));
    }
    return seconds;
  }

  /** Steps that are given one by one say how many there are, too. */
  private GenerationRequest withSteps(
      GenerationRequest request, Setting<List<Double>> setting, List<Double> given) {
    return given == null
        ? request
        : withGiven(request, Setting.STEPS, steps == null ? given.size() : steps)
            .with(setting, given);
  }

  private static <T> GenerationRequest withGiven(
      GenerationRequest request, Setting<T> setting, T value) {
    return value == null ? request : request.with(setting, value);
  }
}
