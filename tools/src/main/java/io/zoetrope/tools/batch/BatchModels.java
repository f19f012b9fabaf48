package io.zoetrope.tools.batch;

import io.zoetrope.server.api.ApiException;
import io.zoetrope.tensor.DType;
import java.io.Serial;
import java.io.Serializable;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The models that requests may name, and the number formats in which they compute.
 *
 * @param entries at least one; the first is taken where a request names none
 * @param dtype of text encoder and transformer
 * @param vaeDtype of the autoencoder
 */
public record BatchModels(List<Entry> entries, DType dtype, DType vaeDtype)
    implements Serializable {
  @Serial private static final long serialVersionUID = 1;

  private static final int BAD_REQUEST = 400;

  /**
   * A model.
   *
   * @param name in requests
   * @param location folder, or name on the hub, on each machine that runs jobs
   */
  public record Entry(String name, String location) implements Serializable {
    @Serial private static final long serialVersionUID = 1;
  }

  /** What, beside its request, decides about the clip of a job with a model. */
  String identity(Entry model) {
    return model.location() + "\n" + dtype + "\n" + vaeDtype;
  }

  /**
   * A model that a request names.
   *
   * @throws ApiException if there is none of that name
   */
  public Entry required(Optional<String> name) {
    if (name.isEmpty()) {
      return entries.getFirst();
    }
    return entries.stream()
        .filter(entry -> entry.name().equals(name.get()))
        .findFirst()
        .orElseThrow(() ->
            new ApiException(
                BAD_REQUEST,
                "model",
                "model_not_found",
                "model: there is none of that name; there are "
                    + entries.stream().map(Entry::name).collect(Collectors.joining(", "))));
  }
}
