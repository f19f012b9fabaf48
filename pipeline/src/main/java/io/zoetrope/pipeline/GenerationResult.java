package io.zoetrope.pipeline;

import io.zoetrope.media.MediaWriter;
import io.zoetrope.media.Provenance;
import io.zoetrope.media.VideoFrames;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A generated clip.
 *
 * @param frames the clip
 * @param settings the model, and every setting in force, by diffusers' parameter names
 * @param failures why outputs beside the clip could not be written, each with a message of one
 *     line; empty if all went well
 */
public record GenerationResult(
    VideoFrames frames, Map<String, Object> settings, List<RuntimeException> failures) {
  /**
   * Writes the clip as the command line does: with the settings and the label that says that it was
   * generated.
   *
   * @throws io.zoetrope.media.MediaException if it can't be written
   */
  public void write(MediaWriter writer, int framesPerSecond) {
    writer.write(frames, framesPerSecond, provenance(Map.of("fps", framesPerSecond)));
  }

  /**
   * Where the clip comes from, for a clip that plays at a rate: whoever writes it, the same job
   * makes the same file.
   *
   * @param upscale how often each pixel is repeated, in both directions
   * @param more what else is to be known of it, behind the rate
   */
  public Provenance provenance(int framesPerSecond, int upscale, Map<String, ?> more) {
    Map<String, Object> entries = new LinkedHashMap<>();
    entries.put("fps", framesPerSecond);
    entries.put("upscale", upscale);
    entries.putAll(more);
    return provenance(entries);
  }

  /**
   * Where the clip comes from, for an output that was made of it.
   *
   * @param more what else is to be known of the output, behind the settings
   */
  public Provenance provenance(Map<String, ?> more) {
    Map<String, Object> entries = new LinkedHashMap<>(settings);
    entries.putAll(more);
    return Provenance.of(entries);
  }
}
