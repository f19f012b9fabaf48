package io.zoetrope.pipeline.family;

import io.zoetrope.encoding.StoredTensor;
import io.zoetrope.pipeline.GenerationRequest;
import io.zoetrope.weights.FormedWeights;
import io.zoetrope.weights.WeightForm;
import io.zoetrope.weights.WeightSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * A model whose transformers keep the matrices of their blocks in a {@link WeightForm} while they
 * compute. What lies before and behind the blocks, and what modulates their norms, stays as it is:
 * it is small, and clips suffer most from its errors.
 */
public final class FormedModel extends ChangedModel {
  static final Set<String> TRANSFORMERS = Set.of("transformer", "transformer_2");

  private static final Pattern OF_BLOCK = Pattern.compile("(\\w*blocks\\.\\d+)\\..*weight");
  private static final Pattern OF_NORM = Pattern.compile(".*(norm|modulation|table).*");

  private final WeightForm form;
  private final Adaptation adaptation;

  /** The same model with its transformers in a form. */
  public FormedModel(ModelSource model, WeightForm form) {
    super(model);
    this.form = form;
    adaptation = new Formed(model.adaptation());
  }

  @Override
  public WeightSource weights(String component) {
    WeightSource weights = super.weights(component);
    if (!TRANSFORMERS.contains(component)) {
      return weights;
    }
    return form == WeightForm.STORED
        ? BudgetedModel.streamed(weights)
        : new FormedWeights(weights, form, FormedModel::isOfBlock);
  }

  /** Whether a tensor is one of the large matrices of a block, by the names of diffusers. */
  public static boolean isOfBlock(StoredTensor tensor) {
    return tensor.shape().rank() == 2
        && OF_BLOCK.matcher(tensor.name()).matches()
        && !OF_NORM.matcher(tensor.name()).matches();
  }

  /** The block that a matrix is of. */
  static String blockOf(StoredTensor tensor) {
    return OF_BLOCK.matcher(tensor.name()).replaceFirst("$1");
  }

  @Override
  public Adaptation adaptation() {
    return adaptation;
  }

  private final class Formed implements Adaptation {
    private final Adaptation before;

    private Formed(Adaptation before) {
      this.before = before;
    }

    private String name() {
      return form.name().toLowerCase(Locale.ROOT);
    }

    @Override
    public Map<String, Object> provenance() {
      Map<String, Object> all = new TreeMap<>(before.provenance());
      all.put("weights", name());
      return all;
    }

    @Override
    public String identity() {
      return before.identity() + " weights " + name();
    }

    @Override
    public List<String> notes() {
      List<String> notes = new ArrayList<>(before.notes());
      notes.add(
          form == WeightForm.STORED
              ? "matrices of the transformer are decoded from their file while they are multiplied"
              : "matrices of the transformer are quantized to %s, in memory".formatted(name()));
      return notes;
    }

    @Override
    public List<String> warnings(GenerationRequest request) {
      return before.warnings(request);
    }

    @Override
    public GenerationRequest complete(GenerationRequest request) {
      return before.complete(request);
    }
  }
}
