package io.zoetrope.server.model;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/**
 * What a request becomes.
 *
 * @param model that makes it
 * @param settings all values, from which a worker makes the same request again
 * @param inputs what lies beside them in the job's folder
 * @param facts what clients are told: size, settings in force, forecast, warnings
 * @param neededBytes of memory, at most at a time
 */
public record Plan(
    ServedModel model,
    ObjectNode settings,
    List<InputFile> inputs,
    ObjectNode facts,
    long neededBytes) {
  /** Frames of the clip that is made longer, in the job's folder. */
  public static final String SOURCE = "source.raw";

  /**
   * An input of a job.
   *
   * @param file in the job's folder, with decoded frames
   * @param role what it is to the job
   * @param strength of a clip
   */
  public record InputFile(String file, Role role, double strength) {}

  /** What an input is to a job. */
  public enum Role {
    /** The picture that the clip begins with. */
    FIRST,
    /** The picture that it ends with. */
    LAST,
    /** The clip that it is made of. */
    CLIP
  }
}
