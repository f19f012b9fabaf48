package io.zoetrope.vae.wan;

import static io.zoetrope.vae.layer.GoldenVideos.check;
import static io.zoetrope.vae.layer.GoldenVideos.video;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.zoetrope.ops.Activation;
import io.zoetrope.ops.Ops;
import io.zoetrope.ops.ReferenceBackend;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Shape;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.testing.Difference;
import io.zoetrope.testing.Fixtures;
import io.zoetrope.testing.Golden;
import io.zoetrope.vae.layer.AvgDown3D;
import io.zoetrope.vae.layer.FrameCache;
import io.zoetrope.vae.layer.Patchify;
import io.zoetrope.vae.layer.VideoJoiner;
import java.util.Locale;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Single operations of the VAE against diffusers, and what their chunks share. */
class WanVaeOperationsTest {
  private final ReferenceBackend backend = new ReferenceBackend();
  private final Ops ops = new Ops(backend);
  private Golden golden;

  @BeforeEach
  void open() {
    golden = Golden.open(Fixtures.path("ops"));
  }

  @AfterEach
  void close() {
    golden.close();
    ops.close();
    backend.close();
  }

  @ParameterizedTest
  @EnumSource(Resample.Mode.class)
  void resample(Resample.Mode mode) {
    String name = "wan_resample/" + mode.name().toLowerCase(Locale.ROOT);
    Resample resample =
        Resample.of(
            mode,
            golden.stored(name + "/resample_1_weight"),
            golden.stored(name + "/resample_1_bias"),
            storedOrNull(name + "/time_conv_weight"),
            storedOrNull(name + "/time_conv_bias"));
    Tensor x = video(ops, golden, name + "/x");
    VideoJoiner chunks = new VideoJoiner();
    try (FrameCache cache = new FrameCache(ops)) {
      long start = 0;
      for (JsonNode size : golden.json().get("attributes").get(name).get("chunks_in")) {
        Tensor chunk = x.narrow(0, start, size.intValue());
        chunks.add("out", resample.forward(ops, ops.copy(chunk), cache));
        cache.nextChunk();
        start += size.intValue();
      }
    }
    check(golden, name + "/out_joined", chunks.joined("out"));
    try (FrameCache cache = new FrameCache(ops)) {
      check(golden, name + "/out_single_chunk_without_cache", resample.forward(ops, x, cache));
    }
  }

  private Tensor storedOrNull(String name) {
    return golden.has(name) ? golden.stored(name) : null;
  }

  @ParameterizedTest
  @ValueSource(strings = {"t2_s2", "t1_s2", "t1_s1"})
  void avgDown3d(String factors) {
    String name = "wan_avg_down3d/" + factors;
    JsonNode attributes = golden.json().get("attributes").get(name);
    AvgDown3D down =
        new AvgDown3D(
            attributes.get("out").intValue(),
            attributes.get("factor_t").intValue(),
            attributes.get("factor_s").intValue());
    check(golden, name + "/out", down.forward(ops, video(ops, golden, name + "/x")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"t2_s2", "t1_s2"})
  void dupUp3d(String factors) {
    String name = "wan_dup_up3d/" + factors;
    JsonNode attributes = golden.json().get("attributes").get(name);
    DupUp3D up =
        new DupUp3D(
            attributes.get("out").intValue(),
            attributes.get("factor_t").intValue(),
            attributes.get("factor_s").intValue());
    Tensor x = video(ops, golden, name + "/x");
    check(golden, name + "/out", up.forward(ops, x, false));
    check(golden, name + "/out_first_chunk", up.forward(ops, x, true));
  }

  @Test
  void shortcutsRefuseChannelsThatDoNotComeOutEven() {
    Tensor x = Tensor.zeros(DType.F32, 1, 2, 2, 3);
    assertThrows(IllegalArgumentException.class, () -> new AvgDown3D(5, 1, 2).forward(ops, x));
    assertThrows(IllegalArgumentException.class, () -> new DupUp3D(2, 2, 2).forward(ops, x, false));
  }

  @Test
  void patchifyAndBack() {
    String name = "wan_vae_patchify/2/";
    Tensor patches = Patchify.patchify(ops, video(ops, golden, name + "x"), 2);
    check(golden, name + "out", patches);
    check(golden, name + "back", Patchify.unpatchify(ops, patches, 2));
  }

  @Test
  void channelNormInAndOutOfPlace() {
    Tensor stored = golden.stored("wan_vae_rms_norm/x");
    Tensor gamma = golden.stored("wan_vae_rms_norm/gamma");
    Tensor expected = golden.stored("wan_vae_rms_norm/out");
    Tensor x = ops.copy(stored.permute(0, 2, 3, 4, 1));
    Tensor normed = ops.channelNorm(x, gamma, Activation.NONE);
    ops.channelNormInPlace(x, gamma, Activation.NONE);
    Tensor wanted = ops.copy(expected.permute(0, 2, 3, 4, 1));
    assertTrue(Difference.of("channelNorm", wanted.toFloats(), normed.toFloats()).maxAbs() < 4e-6);
    assertArrayEquals(normed.toFloats(), x.toFloats());
  }

  @Test
  void clampKeepsNanAndValuesInRange() {
    Tensor x = ops.allocate(DType.BF16, Shape.of(5));
    ops.copyInto(x, Tensor.of(new float[] {-2, -0.5f, Float.NaN, 1, 1.5f}, 5));
    ops.clampInPlace(x, -1, 1);
    assertArrayEquals(new float[] {-1, -0.5f, Float.NaN, 1, 1}, x.toFloats());
  }
}
