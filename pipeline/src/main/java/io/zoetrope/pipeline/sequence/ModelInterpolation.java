package io.zoetrope.pipeline.sequence;

import io.zoetrope.media.VideoFrames;
import io.zoetrope.pipeline.ClipSize;
import io.zoetrope.pipeline.GenerationRequest;
import io.zoetrope.pipeline.PipelineException;
import io.zoetrope.pipeline.Setting;
import io.zoetrope.pipeline.family.VideoGeometry;
import java.util.Map;

/**
 * Frames between the frames of a clip, which are kept as they are, by a model that leads from a
 * first frame to a last one: a round for each pair of neighbours. Models make certain numbers of
 * frames only, of which those are taken that lie nearest to the places wanted.
 *
 * @param clip what is there
 * @param multiplier how many frames there will be for each, 2 or more
 * @param joint how the model leads from one frame to the next
 * @param request of each round; its frames are replaced
 */
public record ModelInterpolation(
    VideoFrames clip, int multiplier, Joint joint, GenerationRequest request) {
  /**
   * What came of it.
   *
   * @param settings of the first round, and how many there were
   */
  public record Result(VideoFrames clip, Map<String, Object> settings) {}

  /**
   * Chooses the frames of a round.
   *
   * @throws PipelineException if the clip has one frame
   */
  public static ModelInterpolation of(
      VideoFrames clip,
      int multiplier,
      Joint joint,
      GenerationRequest request,
      VideoGeometry geometry) {
    if (clip.frames() < 2) {
      throw new PipelineException("there is nothing between the frames of a clip of 1 frame");
    }
    int frames = multiplier + 1;
    while (geometry.framesWithin(frames) <= multiplier) {
      frames++;
    }
    return new ModelInterpolation(clip, multiplier, joint, request.with(Setting.FRAMES, frames));
  }

  /** The size of the result. */
  public ClipSize size() {
    return new ClipSize(clip.width(), clip.height(), rounds() * multiplier + 1);
  }

  /** How many rounds there will be. */
  public int rounds() {
    return clip.frames() - 1;
  }

  /** The request of the first round. */
  public GenerationRequest firstRequest() {
    return joint.apply(request, clip.slice(0, 1), clip.slice(1, 1));
  }

  /**
   * Makes the frames.
   *
   * @param maker checks and runs the job of each round
   */
  public Result run(RoundMaker maker) {
    Rounds rounds = new Rounds(request, joint, maker);
    int frameBytes = clip.frame(0).length;
    byte[] rgb = new byte[Math.toIntExact(size().bytes())];
    for (int i = 0; i < clip.frames(); i++) {
      System.arraycopy(clip.frame(i), 0, rgb, i * multiplier * frameBytes, frameBytes);
      if (i + 1 < clip.frames()) {
        VideoFrames made = rounds.next(clip.slice(i, 1), clip.slice(i + 1, 1));
        for (int k = 1; k < multiplier; k++) {
          int nearest = Math.round((float) k * (made.frames() - 1) / multiplier);
          System.arraycopy(
              made.frame(nearest), 0, rgb, (i * multiplier + k) * frameBytes, frameBytes);
        }
      }
    }
    VideoFrames smoother = new VideoFrames(clip.width(), clip.height(), size().frames(), rgb);
    return new Result(smoother, rounds.settings());
  }
}
