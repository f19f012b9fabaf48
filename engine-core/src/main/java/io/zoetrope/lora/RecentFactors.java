package io.zoetrope.lora;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Keeps the factors of the products that were asked for last: those of the weights that are being
 * read. A LoRA may have more factors than there is memory to keep all of them as floats.
 */
final class RecentFactors {
  private final int most;
  private final Map<LowRank, LowRank.Factors> kept = new LinkedHashMap<>(16, 0.75f, true);

  /**
   * Keeps none yet.
   *
   * @param most how many products to keep the factors of
   */
  RecentFactors(int most) {
    this.most = most;
  }

  /** The factors of a product, read now if they are not kept. */
  synchronized LowRank.Factors get(LowRank product) {
    LowRank.Factors factors = kept.get(product);
    if (factors == null) {
      factors = product.load();
      if (kept.size() == most) {
        kept.remove(kept.keySet().iterator().next());
      }
      kept.put(product, factors);
    }
    return factors;
  }
}
