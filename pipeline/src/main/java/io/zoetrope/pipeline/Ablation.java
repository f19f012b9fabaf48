package io.zoetrope.pipeline;

import io.zoetrope.tensor.Shape;
import io.zoetrope.tensor.Tensor;
import java.util.Locale;

/**
 * Named results of a job that say nothing any more, so that what comes out tells what they are for.
 *
 * @param glob of their paths
 * @param by what every one of them is replaced
 */
public record Ablation(TensorGlob glob, By by) {
  /** What takes the place of a tensor. */
  public enum By {
    /** Zeros: a layer adds nothing. */
    ZERO,

    /**
     * Of [tokens, features] the mean of all tokens, in every token: a layer adds the same
     * everywhere, about as much as otherwise.
     */
    MEAN
  }

  /**
   * Reads {@code GLOB=zero} or {@code GLOB=mean}.
   *
   * @throws PipelineException if it is neither
   */
  public static Ablation parse(String text) {
    int at = text.lastIndexOf('=');
    String by = text.substring(at + 1);
    for (By known : By.values()) {
      if (at > 0 && known.name().toLowerCase(Locale.ROOT).equals(by)) {
        return new Ablation(TensorGlob.of(text.substring(0, at)), known);
      }
    }
    throw new PipelineException(
        "ablation '%s' is neither PATHS=zero nor PATHS=mean, as in '**/blocks.0/attn2=zero'"
            .formatted(text));
  }

  /**
   * What takes the place of a tensor.
   *
   * @param path of the tensor, for errors
   * @throws PipelineException if there is no mean of it
   */
  public Tensor replacement(String path, Tensor tensor) {
    Shape shape = tensor.shape();
    if (by == By.ZERO) {
      return Tensor.of(new float[Math.toIntExact(shape.count())], shape.sizes());
    }
    if (shape.rank() != 2 || shape.size(0) < 2) {
      throw new PipelineException(
          "ablation '%s': %s is %s, and a mean is taken over the tokens of [tokens, features]; use =zero"
              .formatted(this, path, shape));
    }
    return Tensor.of(inEveryRow(mean(tensor), shape), shape.sizes());
  }

  private static float[] mean(Tensor tensor) {
    float[] values = tensor.toFloats();
    int rows = tensor.intSize(0);
    int features = tensor.intSize(1);
    double[] sums = new double[features];
    for (int i = 0; i < values.length; i++) {
      sums[i % features] += values[i];
    }
    float[] mean = new float[features];
    for (int i = 0; i < features; i++) {
      mean[i] = (float) (sums[i] / rows);
    }
    return mean;
  }

  private static float[] inEveryRow(float[] row, Shape shape) {
    float[] all = new float[Math.toIntExact(shape.count())];
    for (int at = 0; at < all.length; at += row.length) {
      System.arraycopy(row, 0, all, at, row.length);
    }
    return all;
  }

  @Override
  public String toString() {
    return glob + "=" + by.name().toLowerCase(Locale.ROOT);
  }
}
