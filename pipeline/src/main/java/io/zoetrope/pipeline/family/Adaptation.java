package io.zoetrope.pipeline.family;

import io.zoetrope.pipeline.GenerationRequest;
import java.util.List;
import java.util.Map;

/** What was done to a model before it is used, as far as jobs and people have to know of it. */
public interface Adaptation {
  /** Nothing was done. */
  Adaptation NONE = new Adaptation() {};

  /** What the provenance of a clip says of it. */
  default Map<String, Object> provenance() {
    return Map.of();
  }

  /** What tells it from others, whatever its files are called; empty for {@link #NONE}. */
  default String identity() {
    return "";
  }

  /** What was done, a sentence each, for people. */
  default List<String> notes() {
    return List.of();
  }

  /** What a user should know before a request is run, a sentence each. */
  default List<String> warnings(GenerationRequest request) {
    return List.of();
  }

  /** A request with what follows from its values for the changed model. */
  default GenerationRequest complete(GenerationRequest request) {
    return request;
  }
}
