package io.zoetrope.pipeline.family.ltx;

import io.zoetrope.dit.Conditions;
import io.zoetrope.dit.ltx.LTXTransformer;
import io.zoetrope.dit.scheduler.Scheduler;
import io.zoetrope.dit.scheduler.config.SchedulerConfig;
import io.zoetrope.nn.PatchGrid;
import io.zoetrope.ops.Ops;
import io.zoetrope.pipeline.ClipSize;
import io.zoetrope.pipeline.GenerationRequest;
import io.zoetrope.pipeline.Input;
import io.zoetrope.pipeline.PipelineException;
import io.zoetrope.pipeline.Setting;
import io.zoetrope.pipeline.family.VideoGeometry;
import io.zoetrope.pipeline.task.Conditioning;
import io.zoetrope.pipeline.task.NoiseLevels;
import io.zoetrope.random.NoiseSource;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Shape;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.vae.VideoCodec;
import io.zoetrope.vae.layer.Tiling;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Pictures and clips at any frame ({@code LTXConditionPipeline}). One at the first frame is mixed
 * into the latents; one at a later frame is further tokens in front, which lie at its time and are
 * thrown away at the end. Its strength is how little noise its tokens begin with.
 */
final class LTXConditions implements Conditioning {
  private static final float TRAIN_TIMESTEPS = 1000;

  /** Strengths that are nearer than this to 1 are 1, and noise levels likewise. */
  private static final float NEAR = 1e-6f;

  private final VideoGeometry geometry;
  private final List<Input.Condition> given;

  /** Null where denoising begins with noise. */
  private final Input.Latents latents;

  private List<LTXCondition> conditions;
  private ClipSize size;
  private int frameRate;
  private double noiseScale;

  /** How much of each latent frame is given, those in front of the clip among them. */
  private float[] strengths;

  /** Latents as the first step finds them, on the device. */
  private Tensor initial;

  LTXConditions(VideoGeometry geometry, List<Input.Condition> given, Input.Latents latents) {
    this.geometry = geometry;
    this.given = given;
    this.latents = latents;
  }

  // ---------------------------------------------------------------- checks

  @Override
  public void check(GenerationRequest request) {
    size = request.size();
    frameRate = request.get(Setting.FRAMES_PER_SECOND);
    noiseScale = request.find(Setting.IMAGE_COND_NOISE_SCALE).orElse(0.0);
    conditions = given.stream().map(one -> LTXCondition.of(one, size, geometry)).toList();
    checkLatents(request.get(Setting.STEPS));
    strengths = new float[latents(clip()).intSize(1)];
    int place = 0;
    for (LTXCondition condition : conditions) {
      float strength = (float) condition.strength();
      Arrays.fill(strengths, place, place + condition.framesInFront(), strength);
      place += condition.framesInFront();
    }
    for (LTXCondition condition : conditions) {
      for (int i = 0; i < condition.framesInPlace(); i++) {
        strengths[place + condition.firstInPlace() + i] = (float) condition.strength();
      }
    }
  }

  private void checkLatents(int steps) {
    if (latents == null) {
      return;
    }
    if (!latents.values().shape().equals(clip())) {
      throw new PipelineException(
          "latents of shape %s: this size and number of frames need %s"
              .formatted(latents.values().shape(), clip()));
    }
    if (firstStep(steps) == steps) {
      throw new PipelineException(
          "strength %s leaves no step of %d; use more of either"
              .formatted(latents.strength(), steps));
    }
  }

  private Shape clip() {
    return geometry.latents(size);
  }

  @Override
  public Shape latents(Shape clip) {
    long[] sizes = clip.sizes();
    sizes[1] += conditions.stream().mapToInt(LTXCondition::framesInFront).sum();
    return Shape.of(sizes);
  }

  @Override
  public Shape noise(Shape clip) {
    return clip;
  }

  @Override
  public boolean draws() {
    return !conditions.isEmpty();
  }

  @Override
  public void describe(Map<String, Object> settings) {
    settings.put("frame_rate", frameRate);
    if (!conditions.isEmpty()) {
      settings.put("conditions", String.join(", ", given.stream().map(this::described).toList()));
    }
    if (latents != null) {
      settings.put("denoise_strength", latents.strength());
    }
  }

  private String described(Input.Condition condition) {
    return "%s, strength %s".formatted(condition.title(), condition.strength());
  }

  @Override
  public int firstStep(int steps) {
    return latents == null ? 0 : steps - (int) (steps * latents.strength());
  }

  @Override
  public NoiseLevels levels(GenerationRequest request, SchedulerConfig schedule) {
    try (Scheduler scheduler = schedule.scheduler()) {
      if (!conditions.isEmpty() && !scheduler.stepsTokens()) {
        throw new PipelineException(
            "pictures and clips at frames take steps of each token's own, and %s takes none: use the scheduler euler"
                .formatted(scheduler.name()));
      }
    }
    double[] timesteps = LinearQuadraticSchedule.sigmas(request.get(Setting.STEPS));
    for (int i = 0; i < timesteps.length; i++) {
      timesteps[i] = (float) timesteps[i] * TRAIN_TIMESTEPS;
    }
    return NoiseLevels.of(request).orTimesteps(timesteps);
  }

  // ---------------------------------------------------------------- encoding

