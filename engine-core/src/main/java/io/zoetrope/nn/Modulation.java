package io.zoetrope.nn;

import io.zoetrope.tensor.Tensor;

/**
 * What a timestep does to a block (adaLN-Zero; Peebles and Xie, 2023, section 3.2): shift and scale
 * of the two modulated norms, and gates of what follows them. Each is F32, [timesteps, dim]. Names
 * and order are those of diffusers.
 */
public record Modulation(
    Tensor shiftMsa,
    Tensor scaleMsa,
    Tensor gateMsa,
    Tensor shiftMlp,
    Tensor scaleMlp,
    Tensor gateMlp) {
  /** How many vectors a block takes from a timestep. */
  public static final int ROWS = 6;

  /** Takes the rows of [timesteps, 6, dim] apart; they are views. */
  public static Modulation of(Tensor rows) {
    return new Modulation(
        rows.select(1, 0),
        rows.select(1, 1),
        rows.select(1, 2),
        rows.select(1, 3),
        rows.select(1, 4),
        rows.select(1, 5));
  }
}
