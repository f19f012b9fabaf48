package io.zoetrope.nn;

import io.zoetrope.ops.Ops;
import io.zoetrope.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The timesteps of one call: the same for all tokens, or one per token (where a picture is given,
 * the tokens of its frame have timestep 0). Only the distinct ones are embedded.
 *
 * @param values the distinct timesteps
 * @param ofToken for each token the index of its timestep, or null if one was given for all
 */
public record TokenTimesteps(float[] values, int[] ofToken) {
  /** One timestep for all tokens. */
  public static TokenTimesteps of(float timestep) {
    return new TokenTimesteps(new float[] {timestep}, null);
  }

  /** One timestep per token. */
  public static TokenTimesteps of(float[] timesteps) {
    Map<Float, Integer> indices = new LinkedHashMap<>();
    int[] ofToken = new int[timesteps.length];
    for (int i = 0; i < timesteps.length; i++) {
      ofToken[i] = indices.computeIfAbsent(timesteps[i], _ -> indices.size());
    }
    float[] values = new float[indices.size()];
    indices.forEach((timestep, index) -> values[index] = timestep);
    return new TokenTimesteps(values, ofToken);
  }

  /**
   * Gives every token the row of its timestep.
   *
   * @param rows F32 or BF16, [timesteps, features]
   * @return [features] where all tokens share a timestep, else [tokens, features]
   */
  public Tensor spread(Ops ops, Tensor rows) {
    return values.length == 1 ? rows.reshape(-1) : gather(ops, rows);
  }

  /** Shows [timesteps, features] as it was asked for: a row for all tokens, or one for each. */
  public void tap(Ops ops, String name, Tensor rows) {
    if (ofToken == null) {
      ops.tap(name, rows);
    } else {
      ops.tap(name, () -> gather(ops, rows));
    }
  }

  private Tensor gather(Ops ops, Tensor rows) {
    return ops.embedding(ops.copy(rows), ofToken, rows.dtype());
  }
}
