package io.zoetrope.vae.cogvideox;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.zoetrope.config.JsonConfig;
import io.zoetrope.encoding.StoredTensor;
import io.zoetrope.ops.Backend;
import io.zoetrope.ops.BackendProvider;
import io.zoetrope.ops.DryRunBackend;
import io.zoetrope.ops.Ops;
import io.zoetrope.random.TorchGenerator;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Shape;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.testing.Fixtures;
import io.zoetrope.vae.layer.LatentSampling;
import io.zoetrope.vae.layer.Moments;
import io.zoetrope.vae.layer.VideoSource;
import io.zoetrope.weights.Checkpoint;
import io.zoetrope.weights.WeightSource;
import io.zoetrope.weights.Weights;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Latents as transformers take them, and what the published autoencoder needs. */
class CogVideoXVideoCodecTest {
  private static final Path FOLDER = Fixtures.path("cogvideox-2b-tiny").resolve("vae");

  private static AutoencoderKLCogVideoXConfig config(boolean inverted) {
    ObjectNode json = JsonConfig.read(FOLDER.resolve("config.json")).json();
    json.put("invert_scale_latents", inverted).put("scaling_factor", 0.5);
    return AutoencoderKLCogVideoXConfig.of(JsonConfig.of("config.json", json));
  }

  /** Inverted scales are those of encoded latents alone. */
  @Test
  void scalesLatents() {
    try (Backend backend = BackendProvider.open("cpu", 0);
        Checkpoint checkpoint = Checkpoint.open(FOLDER, "diffusion_pytorch_model");
        Ops ops = new Ops(backend)) {
      Weights weights = Weights.of(checkpoint, backend);
      AutoencoderKLCogVideoX vae = new AutoencoderKLCogVideoX(config(false), weights);
      AutoencoderKLCogVideoX inverted =
          new AutoencoderKLCogVideoX(config(true), Weights.of(checkpoint, backend));
      Tensor picture = ops.upload(TorchGenerator.manualSeed(5).randn(1, 16, 16, 3));
      ops.clampInPlace(picture, -1, 1);
      VideoSource video = VideoSource.of(picture);
      Moments moments = vae.encode(ops, video, null);
      float[] mean = ops.copy(moments.mean().permute(3, 0, 1, 2)).toFloats();
      float[] logvar = ops.copy(moments.logvar().permute(3, 0, 1, 2)).toFloats();

      CogVideoXVideoCodec codec = new CogVideoXVideoCodec(vae, DType.F32, false);
      CogVideoXVideoCodec invertedCodec = new CogVideoXVideoCodec(inverted, DType.F32, true);
      float[] latents = codec.encode(ops, video, null).toFloats();
      float[] invertedLatents = invertedCodec.encode(ops, video, null).toFloats();
      Tensor noise = TorchGenerator.manualSeed(7).randn(8, 1, 2, 2);
      LatentSampling sampling =
          LatentSampling.of(shape -> {
            assertEquals(noise.shape(), shape);
            return noise;
          });
      float[] sampled = codec.encode(ops, video, null, sampling).toFloats();
      float[] noises = noise.toFloats();
      for (int i = 0; i < mean.length; i++) {
        assertEquals(0.5 * mean[i], latents[i], 1e-6);
        assertEquals(2 * mean[i], invertedLatents[i], 1e-6);
        double sample = mean[i] + Math.exp(0.5 * logvar[i]) * noises[i];
        assertEquals(0.5 * sample, sampled[i], 1e-5);
      }

      Tensor z = ops.upload(TorchGenerator.manualSeed(9).randn(8, 1, 2, 2));
      float[][] decoded = new float[2][];
      codec.decode(ops, z, null, chunk -> decoded[0] = chunk.toFloats());
      invertedCodec.decode(ops, z, null, chunk -> decoded[1] = chunk.toFloats());
      assertArrayEquals(decoded[0], decoded[1]);
      for (float value : decoded[0]) {
        assertTrue(value >= -1 && value <= 1, () -> "not clamped: " + value);
      }
    }
  }

  // ---------------------------------------------------------------- memory of the published one

  /** Every tensor that is asked for, without elements. */
  private record AnyTensor() implements WeightSource {
    @Override
    public Set<String> names() {
      return Set.of();
    }

    @Override
    public boolean has(String name) {
      return true;
    }

    @Override
    public StoredTensor tensor(String name) {
      throw new UnsupportedOperationException(name);
    }

    @Override
    public StoredTensor tensor(String name, Shape shape) {
      return StoredTensor.withoutElements(name, DType.F32, shape);
    }

    @Override
    public String description() {
      return "any tensor";
    }
  }

  private static long peak(DType dtype, long latentFrames, boolean tiled) {
    AutoencoderKLCogVideoXConfig config =
        AutoencoderKLCogVideoXConfig.of(
            JsonConfig.of("config.json", JsonNodeFactory.instance.objectNode()));
    try (DryRunBackend backend = new DryRunBackend();
        Ops ops = new Ops(backend)) {
      CogVideoXVideoCodec codec =
          new CogVideoXVideoCodec(
              new AutoencoderKLCogVideoX(config, Weights.of(new AnyTensor(), backend)),
              dtype,
              false);
      Tensor latents = ops.allocate(DType.F32, Shape.of(16, latentFrames, 60, 90));
      long[] frames = {0};
      codec.decode(
          ops, latents, tiled ? codec.tiling() : null, chunk -> frames[0] += chunk.size(0));
      assertEquals(config.frames(latentFrames), frames[0]);
      return ops.peakBytes();
    }
  }

  @Test
  void decodingNeedsTheSameForAnyLength() {
    long seconds = peak(DType.F32, 13, false);
    long minutes = peak(DType.F32, 401, false);
    long latentFrame = 60 * 90 * 16 * 4;
    assertTrue(minutes - seconds <= 3 * latentFrame * (401 - 13), () -> minutes + " bytes");
    assertTrue(peak(DType.BF16, 13, false) < 0.6 * seconds);
    assertTrue(peak(DType.F32, 13, true) < 0.4 * seconds);
  }
}
