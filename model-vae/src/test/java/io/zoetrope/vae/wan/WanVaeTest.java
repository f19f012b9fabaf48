package io.zoetrope.vae.wan;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.zoetrope.ops.Ops;
import io.zoetrope.ops.ReferenceBackend;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Shape;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.testing.Fixtures;
import io.zoetrope.weights.Checkpoint;
import io.zoetrope.weights.Weights;
import io.zoetrope.weights.WeightsException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What the facade does beside encoding and decoding. */
class WanVaeTest {
  private final ReferenceBackend backend = new ReferenceBackend();
  private final Ops ops = new Ops(backend);
  private final Checkpoint checkpoint =
      Checkpoint.open(Fixtures.path("wan21-t2v-tiny/vae"), "diffusion_pytorch_model");

  @AfterEach
  void close() {
    ops.close();
    checkpoint.close();
    backend.close();
  }

  private WanVae open(String config) {
    return new WanVae(WanVaeConfigTest.config(config), Weights.of(checkpoint, backend));
  }

  @Test
  void normalizedLatentsHaveMeanZeroAndDeviationOne() {
    WanVae vae = open("{\"base_dim\": 8}");
    float[] values = new float[16];
    for (int i = 0; i < values.length; i++) {
      float sign = i % 2 == 0 ? 1 : -1;
      values[i] = vae.config().latentsMean().get(i) + sign * vae.config().latentsStd().get(i);
    }
    Tensor latents = Tensor.of(values, 1, 1, 1, 16);
    Tensor normalized = vae.normalize(ops, latents);
    float[] expected = new float[16];
    for (int i = 0; i < expected.length; i++) {
      expected[i] = i % 2 == 0 ? 1 : -1;
    }
    assertArrayEquals(expected, normalized.toFloats(), 1e-6f);
    assertArrayEquals(values, vae.denormalize(ops, normalized).toFloats(), 1e-6f);
  }

  @Test
  void whatDoesNotFitIsRefused() {
    WanVae vae = open("{\"base_dim\": 8}");
    assertRefused(
        "decode: latents F32 [1, 2, 2, 8] are not [frames, height, width, 16]",
        () -> vae.decode(ops, zeros(1, 2, 2, 8), null, _ -> {}));
    assertRefused(
        "encode: height and width of F32 [1, 16, 20, 3] are no multiples of 8",
        () -> vae.encode(ops, zeros(1, 16, 20, 3), null));
    assertRefused(
        "4 frames do not fit the VAE: it takes 1 and a multiple of 4 more",
        () -> vae.encode(ops, zeros(4, 16, 16, 3), null));
  }

  private Tensor zeros(long... sizes) {
    Tensor zeros = ops.allocate(DType.F32, Shape.of(sizes));
    ops.fill(zeros, 0);
    return zeros;
  }

  private static void assertRefused(String message, Runnable call) {
    assertEquals(message, assertThrows(IllegalArgumentException.class, call::run).getMessage());
  }

  @Test
  void aConfigurationOfAnotherModelIsRefused() {
    assertThrows(WeightsException.class, () -> open("{}"));
    assertThrows(WeightsException.class, () -> open("{\"base_dim\": 8, \"num_res_blocks\": 1}"));
  }
}
