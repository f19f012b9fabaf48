package io.zoetrope.pipeline.explain;

import io.zoetrope.ops.Tracer;
import io.zoetrope.pipeline.PipelineException;
import io.zoetrope.pipeline.explain.Explanation.CleanLatents;
import io.zoetrope.pipeline.explain.Explanation.Curve;
import io.zoetrope.pipeline.family.PromptTokens;
import io.zoetrope.pipeline.family.VideoGeometry;
import io.zoetrope.pipeline.run.Job;
import io.zoetrope.tensor.Shape;
import io.zoetrope.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * Looks on while a job runs, and explains what its model did. Give it to {@link Job#run} and ask
 * for the {@link #explanation} behind it; it is good for one run.
 */
public final class Explainer implements Tracer {
  private static final Pattern STEP =
      Pattern.compile("denoise/step(\\d+)/(timestep|pred_original_sample|(?:un)?cond/noise_pred)");

  private static final String SIGMAS = "denoise/sigmas";
  private static final String TIMESTEPS = "denoise/timesteps";

  private final PromptTokens prompt;
  private final JobLayout layout;
  private final ExplainPlan plan;
  private final BlockGrids grids;
  private final BlockStatistics statistics;
  private final AttentionMaps maps;

  private final float[] timesteps;
  private final float[] guidanceNorm;
  private final float[][] clean;
  private float[] scheduleSigmas = {};
  private float[] scheduleTimesteps = {};
  private float[] conditional = {};

  private Explainer(PromptTokens prompt, JobLayout layout, ExplainPlan plan) {
    this.prompt = prompt;
    this.layout = layout;
    this.plan = plan;
    this.grids = new BlockGrids(layout);
    this.statistics = new BlockStatistics(plan, grids);
    this.maps = new AttentionMaps(plan, prompt, grids);
    int steps = layout.steps().size();
    this.timesteps = new float[steps];
    this.guidanceNorm = new float[layout.isGuided() ? steps : 0];
    this.clean = new float[steps][];
  }

  /**
   * Prepares to look at a job, of which a dry run tells what it computes.
   *
   * @param prompt its prompt
   * @param latents [channels, frames, height, width] of its clip
   * @throws PipelineException if what is asked for isn't there, or there is too little memory
   */
  public static Explainer of(
      Job job, VideoGeometry geometry, PromptTokens prompt, Shape latents, ExplainOptions options) {
    job.requireInOneProcess("an explanation");
    JobLayout layout = JobLayout.of(job, geometry, latents);
    ExplainPlan plan = ExplainPlan.of(layout, prompt, options, ExplainLimits.USUAL);
    long bytes = bytes(plan);
    long heap = Runtime.getRuntime().maxMemory();
    if (bytes > heap / 2) {
      throw new PipelineException(
          "an explanation of this job takes %,d MiB, and the Java heap has %,d MiB: choose fewer patches, or give Java more with ZOETROPE_JAVA_OPTIONS=-Xmx..."
              .formatted(bytes >> 20, heap >> 20));
    }
    return new Explainer(prompt, layout, plan);
  }

  /** Whether clean latents are kept of all frames. */
  public boolean keepsAllFrames() {
    return keptFrames().size() == layout.latents().size(1);
  }

  /** Bytes of memory that looking takes, beside those of the job. */
  public long bytes() {
    return bytes(plan);
  }

  private static long bytes(ExplainPlan plan) {
    JobLayout layout = plan.layout();
    long prediction = layout.latents().count() * Float.BYTES;
    return AttentionMaps.bytes(plan)
        + BlockStatistics.bytes(plan)
        + Math.min(plan.limits().latentBytes(), layout.steps().size() * prediction)
        + 4 * prediction;
  }

  // ---------------------------------------------------------------- while the job runs

  @Override
  public boolean wants(String path) {
    if (path.equals(SIGMAS) || path.equals(TIMESTEPS)) {
      return true;
    }
    Optional<TracedPlace> found = TracedPlace.of(path);
    if (found.isEmpty()) {
      return STEP.matcher(path).matches();
    }
    TracedPlace place = found.get();
    return place.isFirstInput() || place.isBlockOutput() || isModulation(place);
  }

  /** Both branches have the same. */
  private static boolean isModulation(TracedPlace place) {
    String name = place.name();
    return place.isConditional()
        && !place.block().isEmpty()
        && (name.endsWith("/gate") || name.endsWith("/scale") || name.endsWith("/shift"));
  }

  @Override
  public void tensor(String path, Tensor tensor) {
    if (path.equals(SIGMAS)) {
      scheduleSigmas = tensor.toFloats();
    } else if (path.equals(TIMESTEPS)) {
      scheduleTimesteps = tensor.toFloats();
    } else {
      TracedPlace.of(path).ifPresentOrElse(place -> block(place, tensor), () -> step(path, tensor));
    }
  }

  private void block(TracedPlace place, Tensor tensor) {
    if (place.isFirstInput()) {
      statistics.input(place, tensor);
    } else if (place.isBlockOutput()) {
      statistics.output(place, tensor);
    } else {
      statistics.modulation(place, tensor);
    }
  }

  private void step(String path, Tensor tensor) {
    Matcher matcher = STEP.matcher(path);
    if (!matcher.matches()) {
      return;
    }
    int step = layout.step(Integer.parseInt(matcher.group(1)));
    switch (matcher.group(2)) {
      case "timestep" -> timesteps[step] = tensor.toFloats()[0];
      case "pred_original_sample" -> clean[step] = kept(tensor);
      case "cond/noise_pred" -> conditional = layout.isGuided() ? tensor.toFloats() : conditional;
      default -> guidanceNorm[step] = guidance(tensor.toFloats());
    }
  }

  /** The norm of the difference of the branches' predictions. */
  private float guidance(float[] unconditional) {
    for (int i = 0; i < unconditional.length; i++) {
      unconditional[i] = conditional[i] - unconditional[i];
    }
    return (float) BlockStatistics.rms(unconditional);
  }

  private float[] kept(Tensor latents) {
    long inFront = latents.size(1) - layout.latents().size(1);
    List<Integer> frames = keptFrames();
    return latents.narrow(1, inFront + frames.getFirst(), frames.size()).toFloats();
  }

  private List<Integer> keptFrames() {
    int frames = layout.latents().intSize(1);
    long all = layout.latents().count() * Float.BYTES * layout.steps().size();
    return all <= plan.limits().latentBytes()
        ? IntStream.range(0, frames).boxed().toList()
        : List.of(frames / 2);
  }

  @Override
  public boolean wantsAttention(String path) {
    return TracedPlace.of(path)
        .filter(TracedPlace::isConditional)
        .filter(place -> !place.block().isEmpty())
        .filter(place -> place.isSelfAttention() || place.isCrossAttention())
        .isPresent();
  }

  @Override
  public void attention(String path, Attending attending) {
    maps.see(TracedPlace.of(path).orElseThrow(), path, attending);
  }

  // ---------------------------------------------------------------- behind it

  /** What was seen. */
  public Explanation explanation() {
    return new Explanation(
        prompt,
        curves(),
        new CleanLatents(
            Figure.CLEAN_LATENTS.caption(),
            keptFrames(),
            layout.latents().intSize(0),
            layout.latents().intSize(2),
            layout.latents().intSize(3),
            Arrays.asList(clean)),
        maps.words(),
        maps.patches(),
        grids.grids());
  }

  private List<Curve> curves() {
    List<Curve> curves = new ArrayList<>();
    float[] sigmas = new float[timesteps.length];
    for (int step = 0; step < sigmas.length; step++) {
      sigmas[step] = sigma(timesteps[step]);
    }
    if (!Float.isNaN(sigmas[0])) {
      curves.add(new Curve(Figure.SIGMA.caption(), "", sigmas));
    }
    curves.add(new Curve(Figure.TIMESTEP.caption(), "", timesteps));
    if (layout.isGuided()) {
      curves.add(new Curve(Figure.GUIDANCE.caption(), "rms", guidanceNorm));
    }
    return curves;
  }

  private float sigma(float timestep) {
    for (int i = 0; i < Math.min(scheduleSigmas.length, scheduleTimesteps.length); i++) {
      if (scheduleTimesteps[i] == timestep) {
        return scheduleSigmas[i];
      }
    }
    return Float.NaN;
  }
}
