package io.zoetrope.lora;

import static io.zoetrope.files.Printable.quote;

import io.zoetrope.encoding.StoredTensor;
import io.zoetrope.lora.LoraKey.Role;
import io.zoetrope.weights.WeightsException;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/** What a LoRA file holds for one module of a model. */
final class LoraModule {
  private final String file;
  private final String name;
  private final Map<Role, StoredTensor> tensors = new EnumMap<>(Role.class);

  /**
   * A module of which nothing is known yet.
   *
   * @param file that holds it, for errors
   * @param name as the file gives it, with its prefix
   */
  LoraModule(String file, String name) {
    this.file = file;
    this.name = name;
  }

  /** The module's name as the file gives it, with its prefix. */
  String name() {
    return name;
  }

  void add(Role role, StoredTensor tensor) {
    StoredTensor other = tensors.put(role, tensor);
    if (other != null) {
      throw new WeightsException(
          "%s: %s and %s are the same of one module: it is made of two LoRAs, of which nobody knows which counts"
              .formatted(file, quote(other.name()), quote(tensor.name())));
    }
    if (role != Role.ALPHA && !tensor.encoding().holdsNumbers()) {
      throw new WeightsException(
          "%s: %s is stored as %s, which are no numbers without their scales: take the LoRA in F32, F16 or BF16"
              .formatted(file, quote(tensor.name()), tensor.encoding().name()));
    }
  }

  Optional<StoredTensor> find(Role role) {
    return Optional.ofNullable(tensors.get(role));
  }

  /** How many tensors the file has for it. */
  int size() {
    return tensors.size();
  }

  boolean hasPair() {
    return tensors.containsKey(Role.DOWN);
  }

  /** Whether it changes nothing, such as a lonely alpha. */
  boolean isIdle() {
    return tensors.keySet().stream().allMatch(role -> role == Role.ALPHA);
  }

  /** Rows of the first factor. */
  long rank() {
    return tensors.get(Role.DOWN).shape().size(0);
  }

  /** The alpha that the file has for this module. */
  OptionalDouble alpha() {
    StoredTensor alpha = tensors.get(Role.ALPHA);
    if (alpha == null) {
      return OptionalDouble.empty();
    }
    float[] value = new float[1];
    alpha.read(0, value, 0, 1);
    if (!Float.isFinite(value[0])) {
      throw new WeightsException(
          "%s: %s is %s: the file is damaged".formatted(file, quote(alpha.name()), value[0]));
    }
    return OptionalDouble.of(value[0]);
  }

  /**
   * Checks that the tensors belong together.
   *
   * @throws WeightsException that names the one that is missing or has another shape
   */
  void requireWhole() {
    StoredTensor down = tensors.get(Role.DOWN);
    StoredTensor up = tensors.get(Role.UP);
    if ((down == null) != (up == null)) {
      throw new WeightsException(
          "%s: %s has no second factor of its pair: the file is damaged, or a part of one"
              .formatted(file, quote((down == null ? up : down).name())));
    }
    if (down != null) {
      requireFitting(down, up);
    }
    StoredTensor upBias = tensors.get(Role.UP_BIAS);
    if (upBias != null && up == null) {
      throw new WeightsException(
          "%s: %s is behind a factor that is missing: the file is damaged, or a part of one"
              .formatted(file, quote(upBias.name())));
    }
    StoredTensor alpha = tensors.get(Role.ALPHA);
    if (alpha != null && alpha.count() != 1) {
      throw new WeightsException(
          "%s: %s has shape %s; an alpha is one number"
              .formatted(file, quote(alpha.name()), alpha.shape()));
    }
  }

  private void requireFitting(StoredTensor down, StoredTensor up) {
    boolean areMatrices = down.shape().rank() >= 2 && up.shape().rank() >= 2;
    if (!areMatrices
        || down.count() == 0
        || up.count() == 0
        || down.shape().size(0) != up.shape().size(1)) {
      throw new WeightsException(
          "%s: %s %s and %s %s are no pair: [rank, inputs] and [outputs, rank] are needed"
              .formatted(file, quote(down.name()), down.shape(), quote(up.name()), up.shape()));
    }
  }
}
