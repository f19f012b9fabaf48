package io.zoetrope.ops.cases;

import java.util.Random;

/** The elements of an operand. */
@FunctionalInterface
public interface Values {
  /** Normally distributed values with a few outliers. */
  Values NORMAL = (random, _, _) -> normal(random);

  /** Normally distributed values, of which none stands out. */
  Values PLAIN = (random, _, _) -> (float) random.nextGaussian();

  /**
   * The next element.
   *
   * @param index of the element
   * @param count of all elements
   */
  float next(Random random, long index, long count);

  /** A multiple of normally distributed values with a few outliers, and an offset. */
  static Values normal(float offset, float scale) {
    return (random, _, _) -> offset + scale * normal(random);
  }

  /** Small whole numbers: their products and sums are exact in float32, but not in bfloat16. */
  static Values integers(int largest) {
    return (random, _, _) -> (float) (Math.round(largest * normal(random)) % (largest + 1));
  }

  /** The given values, again and again. */
  static Values cycle(float... values) {
    return (_, index, _) -> values[(int) (index % values.length)];
  }

  /**
   * Normally distributed values, but for one of the elements, which counts from the end if
   * negative.
   */
  static Values spoilt(int place, float value) {
    return (random, index, count) -> {
      float usual = normal(random);
      return index == (place < 0 ? count + place : place) ? value : usual;
    };
  }

  private static float normal(Random random) {
    return (float) random.nextGaussian() * (random.nextInt(97) == 0 ? 30 : 1);
  }
}
