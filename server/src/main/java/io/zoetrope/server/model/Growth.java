package io.zoetrope.server.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.zoetrope.VideoPipeline;
import io.zoetrope.media.VideoFrames;
import io.zoetrope.pipeline.GenerationRequest;
import io.zoetrope.pipeline.sequence.Extension;
import io.zoetrope.pipeline.sequence.Joint;
import io.zoetrope.server.api.Json;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * How a clip is made longer.
 *
 * @param ends which ends of what is made are there already
 * @param overlap frames of the clip that each round repeats; empty for what suits the model
 * @param added frames by which it grows; empty for what one round makes
 * @param framesPerSecond rate at which it plays
 */
public record Growth(
    Joint.Ends ends, Optional<Integer> overlap, Optional<Integer> added, int framesPerSecond) {
  /** The same as JSON, from which {@link #of} makes it again. */
  public ObjectNode toJson() {
    ObjectNode json = Json.object();
    json.put("direction", ends.direction());
    json.put("overlap", overlap.orElse(null));
    json.put("added", added.orElse(null));
    return json.put("fps", framesPerSecond);
  }

  /** What {@link #toJson} has written. */
  public static Growth of(JsonNode json) {
    return new Growth(
        ends(json.get("direction").asText()).orElseThrow(),
        number(json.get("overlap")),
        number(json.get("added")),
        json.get("fps").asInt());
  }

  private static Optional<Integer> number(JsonNode value) {
    return value.isNull() ? Optional.empty() : Optional.of(value.asInt());
  }

  /** The ends that a direction stands for; empty if there is none of that name. */
  static Optional<Joint.Ends> ends(String direction) {
    return Stream.of(Joint.Ends.values())
        .filter(ends -> ends.direction().equals(direction))
        .findFirst();
  }

  /**
   * The rounds that make a clip so.
   *
   * @param pipeline of the model that makes them
   * @param request of each round
   * @throws io.zoetrope.pipeline.PipelineException if the model cannot do it
   */
  public Extension extension(VideoFrames clip, VideoPipeline pipeline, GenerationRequest request) {
    Joint joint =
        Joint.of(
            pipeline.tasks(), pipeline.geometry().temporalScale(), ends, overlap, clip.frames());
    int grows = added.orElseGet(() -> request.size().frames() - joint.overlap());
    return new Extension(clip, joint, request, grows);
  }
}