  @Override
  public Tensor draw(NoiseSource source, Supplier<Tensor> initialNoise) {
    Tensor noise = initialNoise.get();
    conditions.forEach(condition -> condition.draw(source, clip()));
    return noise;
  }

  @Override
  public boolean encodes() {
    return !conditions.isEmpty();
  }

  @Override
  public void encode(Ops ops, VideoCodec codec, Tiling tiling) {
    conditions.forEach(condition -> condition.encode(ops, codec, tiling, size));
  }

  // ---------------------------------------------------------------- denoising

  @Override
  public Conditions conditions(Conditions prompts) {
    PatchGrid grid = LTXTransformer.PATCH.grid(latents(clip()));
    LTXGrid places = new LTXGrid(geometry.temporalScale(), geometry.spatialScale());
    int[] begins = new int[grid.frames()];
    int place = 0;
    for (LTXCondition condition : conditions) {
      for (int i = 0; i < condition.framesInFront(); i++) {
        begins[place++] = places.begin(i, condition.frame());
      }
    }
    for (int i = 0; place < begins.length; i++) {
      begins[place++] = places.begin(i, 0);
    }
    return prompts.at(places.of(grid, begins, frameRate));
  }

  @Override
  public Tensor start(Ops ops, Tensor noise, Scheduler scheduler, float timestep) {
    Tensor all = ops.allocate(DType.F32, latents(clip()));
    int inFront = all.intSize(1) - noise.intSize(1);
    try (var _ = ops.scope()) {
      Tensor clip = ops.upload(noise);
      if (latents != null) {
        Tensor clean = ops.upload(Tensor.of(latents.values().toFloats(), clip().sizes()));
        ops.copyInto(clip, scheduler.addNoise(ops, clean, clip, timestep));
      }
      int place = 0;
      for (LTXCondition condition : conditions) {
        condition.writeInPlace(ops, clip);
        condition.writeInFront(ops, all.narrow(1, place, condition.framesInFront()));
        place += condition.framesInFront();
      }
      ops.copyInto(all.narrow(1, inFront, noise.size(1)), clip);
    }
    if (!conditions.isEmpty()) {
      float[] mask = eachToken(frame -> strengths[frame]);
      ops.tap("conditioning_mask", Tensor.of(mask, mask.length));
    }
    initial = conditions.isEmpty() || noiseScale == 0 ? null : ops.copy(all);
    return all;
  }

  /** What is given whole gets new noise, which keeps the clip from standing still there. */
  @Override
  public void before(Ops ops, Tensor running, float timestep, NoiseSource noise) {
    if (initial == null) {
      return;
    }
    long channels = running.size(0);
    long tokens = running.count() / channels;
    Tensor drawn = noise.normal(tokens, channels);
    double share = timestep / TRAIN_TIMESTEPS;
    try (var _ = ops.scope()) {
      Tensor noised = ops.copy(ops.upload(drawn).permute(1, 0)).reshape(running.shape().sizes());
      ops.linearCombinationInto(
          noised, new double[] {1, noiseScale * share * share}, initial, noised);
      for (int frame = 0; frame < strengths.length; frame++) {
        if (strengths[frame] > 1 - NEAR) {
          ops.copyInto(running.narrow(1, frame, 1), noised.narrow(1, frame, 1));
        }
      }
    }
  }

  @Override
  public float[] timesteps(float timestep) {
    return conditions.isEmpty()
        ? Conditioning.super.timesteps(timestep)
        : eachToken(frame -> Math.min(timestep, (1 - strengths[frame]) * TRAIN_TIMESTEPS));
  }

  /** Tokens take part as soon as the noise of the step is no more than their own. */
  @Override
  public void step(
      Ops ops,
      Scheduler scheduler,
      Tensor prediction,
      float timestep,
      Tensor running,
      NoiseSource noise) {
    if (conditions.isEmpty()) {
      scheduler.step(ops, prediction, timestep, running, noise);
      return;
    }
    try (var _ = ops.scope()) {
      Tensor kept = ops.copy(running);
      Tensor velocity = ops.cast(prediction, DType.F32);
      scheduler.stepTokens(ops, velocity, timestep, timesteps(timestep), running);
      ops.tap("latents_stepped", running);
      for (int frame = 0; frame < strengths.length; frame++) {
        if (timestep / TRAIN_TIMESTEPS - NEAR >= 1 - strengths[frame]) {
          ops.copyInto(running.narrow(1, frame, 1), kept.narrow(1, frame, 1));
        }
      }
    }
  }

  /** A number for each latent frame as one for each of its tokens. */
  private float[] eachToken(FrameValue value) {
    int ofFrame = clip().intSize(2) * clip().intSize(3);
    float[] tokens = new float[strengths.length * ofFrame];
    for (int frame = 0; frame < strengths.length; frame++) {
      Arrays.fill(tokens, frame * ofFrame, (frame + 1) * ofFrame, value.of(frame));
    }
    return tokens;
  }

  /** A number for a latent frame. */
  @FunctionalInterface
  private interface FrameValue {
    float of(int frame);
  }

  @Override
  public Tensor finish(Ops ops, Tensor running) {
    long frames = clip().size(1);
    long inFront = running.size(1) - frames;
    return inFront == 0 ? running : ops.copy(running.narrow(1, inFront, frames));
  }
}
