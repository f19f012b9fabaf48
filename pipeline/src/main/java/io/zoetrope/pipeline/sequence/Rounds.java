package io.zoetrope.pipeline.sequence;

import io.zoetrope.media.Resampling;
import io.zoetrope.media.VideoFrames;
import io.zoetrope.pipeline.GenerationRequest;
import io.zoetrope.pipeline.GenerationResult;
import io.zoetrope.pipeline.Setting;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Jobs one after the other, with a seed for each: that of the request, and those that follow it.
 * What they make has the size of the clip that they join.
 */
final class Rounds {
  private final GenerationRequest request;
  private final Joint joint;
  private final RoundMaker maker;
  private Map<String, Object> settings = Map.of();
  private int done;

  Rounds(GenerationRequest request, Joint joint, RoundMaker maker) {
    this.request = request;
    this.joint = joint;
    this.maker = maker;
  }

  /**
   * Makes a clip between two others, one of which may be null.
   *
   * @return with the frames at its ends that are there already
   */
  VideoFrames next(VideoFrames before, VideoFrames after) {
    GenerationRequest round = request.with(Setting.SEED, request.get(Setting.SEED) + done);
    done++;
    GenerationResult result = maker.make(done, joint.apply(round, before, after));
    if (done == 1) {
      settings = new LinkedHashMap<>(result.settings());
    }
    VideoFrames shape = before == null ? after : before;
    return Resampling.LANCZOS.resize(result.frames(), shape.width(), shape.height());
  }

  /** Settings of the first round, and how many there were. */
  Map<String, Object> settings() {
    Map<String, Object> all = new LinkedHashMap<>(settings);
    all.put("rounds", done);
    return all;
  }
}
