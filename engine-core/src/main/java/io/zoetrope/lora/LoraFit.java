package io.zoetrope.lora;

import static io.zoetrope.files.Printable.quote;

import io.zoetrope.encoding.StoredTensor;
import io.zoetrope.lora.LoraKey.Role;
import io.zoetrope.tensor.Shape;
import io.zoetrope.weights.WeightSource;
import io.zoetrope.weights.WeightsException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/** How a LoRA file fits a model: what it adds to which weights, and what it finds no place for. */
public final class LoraFit {
  /** Weights whose factors are kept: the one that is read, and one that is read ahead. */
  private static final int READ_AT_A_TIME = 2;

  private final LoraFile file;
  private final WeightSource model;
  private final WeightNames names;
  private final float weight;
  private final RecentFactors recent;
  private final Map<String, List<Change>> changes = new LinkedHashMap<>();
  private final List<String> homeless = new ArrayList<>();
  private final List<String> misshapen = new ArrayList<>();
  private int fitting;

  /**
   * Holds a file against a model. Nothing is read but names and shapes.
   *
   * @param isMeant tells which of the file's modules are for this model, by the file's names
   * @param model with the names of diffusers
   * @param original gives the name that a weight has in the model's original release
   * @param weight how often all of it counts
   */
  public static LoraFit of(
      LoraFile file,
      Predicate<String> isMeant,
      WeightSource model,
      UnaryOperator<String> original,
      double weight) {
    LoraFit fit = new LoraFit(file, model, original, weight);
    file.modules().stream().filter(module -> isMeant.test(module.name())).forEach(fit::add);
    fit.homeless.addAll(file.strangers());
    return fit;
  }

  private LoraFit(
      LoraFile file, WeightSource model, UnaryOperator<String> original, double weight) {
    this.file = file;
    this.model = model;
    this.names = new WeightNames(model.names(), original);
    this.weight = (float) weight;
    this.recent = new RecentFactors(READ_AT_A_TIME);
  }

  // ---------------------------------------------------------------- what fits

  private void add(LoraModule module) {
    if (module.hasPair()) {
      addPair(module);
    }
    addDifference(module, Role.DIFFERENCE, names.weight(module.name()), weight);
    addDifference(module, Role.BIAS_DIFFERENCE, names.bias(module.name()), weight);
    addDifference(module, Role.MODULATION_DIFFERENCE, names.modulation(module.name()), weight);
    if (module.find(Role.UP_BIAS).isPresent()) {
      float scaled = (float) (weight * file.scale(module));
      addDifference(module, Role.UP_BIAS, names.bias(module.name()), scaled);
    } else if (!module.hasPair()) {
      // It belongs to a difference, which no alpha acts on.
      fitting += module.find(Role.ALPHA).isPresent() ? 1 : 0;
    }
  }

  private void addPair(LoraModule module) {
    StoredTensor down = module.find(Role.DOWN).orElseThrow();
    StoredTensor up = module.find(Role.UP).orElseThrow();
    Optional<StoredTensor> found = names.weight(module.name()).map(model::tensor);
    List<String> tensors = new ArrayList<>(List.of(down.name(), up.name()));
    module.find(Role.ALPHA).ifPresent(alpha -> tensors.add(alpha.name()));
    if (found.isEmpty()) {
      homeless.addAll(tensors);
      return;
    }
    StoredTensor target = found.get();
    Shape shape = target.shape();
    boolean fits =
        shape.rank() >= 2
            && up.shape().size(0) == shape.size(0)
            && up.count() == up.shape().size(0) * module.rank()
            && down.count() == module.rank() * (shape.count() / shape.size(0));
    if (!fits && isWidening(shape, down.shape())) {
      throw new WeightsException(
          "%s: %s reads %d channels, and %s has %d: it is a control LoRA, with which a model reads more inputs; that is not supported"
              .formatted(
                  file,
                  quote(down.name()),
                  down.shape().size(1),
                  quote(target.name()),
                  shape.size(1)));
    }
    if (!fits) {
      Shape made = product(up.shape(), down.shape());
      misshapen.add(
          "%s and its pair change a weight of shape %s, %s has %s"
              .formatted(quote(down.name()), made, quote(target.name()), shape));
      return;
    }
    fitting += tensors.size();
    float scale = (float) (weight * file.scale(module));
    add(target.name(), new LowRank(down, up, scale, recent));
  }

  /** Whether a pair is for an embedding of patches that reads more than the model's. */
  private static boolean isWidening(Shape embedding, Shape down) {
    return embedding.rank() > 2 && down.rank() >= 2 && down.size(1) > embedding.size(1);
  }

  /** The shape of the weight that a pair was made for. */
  private static Shape product(Shape up, Shape down) {
    long[] sizes = down.sizes();
    sizes[0] = up.size(0);
    return Shape.of(sizes);
  }

  private void addDifference(LoraModule module, Role role, Optional<String> target, float factor) {
    StoredTensor difference = module.find(role).orElse(null);
    if (difference == null) {
      return;
    }
    if (target.isEmpty()) {
      homeless.add(difference.name());
      return;
    }
    Shape shape = model.tensor(target.get()).shape();
    if (!essence(difference.shape()).equals(essence(shape))) {
      misshapen.add(
          "%s has shape %s, %s has %s"
              .formatted(quote(difference.name()), difference.shape(), quote(target.get()), shape));
      return;
    }
    fitting++;
    add(target.get(), new Difference(difference, factor));
  }

  /** A shape without sizes of 1, which trainers leave out or add. */
  private static Shape essence(Shape shape) {
    return Shape.of(Arrays.stream(shape.sizes()).filter(size -> size != 1).toArray());
  }

  private void add(String target, Change change) {
    if (weight != 0) {
      changes.computeIfAbsent(target, _ -> new ArrayList<>()).add(change);
    }
  }

  // ---------------------------------------------------------------- what is to be known

  /** What is added to each weight, by the model's names. */
  Map<String, List<Change>> changes() {
    return changes;
  }

  /** Bytes of memory that are kept while weights are read. */
  long readingBytes() {
    long largest =
        changes.values().stream()
            .flatMap(List::stream)
            .mapToLong(Change::keptBytes)
            .max()
            .orElse(0);
    return READ_AT_A_TIME * largest;
  }

  /** The file. */
  public LoraFile file() {
    return file;
  }

  /** How many tensors of the file are used. */
  public int fitting() {
    return fitting;
  }

  /** Names of tensors that are of no weight of the model. */
  public List<String> homeless() {
    return List.copyOf(homeless);
  }

  /** What has another shape than the weight of its name, a phrase each. */
  public List<String> misshapen() {
    return List.copyOf(misshapen);
  }

  /** Whether the model uses all of the file that is meant for it. */
  public boolean isWhole() {
    return homeless.isEmpty() && misshapen.isEmpty();
  }
}
