package io.zoetrope.pipeline;

import io.zoetrope.dit.scheduler.SchedulerKind;
import io.zoetrope.media.VideoFrames;
import io.zoetrope.tensor.Tensor;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * What to generate. Everything but the prompt has a default; see {@link #builder}.
 *
 * @param prompt what the clip shows; cleaned as diffusers does; may be empty
 * @param negativePrompt what it should not show; used when guidance is on
 * @param width in pixels, a multiple of the model's patch in pixels
 * @param height in pixels, likewise
 * @param frames 4n + 1
 * @param steps number of denoising steps, at least 1
 * @param guidanceScale strength of classifier-free guidance; 1 or less is none
 * @param flowShift shift of the noise schedule; empty is the model's own
 * @param scheduler empty is the model's own
 * @param seed of the initial noise: the numbers of {@code torch.Generator("cpu").manual_seed}
 * @param maxSequenceLength tokens that the prompt is padded or cut to
 * @param initialLatents noise to start from instead of the seed's, [channels, frames, height,
 *     width] of the latents, or null
 * @param video clip to start from (video-to-video), or null
 * @param strength how much of the schedule is applied to {@code video}, in (0, 1]
 * @param saveLatents file that gets the denoised latents before they are decoded, or null
 * @param tiledDecoding whether the video autoencoder works tile by tile, which needs less memory
 *     and blends the seams
 */
public record GenerationRequest(
    String prompt,
    String negativePrompt,
    int width,
    int height,
    int frames,
    int steps,
    double guidanceScale,
    OptionalDouble flowShift,
    Optional<SchedulerKind> scheduler,
    long seed,
    int maxSequenceLength,
    Tensor initialLatents,
    VideoFrames video,
    double strength,
    Path saveLatents,
    boolean tiledDecoding) {
  /** Longest prompt that is accepted, in characters. */
  public static final int MAX_PROMPT_LENGTH = 100_000;

  /**
   * Checks what can be checked without a model.
   *
   * @throws PipelineException that names the value, and what is allowed
   */
  public GenerationRequest {
    requirePrompt("prompt", prompt);
    requirePrompt("negative prompt", negativePrompt);
    require(width > 0 && height > 0, "size %dx%d is not positive", width, height);
    require(frames > 0, "frames %d is not positive", frames);
    require(steps > 0 && steps <= 1000, "steps %d is outside 1 to 1000", steps);
    require(Double.isFinite(guidanceScale), "guidance %s is not a finite number", guidanceScale);
    require(
        flowShift.isEmpty() || (flowShift.getAsDouble() > 0 && flowShift.getAsDouble() < 1e6),
        "flow shift %s is not a positive number",
        flowShift.orElse(0));
    require(
        strength > 0 && strength <= 1 && (int) (steps * strength) >= 1,
        "strength %s leaves no step of %d; use more of either",
        strength,
        steps);
    require(
        maxSequenceLength > 0 && maxSequenceLength <= 4096,
        "maximum sequence length %d is outside 1 to 4096",
        maxSequenceLength);
  }

  /** Whether the unconditional prediction takes part. */
  public boolean isGuided() {
    return guidanceScale > 1;
  }

  /** A request with a model's defaults. */
  public static Builder builder(String prompt, GenerationDefaults defaults) {
    return new Builder(prompt, defaults);
  }

  private static void requirePrompt(String what, String text) {
    require(
        text.length() <= MAX_PROMPT_LENGTH,
        "the %s has %d characters; at most %d are accepted",
        what,
        text.length(),
        MAX_PROMPT_LENGTH);
  }

  private static void require(boolean condition, String message, Object... args) {
    if (!condition) {
      throw new PipelineException(message.formatted(args));
    }
  }

  /** Collects the values of a request; each method returns the builder. */
  public static final class Builder {
    private final String prompt;
    private String negativePrompt = "";
    private int width;
    private int height;
    private int frames;
    private int steps;
    private double guidanceScale;
    private OptionalDouble flowShift = OptionalDouble.empty();
    private Optional<SchedulerKind> scheduler = Optional.empty();
    private long seed;
    private int maxSequenceLength = 512;
    private Tensor initialLatents;
    private VideoFrames video;
    private double strength = 1;
    private Path saveLatents;
    private boolean tiledDecoding;

    private Builder(String prompt, GenerationDefaults defaults) {
      this.prompt = prompt;
      this.width = defaults.width();
      this.height = defaults.height();
      this.frames = defaults.frames();
      this.steps = defaults.steps();
      this.guidanceScale = defaults.guidanceScale();
    }

    public Builder negativePrompt(String value) {
      negativePrompt = value;
      return this;
    }

    public Builder size(int newWidth, int newHeight) {
      width = newWidth;
      height = newHeight;
      return this;
    }

    public Builder frames(int value) {
      frames = value;
      return this;
    }

    public Builder steps(int value) {
      steps = value;
      return this;
    }

    public Builder guidanceScale(double value) {
      guidanceScale = value;
      return this;
    }

    public Builder flowShift(double value) {
      flowShift = OptionalDouble.of(value);
      return this;
    }

    public Builder scheduler(SchedulerKind value) {
      scheduler = Optional.of(value);
      return this;
    }

    public Builder seed(long value) {
      seed = value;
      return this;
    }

    public Builder maxSequenceLength(int value) {
      maxSequenceLength = value;
      return this;
    }

    public Builder initialLatents(Tensor value) {
      initialLatents = value;
      return this;
    }

    /** Starts from a clip; diffusers' default strength is 0.8. */
    public Builder video(VideoFrames value, double newStrength) {
      video = value;
      strength = newStrength;
      return this;
    }

    public Builder saveLatents(Path value) {
      saveLatents = value;
      return this;
    }

    public Builder tiledDecoding(boolean value) {
      tiledDecoding = value;
      return this;
    }

    /** The request. */
    public GenerationRequest build() {
      return new GenerationRequest(
          prompt,
          negativePrompt,
          width,
          height,
          frames,
          steps,
          guidanceScale,
          flowShift,
          scheduler,
          seed,
          maxSequenceLength,
          initialLatents,
          video,
          strength,
          saveLatents,
          tiledDecoding);
    }
  }
}
