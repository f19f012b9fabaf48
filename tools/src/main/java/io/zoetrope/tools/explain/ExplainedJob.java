package io.zoetrope.tools.explain;

import io.zoetrope.media.VideoFrames;
import io.zoetrope.pipeline.family.LatentColours;
import io.zoetrope.pipeline.family.VideoGeometry;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/**
 * What a page shows of a job beside what its model did.
 *
 * @param settings all that are in force, by the names of the provenance, in the order in which they
 *     are shown
 * @param clip that the job made
 * @param mp4 the clip as a file that browsers play
 * @param geometry which frames of the clip a latent frame stands for
 * @param interventions what was changed on purpose while the model ran, a line each
 * @param colours of the latents
 * @param decodedSteps the clip as the decoder makes it of the clean latents of each step; empty if
 *     they were not decoded
 */
public record ExplainedJob(
    Map<String, Object> settings,
    VideoFrames clip,
    byte[] mp4,
    VideoGeometry geometry,
    List<String> interventions,
    LatentColours colours,
    List<VideoFrames> decodedSteps) {
  /** Of a clip as long as the job's, a frame for each of some latent frames. */
  VideoFrames frames(VideoFrames of, Collection<Integer> latentFrames) {
    return latentFrames.stream()
        .map(latent -> of.slice(middle(latent), 1))
        .reduce(VideoFrames::followedBy)
        .orElseThrow();
  }

  /** The frame in the middle of those that a latent frame stands for. */
  private int middle(int latentFrame) {
    int scale = geometry.temporalScale();
    int middle = latentFrame == 0 ? 0 : (latentFrame - 1) * scale + 1 + scale / 2;
    return Math.min(middle, clip.frames() - 1);
  }
}
