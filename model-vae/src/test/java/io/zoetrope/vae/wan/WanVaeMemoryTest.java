package io.zoetrope.vae.wan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zoetrope.ops.DryRunBackend;
import io.zoetrope.ops.Ops;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Shape;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.vae.layer.Moments;
import io.zoetrope.vae.layer.Tiling;
import io.zoetrope.vae.layer.VideoSource;
import io.zoetrope.weights.Weights;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** What the published Wan 2.1 VAE needs for 832x480, from dry runs. */
class WanVaeMemoryTest {
  private static final long LATENT_FRAME_BYTES = 60 * 104 * 16 * 4;

  private final DryRunBackend backend = new DryRunBackend();
  private final WanVae vae =
      new WanVae(WanVaeConfigTest.config("{}"), Weights.of(new Wan21Shapes(), backend));

  private long decodePeak(DType dtype, long latentFrames, Tiling tiling) {
    AtomicLong frames = new AtomicLong();
    try (Ops ops = new Ops(backend)) {
      vae.decode(
          ops,
          ops.allocate(dtype, Shape.of(latentFrames, 60, 104, 16)),
          tiling,
          chunk -> {
            assertEquals(Shape.of(chunk.size(0), 480, 832, 3), chunk.shape());
            frames.addAndGet(chunk.size(0));
          });
      assertEquals(vae.config().frames(latentFrames), frames.get());
      return ops.peakBytes();
    }
  }

  private long encodePeak(long frames) {
    try (Ops ops = new Ops(backend)) {
      VideoSource source =
          new VideoSource() {
            @Override
            public long frames() {
              return frames;
            }

            @Override
            public Tensor read(long start, long count) {
              return ops.allocate(DType.F32, Shape.of(count, 480, 832, 3));
            }
          };
      Moments moments = vae.encode(ops, source, null);
      assertEquals(
          Shape.of(vae.config().latentFrames(frames), 60, 104, 16), moments.mean().shape());
      return ops.peakBytes();
    }
  }

  @Test
  void decodingNeedsTheSameForAnyLength() {
    long seconds = decodePeak(DType.F32, 21, null);
    long minutes = decodePeak(DType.F32, 401, null);
    assertTrue(minutes - seconds < 2 * LATENT_FRAME_BYTES * (401 - 21), () -> minutes + " bytes");
    assertTrue(seconds < 5.0e9, () -> seconds + " bytes");
  }

  @Test
  void encodingNeedsTheSameForAnyLength() {
    long seconds = encodePeak(81);
    long minutes = encodePeak(1601);
    // Moments of the whole clip: mean, logvar, both together, twice on the way out.
    assertTrue(minutes - seconds < 8 * LATENT_FRAME_BYTES * (401 - 21), () -> minutes + " bytes");
    assertTrue(seconds < 3.5e9, () -> seconds + " bytes");
  }

  @Test
  void bfloat16NeedsHalf() {
    assertTrue(decodePeak(DType.BF16, 21, null) < 2.6e9);
  }

  @Test
  void tilesNeedLess() {
    assertTrue(decodePeak(DType.F32, 21, Tiling.DEFAULT) < 1.5e9);
  }
}
