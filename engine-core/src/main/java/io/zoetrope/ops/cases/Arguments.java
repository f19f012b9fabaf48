package io.zoetrope.ops.cases;

import io.zoetrope.ops.Activation;
import io.zoetrope.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/** What an operation is called with, by the names that its {@link Signature} asks for. */
public interface Arguments {
  /** The operand of this name, the same one each time; null if there is none. */
  Tensor optional(String name);

  /** The attribute of this name; null if there is none. */
  Object attribute(String name);

  /**
   * The operand of this name.
   *
   * @throws IllegalArgumentException if there is none
   */
  default Tensor tensor(String name) {
    return required(name, optional(name));
  }

  /** The operands {@code name0}, {@code name1} and so on, as many as there are. */
  default List<Tensor> series(String name) {
    List<Tensor> series = new ArrayList<>();
    for (Tensor next = optional(name + 0); next != null; next = optional(name + series.size())) {
      series.add(next);
    }
    return series;
  }

  /**
   * An attribute of a type.
   *
   * @throws IllegalArgumentException if there is none
   */
  default <T> T value(String name, Class<T> type) {
    return type.cast(required(name, attribute(name)));
  }

  /**
   * A number.
   *
   * @throws IllegalArgumentException if there is none
   */
  default float number(String name) {
    return value(name, Number.class).floatValue();
  }

  /**
   * A whole number.
   *
   * @throws IllegalArgumentException if there is none
   */
  default int integer(String name) {
    return value(name, Number.class).intValue();
  }

  /** Whether something is so. */
  default boolean flag(String name) {
    return value(name, Boolean.class);
  }

  /** The attribute {@code activation}, which is none where there is no such attribute. */
  default Activation activation() {
    Object activation = attribute("activation");
    return activation == null ? Activation.NONE : (Activation) activation;
  }

  private static <T> T required(String name, T value) {
    if (value == null) {
      throw new IllegalArgumentException("there is no '%s'".formatted(name));
    }
    return value;
  }
}
