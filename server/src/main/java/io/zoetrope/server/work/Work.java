package io.zoetrope.server.work;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.zoetrope.server.api.Json;
import io.zoetrope.server.model.Growth;
import io.zoetrope.server.model.Plan;
import java.util.ArrayList;
import java.util.List;

/** What there is to do in a job, as the store keeps it. */
public sealed interface Work {
  /** The same as JSON, from which {@link #of} makes it again. */
  ObjectNode toJson();

  /**
   * A model makes a clip.
   *
   * @param settings all values of the request
   * @param inputs in the job's folder
   * @param neededBytes of memory
   * @param remixedFrom id of the job of which it is a change; null for none
   */
  record Generate(
      ObjectNode settings, List<Plan.InputFile> inputs, long neededBytes, String remixedFrom)
      implements Work {
    @Override
    public ObjectNode toJson() {
      ObjectNode json = Json.object();
      json.set("settings", settings);
      ArrayNode files = json.putArray("inputs");
      for (Plan.InputFile input : inputs) {
        files
            .addObject()
            .put("file", input.file())
            .put("role", input.role().name())
            .put("strength", input.strength());
      }
      json.put("needed_bytes", neededBytes);
      json.put("remixed_from", remixedFrom);
      return json;
    }
  }

  /**
   * A clip becomes a longer one, whose frames are in the job's folder.
   *
   * @param settings of each round
   * @param growth how rounds are joined
   * @param neededBytes of memory
   * @param origin id of the job that has made the clip; null if it was uploaded
   * @param provenance of the clip, as JSON; null if it has none
   */
  record Extend(
      ObjectNode settings, Growth growth, long neededBytes, String origin, String provenance)
      implements Work {
    @Override
    public ObjectNode toJson() {
      ObjectNode json = Json.object();
      json.set("settings", settings);
      json.set("growth", growth.toJson());
      json.put("needed_bytes", neededBytes);
      return json.put("origin", origin).put("provenance", provenance);
    }
  }

  /**
   * Clips become one, one behind the other.
   *
   * @param videos ids of their jobs
   * @param crossfade seconds in which each fades into the next
   */
  record Assemble(List<String> videos, double crossfade) implements Work {
    @Override
    public ObjectNode toJson() {
      ObjectNode json = Json.object();
      json.set("videos", Json.of(videos));
      json.put("crossfade", crossfade);
      return json;
    }
  }

  /** Bytes of memory that the work takes beside what the server has. */
  default long neededBytes() {
    return 0;
  }

  /** What {@link #toJson} has written. */
  static Work of(ObjectNode json) {
    if (json.has("videos")) {
      List<String> videos = new ArrayList<>();
      json.get("videos").forEach(id -> videos.add(id.asText()));
      return new Assemble(List.copyOf(videos), json.get("crossfade").asDouble());
    }
    if (json.has("growth")) {
      return new Extend(
          (ObjectNode) json.get("settings"),
          Growth.of(json.get("growth")),
          json.get("needed_bytes").asLong(),
          json.get("origin").textValue(),
          json.get("provenance").textValue());
    }
    List<Plan.InputFile> inputs = new ArrayList<>();
    for (JsonNode input : json.get("inputs")) {
      inputs.add(
          new Plan.InputFile(
              input.get("file").asText(),
              Plan.Role.valueOf(input.get("role").asText()),
              input.get("strength").asDouble()));
    }
    return new Generate(
        (ObjectNode) json.get("settings"),
        List.copyOf(inputs),
        json.get("needed_bytes").asLong(),
        json.get("remixed_from").textValue());
  }
}
