package io.zoetrope.pipeline.family.wan;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zoetrope.config.JsonConfig;
import io.zoetrope.pipeline.family.LatentColours;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.vae.wan.WanVaeConfig;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Wan 2.1's autoencoder is known by its configuration, and others are not taken for it. */
class WanColoursTest {
  private static Optional<LatentColours> of(String json) {
    return WanColours.of(WanVaeConfig.of(JsonConfig.parse("config.json", json)));
  }

  @Test
  void thoseOfWan21AreKnown() {
    Tensor mean = Tensor.of(new float[16], 16, 1, 1, 1);
    assertArrayEquals(new byte[] {104, 116, 85}, of("{}").orElseThrow().pictures(mean).toArray());
    assertTrue(of("{\"base_dim\": 16}").isEmpty());
    assertTrue(of("{\"is_residual\": true}").isEmpty());
    String means = "0,".repeat(15) + "0";
    assertTrue(of("{\"latents_mean\": [" + means + "]}").isEmpty());
  }
}
