package io.zoetrope.pipeline.family.ltx;

import io.zoetrope.dit.Conditions;
import io.zoetrope.dit.ltx.LTXTransformer;
import io.zoetrope.dit.scheduler.config.SchedulerConfig;
import io.zoetrope.dit.scheduler.flow.DynamicShift;
import io.zoetrope.nn.PatchGrid;
import io.zoetrope.pipeline.ClipSize;
import io.zoetrope.pipeline.GenerationRequest;
import io.zoetrope.pipeline.Setting;
import io.zoetrope.pipeline.family.VideoGeometry;
import io.zoetrope.pipeline.task.Conditioning;
import io.zoetrope.pipeline.task.NoiseLevels;
import java.util.Map;

/**
 * Text to video by {@code LTXPipeline}: tokens know when and where they are, and the more of them
 * there are the more noise the steps begin with.
 */
class LTXTextToVideo implements Conditioning {
  private final VideoGeometry geometry;
  private ClipSize size;
  private int frameRate;

  LTXTextToVideo(VideoGeometry geometry) {
    this.geometry = geometry;
  }

  final VideoGeometry geometry() {
    return geometry;
  }

  final ClipSize size() {
    return size;
  }

  /** The tokens of the clip. */
  final PatchGrid tokens() {
    return LTXTransformer.PATCH.grid(geometry.latents(size));
  }

  @Override
  public void check(GenerationRequest request) {
    size = request.size();
    frameRate = request.get(Setting.FRAMES_PER_SECOND);
  }

  @Override
  public void describe(Map<String, Object> settings) {
    settings.put("frame_rate", frameRate);
  }

  /** As many sigmas as steps, spaced evenly from 1 to the length of a step. */
  @Override
  public NoiseLevels levels(GenerationRequest request, SchedulerConfig schedule) {
    int steps = request.get(Setting.STEPS);
    double[] sigmas = new double[steps];
    for (int i = 0; i < steps; i++) {
      sigmas[i] = (float) (1 - (double) i / steps);
    }
    double mu = DynamicShift.read(schedule.fields()).mu(tokens().tokens());
    return NoiseLevels.of(request).orSigmas(sigmas).withMu(mu);
  }

  @Override
  public Conditions conditions(Conditions conditions) {
    LTXGrid grid = new LTXGrid(geometry.temporalScale(), geometry.spatialScale());
    return conditions.at(grid.even(tokens(), frameRate));
  }
}
