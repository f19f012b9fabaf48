package io.zoetrope.lora;

import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * Finds the weights of a model by the names that LoRA files give to its modules: those of diffusers
 * or of the model's original release, with dots or with underscores in their place, behind one or
 * several of the prefixes that trainers write.
 */
final class WeightNames {
  /** Of names with dots; diffusers gives the second transformer of a pipeline the first of them. */
  private static final List<String> DOTTED =
      List.of(
          "transformer_2.",
          "transformer.",
          "base_model.model.",
          "model.diffusion_model.",
          "diffusion_model.",
          "pipe.dit.",
          "dit.",
          "unet.",
          "model.",
          "net.");

  /** Of names in which underscores stand for dots. */
  private static final List<String> UNDERSCORED = List.of("lora_unet__", "lora_unet_", "lycoris_");

  private static final List<String> PARTS = List.of(".weight", ".bias");

  private final Set<String> weights;
  private final Map<String, String> modules = new HashMap<>();

  /** Names with underscores that could be two modules: whose they are is nobody's guess. */
  private final Set<String> ambiguous = new HashSet<>();

  /**
   * The names of a model.
   *
   * @param weights as the model asks for them, those of diffusers
   * @param original gives the name that a weight has in the model's original release
   */
  WeightNames(Collection<String> weights, UnaryOperator<String> original) {
    this.weights = Set.copyOf(weights);
    for (String weight : weights) {
      String module = module(weight);
      add(module, module);
      add(module(original.apply(weight)), module);
    }
  }

  private void add(String name, String module) {
    String other = modules.put(underscored(name), module);
    if (other != null && !other.equals(module)) {
      ambiguous.add(underscored(name));
    }
  }

  /** What stands before {@code .weight} and {@code .bias}; a table's name is its module's. */
  private static String module(String weight) {
    return PARTS.stream()
        .filter(weight::endsWith)
        .findFirst()
        .map(part -> weight.substring(0, weight.length() - part.length()))
        .orElse(weight);
  }

  private static String underscored(String name) {
    return name.replace('.', '_');
  }

  /**
   * The weight of a module; that of a table is the table.
   *
   * @param name as a file gives it
   */
  Optional<String> weight(String name) {
    return find(name)
        .map(module -> weights.contains(module + ".weight") ? module + ".weight" : module)
        .filter(weights::contains);
  }

  /** The bias of a module. */
  Optional<String> bias(String name) {
    return find(name).map(module -> module + ".bias").filter(weights::contains);
  }

  /** The modulation table below a module, by either of its names. */
  Optional<String> modulation(String name) {
    return weight(name + ".modulation").or(() -> weight(name + ".scale_shift_table"));
  }

  private Optional<String> find(String name) {
    String key = underscored(name);
    if (modules.containsKey(key)) {
      return ambiguous.contains(key) ? Optional.empty() : Optional.of(modules.get(key));
    }
    for (String prefix : DOTTED) {
      if (name.startsWith(prefix)) {
        return find(name.substring(prefix.length()));
      }
    }
    for (String prefix : UNDERSCORED) {
      if (name.startsWith(prefix)) {
        return find(name.substring(prefix.length()));
      }
    }
    return Optional.empty();
  }
}
