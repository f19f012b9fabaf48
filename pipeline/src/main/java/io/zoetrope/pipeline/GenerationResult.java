package io.zoetrope.pipeline;

import io.zoetrope.media.VideoFrames;
import java.util.Map;

/**
 * A generated clip.
 *
 * @param frames the clip
 * @param settings every setting in force, by diffusers' parameter names, for the provenance of the
 *     output
 */
public record GenerationResult(VideoFrames frames, Map<String, Object> settings) {}
