package io.zoetrope.server.model;

import io.zoetrope.pipeline.sequence.Joint;
import io.zoetrope.server.api.ApiException;
import io.zoetrope.server.api.Fields;
import java.util.Optional;

/**
 * What a client asks for who wants a clip to go on.
 *
 * @param round what each round is; its seconds are those by which the clip grows
 * @param clip a file, of this server or of the client
 * @param origin id of the job that has made it here; empty if it was uploaded
 * @param ends where it grows
 * @param overlap frames that a round repeats; empty for what suits the model
 */
public record ExtensionRequest(
    VideoRequest round,
    byte[] clip,
    Optional<String> origin,
    Joint.Ends ends,
    Optional<Integer> overlap) {
  /** The field with the clip. */
  public static final String CLIP = "video";

  private static final int LONGEST = 20;

  /**
   * Reads a request whose clip is an upload.
   *
   * @throws ApiException that names the parameter that is to blame
   */
  public static ExtensionRequest read(Fields fields, Limits limits) {
    byte[] clip =
        VideoRequest.picture(fields, CLIP, limits)
            .orElseThrow(() ->
                new ApiException(
                    400,
                    CLIP,
                    "missing_parameter",
                    "video: a file, a data URL, or the id of a video of this server is needed"));
    return read(fields, limits, clip, Optional.empty());
  }

  /**
   * Reads a request about a clip that is there.
   *
   * @param origin id of its job
   */
  public static ExtensionRequest read(Fields fields, Limits limits, byte[] clip, String origin) {
    return read(fields, limits, clip, Optional.of(origin));
  }

  private static ExtensionRequest read(
      Fields fields, Limits limits, byte[] clip, Optional<String> origin) {
    Joint.Ends ends =
        fields
            .text("direction", LONGEST)
            .map(name ->
                Growth.ends(name)
                    .orElseThrow(() ->
                        ApiException.invalid(
                            "direction", "direction is forward, backward or loop")))
            .orElse(Joint.Ends.FIRST);
    Optional<Integer> overlap = fields.integer("overlap", 1, limits.frames());
    VideoRequest round = VideoRequest.read(fields, limits);
    if (round.reference().isPresent()) {
      throw ApiException.invalid(Inputs.REFERENCE, "input_reference: the clip is in video");
    }
    if (round.lastPicture().isPresent() || round.strength().isPresent()) {
      String name = round.lastPicture().isPresent() ? "last_image" : "strength";
      throw ApiException.invalid(
          "extra_params." + name, name + ": a clip that goes on has none; leave it out");
    }
    if (ends == Joint.Ends.BOTH && round.seconds().isPresent()) {
      throw ApiException.invalid(
          "seconds", "seconds: a loop has one round; num_frames says how long it is");
    }
    return new ExtensionRequest(round, clip, origin, ends, overlap);
  }
}
