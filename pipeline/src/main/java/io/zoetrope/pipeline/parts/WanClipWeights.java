package io.zoetrope.pipeline.parts;

import io.zoetrope.encoding.StoredTensor;
import io.zoetrope.pipeline.names.ClipNames;
import io.zoetrope.tensor.Shape;
import io.zoetrope.weights.NameMap;
import io.zoetrope.weights.WeightSource;
import io.zoetrope.weights.WeightsException;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The vision tower of CLIP as Wan's original release has it, by the names of transformers: queries,
 * keys and values lie in one tensor there, and embeddings have a dimension more. What belongs to
 * the text, and to the output for whole pictures, is left out.
 */
final class WanClipWeights implements WeightSource {

  private static final Pattern JOINED =
      Pattern.compile("visual\\.transformer\\.(\\d+)\\.attn\\.to_qkv\\.(weight|bias)");

  private static final String[] PROJECTIONS = {"q_proj", "k_proj", "v_proj"};

  private static final Set<String> OTHERS = Set.of("log_scale", "visual.head");

  private final WeightSource source;
  private final Map<String, Place> places = new LinkedHashMap<>();

  /**
   * Where a tensor is.
   *
   * @param stored the name that it lies under
   * @param third which third of its rows, from 0 on; -1 for all of it
   */
  private record Place(String stored, int third) {}

  /**
   * The tower in a source; closing closes the source.
   *
   * @param prefix in front of all names of the release
   * @throws WeightsException if a tensor is none of the release's
   */
  WanClipWeights(WeightSource source, String prefix) {
    this.source = source;
    NameMap names = ClipNames.wan();
    for (String stored : source.names()) {
      if (stored.startsWith(prefix)) {
        add(names, stored, stored.substring(prefix.length()));
      }
    }
  }

  private void add(NameMap names, String stored, String original) {
    if (OTHERS.contains(original) || original.startsWith("textual.")) {
      return;
    }
    Matcher joined = JOINED.matcher(original);
    if (joined.matches()) {
      for (int i = 0; i < PROJECTIONS.length; i++) {
        String name =
            "vision_model.encoder.layers.%s.self_attn.%s.%s"
                .formatted(joined.group(1), PROJECTIONS[i], joined.group(2));
        places.put(name, new Place(stored, i));
      }
      return;
    }
    Optional<String> name = names.toRight(original);
    if (name.isEmpty()) {
      throw new WeightsException(
          "%s holds the tensor '%s', which CLIP's vision tower does not have"
              .formatted(source.description(), stored));
    }
    places.put(name.get(), new Place(stored, -1));
  }

  @Override
  public Set<String> names() {
    return Collections.unmodifiableSet(places.keySet());
  }

  @Override
  public StoredTensor tensor(String name) {
    Place place = places.get(name);
    if (place == null) {
      throw new WeightsException("%s: has no tensor '%s'".formatted(description(), name));
    }
    StoredTensor stored = source.tensor(place.stored).withName(name);
    if (place.third < 0) {
      return stored.withShape(withoutOnes(stored.shape(), name));
    }
    if (stored.shape().rank() == 0 || stored.shape().size(0) % PROJECTIONS.length != 0) {
      throw new WeightsException(
          "%s: the rows of tensor '%s' of shape %s are not those of queries, keys and values"
              .formatted(description(), place.stored, stored.shape()));
    }
    long rows = stored.shape().size(0) / PROJECTIONS.length;
    return stored.rows(place.third * rows, rows);
  }

  /** Embeddings are stored as [1, tokens, width], that of the whole picture as [1, 1, width]. */
  private static Shape withoutOnes(Shape shape, String name) {
    if (!name.contains(".class_embedding") && !name.contains(".position_embedding")) {
      return shape;
    }
    long[] sizes = shape.sizes();
    int ones = 0;
    while (ones < sizes.length - 1 && sizes[ones] == 1) {
      ones++;
    }
    return Shape.of(Arrays.copyOfRange(sizes, ones, sizes.length));
  }

  @Override
  public Map<String, String> metadata() {
    return source.metadata();
  }

  @Override
  public String description() {
    return source.description();
  }

  @Override
  public void close() {
    source.close();
  }
}
