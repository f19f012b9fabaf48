package io.zoetrope.vae.kl;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.zoetrope.config.ConfigException;
import io.zoetrope.config.JsonConfig;
import io.zoetrope.ops.Backend;
import io.zoetrope.ops.Ops;
import io.zoetrope.ops.ReferenceBackend;
import io.zoetrope.random.TorchGenerator;
import io.zoetrope.tensor.Shape;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.testing.Fixtures;
import io.zoetrope.vae.layer.Moments;
import io.zoetrope.vae.layer.Tiling;
import io.zoetrope.weights.Checkpoint;
import io.zoetrope.weights.Weights;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the fixtures' parity does not show. */
class AutoencoderKLTest {
  private static final Path FOLDER = Fixtures.path("latte-tiny").resolve("vae");

  private static ObjectNode json() {
    return JsonConfig.read(FOLDER.resolve("config.json")).json();
  }

  private static AutoencoderKLConfig read(ObjectNode json) {
    return AutoencoderKLConfig.of(JsonConfig.of("config.json", json));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "act_fn|\"relu\"|supported: silu",
        "shift_factor|0.1159|supported: null",
        "latents_mean|[0, 0, 0, 0]|supported: null",
        "norm_num_groups|5|multiples of norm_num_groups = 5",
        "up_block_types|[\"UpDecoderBlock2D\"]|4 times UpDecoderBlock2D",
        "down_block_types|[\"A\", \"A\", \"A\", \"A\"]|4 times DownEncoderBlock2D",
        "block_out_channels|[]|lists of 1 to 16 numbers",
        "scaling_factor|0|positive numbers",
        "layers_per_block|0|integers from 1"
      })
  void refusesWhatItCannotDo(String field, String value, String message) throws Exception {
    ObjectNode json = json();
    json.set(field, JsonConfig.MAPPER.readTree(value));
    ConfigException e = assertThrows(ConfigException.class, () -> read(json));
    assertTrue(e.getMessage().contains(message), e.getMessage());
  }

  /** Tiles whose stride is their size do not fade, and decode as pictures of their own. */
  @Test
  void tilesArePicturesOfTheirOwn() {
    try (Backend backend = new ReferenceBackend();
        Checkpoint checkpoint = Checkpoint.open(FOLDER, "diffusion_pytorch_model");
        Ops ops = new Ops(backend)) {
      AutoencoderKL vae = new AutoencoderKL(read(json()), Weights.of(checkpoint, backend));
      assertEquals(8, vae.config().scaleFactor());
      Tiling tiling = new Tiling(16, 16, 16, 16);
      Tensor latents = ops.upload(TorchGenerator.manualSeed(3).randn(1, 2, 4, 4));
      Tensor tiled = vae.decode(ops, latents, tiling);
      assertEquals(Shape.of(1, 16, 32, 3), tiled.shape());
      Tensor right = vae.decode(ops, ops.copy(latents.narrow(2, 2, 2)), null);
      assertArrayEquals(right.toFloats(), ops.copy(tiled.narrow(2, 16, 16)).toFloats());

      Tensor picture = ops.copy(tiled);
      Moments moments = vae.encode(ops, picture, tiling);
      Moments alone = vae.encode(ops, ops.copy(picture.narrow(2, 16, 16)), tiling);
      assertEquals(Shape.of(1, 2, 4, 4), moments.mean().shape());
      assertArrayEquals(
          alone.mean().toFloats(), ops.copy(moments.mean().narrow(2, 2, 2)).toFloats());
    }
  }

  /** Scratch memory of a clip does not grow with its frames, but for what is handed over. */
  @Test
  void memoryIsThatOfAFrame() {
    List<Long> peaks = new ArrayList<>();
    for (int frames : new int[] {1, 3}) {
      try (Backend backend = new ReferenceBackend();
          Checkpoint checkpoint = Checkpoint.open(FOLDER, "diffusion_pytorch_model");
          Ops ops = new Ops(backend)) {
        AutoencoderKL vae = new AutoencoderKL(read(json()), Weights.of(checkpoint, backend));
        Tensor latents = TorchGenerator.manualSeed(3).randn(4, frames, 2, 2);
        new KLVideoCodec(vae, latents.dtype()).decode(ops, latents, null, _ -> {});
        peaks.add(ops.peakBytes());
      }
    }
    assertEquals(peaks.getFirst(), peaks.getLast());
  }
}
