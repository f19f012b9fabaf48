package io.zoetrope.pipeline;

/** Classifier-free guidance (Ho and Salimans, 2022). */
public final class Guidance {
  private Guidance() {}

  /**
   * {@code uncond + scale * (cond - uncond)}, in float32 in this order, as diffusers computes it.
   *
   * @param cond prediction with the prompt; gets the result
   * @param uncond prediction with the negative prompt, of the same length
   */
  public static void apply(float[] cond, float[] uncond, double scale) {
    if (cond.length != uncond.length) {
      throw new IllegalArgumentException(
          "guidance: %d and %d elements differ".formatted(cond.length, uncond.length));
    }
    float factor = (float) scale;
    for (int i = 0; i < cond.length; i++) {
      cond[i] = uncond[i] + factor * (cond[i] - uncond[i]);
    }
  }
}
