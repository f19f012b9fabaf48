package io.zoetrope.vae.ltx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zoetrope.encoding.StoredTensor;
import io.zoetrope.ops.DryRunBackend;
import io.zoetrope.ops.Ops;
import io.zoetrope.random.NoiseSource;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Shape;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.vae.layer.VideoSource;
import io.zoetrope.weights.WeightSource;
import io.zoetrope.weights.Weights;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the published autoencoders need for 704x512, from dry runs. */
class LTXVideoMemoryTest {
  private static final long LATENT_FRAME_BYTES = 16 * 22 * 128 * 4;

  /** Has every tensor that is demanded, in the shape that is demanded. */
  private static final class AnyWeights implements WeightSource {
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
      return StoredTensor.withoutElements(name, DType.BF16, shape);
    }

    @Override
    public String description() {
      return "shapes";
    }
  }

  private final DryRunBackend backend = new DryRunBackend();

  private AutoencoderKLLTXVideo vae(String config) {
    return new AutoencoderKLLTXVideo(
        AutoencoderKLLTXVideoConfigTest.config(config), Weights.of(new AnyWeights(), backend));
  }

  private long decodePeak(AutoencoderKLLTXVideo vae, DType dtype, long latentFrames) {
    NoiseSource noise = sizes -> Tensor.zeros(DType.F32, sizes);
    AtomicLong frames = new AtomicLong();
    try (Ops ops = new Ops(backend)) {
      Tensor latents = ops.allocate(dtype, Shape.of(latentFrames, 16, 22, 128));
      vae.decode(
          ops,
          latents,
          0.05,
          noise,
          null,
          chunk -> {
            assertEquals(Shape.of(chunk.size(0), 512, 704, 3), chunk.shape());
            frames.addAndGet(chunk.size(0));
          });
      assertEquals(vae.config().frames(latentFrames), frames.get());
      return ops.peakBytes();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"{}", AutoencoderKLLTXVideoConfigTest.V091, AutoencoderKLLTXVideoConfigTest.V095})
  void decodingNeedsTheSameForAnyLength(String config) {
    AutoencoderKLLTXVideo vae = vae(config);
    long seconds = decodePeak(vae, DType.F32, 21);
    long minutes = decodePeak(vae, DType.F32, 121);
    assertTrue(minutes - seconds < 2 * LATENT_FRAME_BYTES * (121 - 21), () -> minutes + " bytes");
    assertTrue(seconds < 2.0e9, () -> seconds + " bytes");
    assertTrue(decodePeak(vae, DType.BF16, 21) < 1.0e9);
  }

  @ParameterizedTest
  @ValueSource(strings = {"{}", AutoencoderKLLTXVideoConfigTest.V095})
  void encodingNeedsTheSameForAnyLength(String config) {
    AutoencoderKLLTXVideo vae = vae(config);
    long seconds = encodePeak(vae, 161);
    long minutes = encodePeak(vae, 961);
    // Moments of the whole clip: mean, logvar, both together, twice on the way out.
    assertTrue(minutes - seconds < 8 * LATENT_FRAME_BYTES * (121 - 21), () -> minutes + " bytes");
    assertTrue(seconds < 1.0e9, () -> seconds + " bytes");
  }

  private long encodePeak(AutoencoderKLLTXVideo vae, long frames) {
    try (Ops ops = new Ops(backend)) {
      VideoSource source =
          new VideoSource() {
            @Override
            public long frames() {
              return frames;
            }

            @Override
            public Tensor read(long start, long count) {
              return ops.allocate(DType.F32, Shape.of(count, 512, 704, 3));
            }
          };
      assertEquals(
          Shape.of(vae.config().latentFrames(frames), 16, 22, 128),
          vae.encode(ops, source, null).mean().shape());
      return ops.peakBytes();
    }
  }

  /** Decoders that look back only, and encoders that look ahead, take clips frame by frame, too. */
  @Test
  void othersLookElsewhere() {
    AutoencoderKLLTXVideo vae = vae("{\"decoder_causal\": true, \"encoder_causal\": false}");
    assertTrue(decodePeak(vae, DType.F32, 21) < 2.0e9);
    assertTrue(encodePeak(vae, 161) < 1.0e9);
  }
}
