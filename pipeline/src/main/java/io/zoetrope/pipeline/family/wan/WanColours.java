package io.zoetrope.pipeline.family.wan;

import io.zoetrope.pipeline.family.LatentColours;
import io.zoetrope.vae.wan.WanVaeConfig;
import java.util.Optional;

/** The colours of latents of Wan 2.1's video autoencoder, which Wan 2.2's larger models share. */
final class WanColours {
  /**
   * Red, green and blue of each channel, from -1 to 1, and what is added. Source: {@code
   * latent_rgb_factors} and {@code latent_rgb_factors_bias} of {@code Wan21} in ComfyUI, {@code
   * comfy/latent_formats.py}.
   */
  private static final double[][] FACTORS = {
    {-0.1299, -0.1692, 0.2932},
    {0.0671, 0.0406, 0.0442},
    {0.3568, 0.2548, 0.1747},
    {0.0372, 0.2344, 0.1420},
    {0.0313, 0.0189, -0.0328},
    {0.0296, -0.0956, -0.0665},
    {-0.3477, -0.4059, -0.2925},
    {0.0166, 0.1902, 0.1975},
    {-0.0412, 0.0267, -0.1364},
    {-0.1293, 0.0740, 0.1636},
    {0.0680, 0.3019, 0.1128},
    {0.0032, 0.0581, 0.0639},
    {-0.1251, 0.0927, 0.1699},
    {0.0060, -0.0633, 0.0005},
    {0.3477, 0.2275, 0.2950},
    {0.1984, 0.0913, 0.1861},
    {-0.1835, -0.0868, -0.3360}
  };

  private WanColours() {}

  /** Those of an autoencoder; empty for another one than that of Wan 2.1. */
  static Optional<LatentColours> of(WanVaeConfig vae) {
    if (!vae.isWan21()) {
      return Optional.empty();
    }
    double[][] levels = new double[FACTORS.length][3];
    for (int row = 0; row < FACTORS.length; row++) {
      double middle = row == FACTORS.length - 1 ? 127.5 : 0;
      for (int colour = 0; colour < 3; colour++) {
        levels[row][colour] = 127.5 * FACTORS[row][colour] + middle;
      }
    }
    return Optional.of(new LatentColours(levels, levels));
  }
}
