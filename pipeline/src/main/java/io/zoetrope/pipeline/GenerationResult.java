package io.zoetrope.pipeline;

import io.zoetrope.media.VideoFrames;
import java.util.List;
import java.util.Map;

/**
 * A generated clip.
 *
 * @param frames the clip
 * @param settings every setting in force, by diffusers' parameter names, for the provenance of the
 *     output
 * @param failures why outputs beside the clip could not be written, each with a message of one
 *     line; empty if all went well
 */
public record GenerationResult(
    VideoFrames frames, Map<String, Object> settings, List<RuntimeException> failures) {}
