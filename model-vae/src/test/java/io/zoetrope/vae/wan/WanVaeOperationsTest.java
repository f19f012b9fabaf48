package io.zoetrope.vae.wan;

import static io.zoetrope.vae.wan.GoldenVideos.check;
import static io.zoetrope.vae.wan.GoldenVideos.video;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.zoetrope.ops.Activation;
import io.zoetrope.ops.ConvGeometry;
import io.zoetrope.ops.Ops;
import io.zoetrope.ops.ReferenceBackend;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Shape;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.testing.Difference;
import io.zoetrope.testing.Fixtures;
import io.zoetrope.testing.Golden;
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

  private CausalConv3d conv(String name) {
    return new CausalConv3d(golden.stored(name + "/weight"), golden.stored(name + "/bias"));
  }

  @Test
  void causalConv3dOfAWholeClip() {
    for (String name : new String[] {"wan_causal_conv3d/k3", "wan_causal_conv3d/time_only"}) {
      try (FrameCache cache = new FrameCache(ops)) {
        Tensor x = video(ops, golden, name + "/x");
        check(golden, name + "/out", conv(name).forward(ops, x, cache));
      }
    }
  }

  @Test
  void causalConv3dWithStrideInTimeIsNotPadded() {
    String name = "wan_causal_conv3d/time_stride2";
    ConvGeometry strided = new ConvGeometry(2, 1, 1, 0, 0, 0, 0, 0);
    CausalConv3d conv =
        new CausalConv3d(golden.stored(name + "/weight"), golden.stored(name + "/bias"), strided);
    try (FrameCache cache = new FrameCache(ops)) {
      Tensor x = video(ops, golden, name + "/x");
      check(golden, name + "/out", conv.forward(ops, x, cache));
    }
  }

  @Test
  void causalConv3dRemembersTheFramesBeforeAChunk() {
    String name = "wan_causal_conv3d/k3";
    CausalConv3d conv = conv(name);
    Tensor x = video(ops, golden, name + "/x");
    try (FrameCache cache = new FrameCache(ops)) {
      check(golden, name + "/chunk1", conv.forward(ops, x.narrow(0, 0, 1), cache));
      check(golden, name + "/cache_after1", cache.history(conv));
      check(golden, name + "/chunk2_with_cache", conv.forward(ops, x.narrow(0, 1, 4), cache));
      check(golden, name + "/cache_after2", cache.history(conv));
      check(golden, name + "/chunk3_with_cache", conv.forward(ops, x.narrow(0, 5, 4), cache));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"111111111", "1224", "333", "45", "2115"})
  void chunksOfAnySizesGiveTheWhole(String sizes) {
    String name = "wan_causal_conv3d/k3";
    CausalConv3d conv = conv(name);
    Tensor x = video(ops, golden, name + "/x");
    VideoJoiner chunks = new VideoJoiner();
    long start = 0;
    try (FrameCache cache = new FrameCache(ops);
        FrameCache fresh = new FrameCache(ops)) {
      for (char size : sizes.toCharArray()) {
        chunks.add("out", conv.forward(ops, x.narrow(0, start, size - '0'), cache));
        start += size - '0';
      }
      float[] whole = conv.forward(ops, x, fresh).toFloats();
      assertArrayEquals(whole, chunks.joined("out").toFloats());
    }
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
