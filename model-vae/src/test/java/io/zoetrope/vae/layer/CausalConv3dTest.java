package io.zoetrope.vae.layer;

import static io.zoetrope.vae.layer.GoldenVideos.check;
import static io.zoetrope.vae.layer.GoldenVideos.video;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import io.zoetrope.ops.ConvGeometry;
import io.zoetrope.ops.Ops;
import io.zoetrope.ops.ReferenceBackend;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.testing.Fixtures;
import io.zoetrope.testing.Golden;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Causal convolutions against diffusers, in whole clips and in chunks. */
class CausalConv3dTest {
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

  private CausalConv3d conv(String name, FramePadding padding) {
    return new CausalConv3d(
        golden.stored(name + "/weight"), golden.stored(name + "/bias"), padding);
  }

  @Test
  void zerosInFrontOfAWholeClip() {
    for (String name : new String[] {"wan_causal_conv3d/k3", "wan_causal_conv3d/time_only"}) {
      try (FrameCache cache = new FrameCache(ops)) {
        Tensor x = video(ops, golden, name + "/x");
        check(golden, name + "/out", conv(name, FramePadding.ZEROS).forward(ops, x, cache));
      }
    }
  }

  @Test
  void strideInTimeIsNotPadded() {
    String name = "wan_causal_conv3d/time_stride2";
    ConvGeometry strided = new ConvGeometry(2, 1, 1, 0, 0, 0, 0, 0);
    CausalConv3d conv =
        new CausalConv3d(
            golden.stored(name + "/weight"),
            golden.stored(name + "/bias"),
            strided,
            FramePadding.ZEROS);
    try (FrameCache cache = new FrameCache(ops)) {
      Tensor x = video(ops, golden, name + "/x");
      check(golden, name + "/out", conv.forward(ops, x, cache));
    }
  }

  @Test
  void remembersTheFramesBeforeAChunk() {
    String name = "wan_causal_conv3d/k3";
    CausalConv3d conv = conv(name, FramePadding.ZEROS);
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
  @CsvSource({
    "wan_causal_conv3d/k3, ZEROS, 111111111",
    "wan_causal_conv3d/k3, ZEROS, 1224",
    "wan_causal_conv3d/k3, ZEROS, 333",
    "wan_causal_conv3d/k3, ZEROS, 45",
    "wan_causal_conv3d/k3, ZEROS, 2115",
    "ltx_causal_conv3d/causal_True, FIRST_FRAME, 111111111",
    "ltx_causal_conv3d/causal_True, FIRST_FRAME, 1224",
    "ltx_causal_conv3d/causal_True, FIRST_FRAME, 45",
  })
  void chunksOfAnySizesGiveTheWhole(String name, FramePadding padding, String sizes) {
    CausalConv3d conv = conv(name, padding);
    Tensor x = video(ops, golden, name + "/x");
    VideoJoiner chunks = new VideoJoiner();
    long start = 0;
    try (FrameCache cache = new FrameCache(ops);
        FrameCache fresh = new FrameCache(ops)) {
      for (char size : sizes.toCharArray()) {
        chunks.add("out", conv.forward(ops, x.narrow(0, start, size - '0'), cache));
        start += size - '0';
      }
      Tensor whole = conv.forward(ops, x, fresh);
      check(golden, name + "/out", whole);
      assertArrayEquals(whole.toFloats(), chunks.joined("out").toFloats());
    }
  }

  @Test
  void firstFrameInFrontOfAClip() {
    String name = "cogvideox_causal_conv3d";
    CausalConv3d conv = conv(name, FramePadding.FIRST_FRAME);
    Tensor x = video(ops, golden, name + "/x");
    try (FrameCache cache = new FrameCache(ops);
        FrameCache fresh = new FrameCache(ops)) {
      check(golden, name + "/whole", conv.forward(ops, x, fresh));
      check(golden, name + "/chunk1", conv.forward(ops, x.narrow(0, 0, 3), cache));
      check(golden, name + "/conv_cache", cache.history(conv));
      check(golden, name + "/chunk2_with_cache", conv.forward(ops, x.narrow(0, 3, 6), cache));
    }
  }

  @Test
  void firstFrameInFrontOfAConvolutionWithStrideInTime() {
    String name = "ltx_causal_conv3d/causal_True";
    Tensor weight = golden.stored(name + "/weight");
    Tensor bias = golden.stored(name + "/bias");
    ConvGeometry strided = new ConvGeometry(2, 1, 1, 2, 1, 1, 1, 1);
    CausalConv3d conv = new CausalConv3d(weight, bias, strided, FramePadding.FIRST_FRAME);
    Tensor x = video(ops, golden, name + "/x");
    try (FrameCache cache = new FrameCache(ops);
        FrameCache all = new FrameCache(ops)) {
      Tensor everyFrame = conv(name, FramePadding.FIRST_FRAME).forward(ops, x, all);
      VideoJoiner chunks = new VideoJoiner();
      chunks.add("out", conv.forward(ops, x.narrow(0, 0, 1), cache));
      chunks.add("out", conv.forward(ops, x.narrow(0, 1, 4), cache));
      chunks.add("out", conv.forward(ops, x.narrow(0, 5, 4), cache));
      VideoJoiner everySecond = new VideoJoiner();
      for (long frame = 0; frame < 9; frame += 2) {
        everySecond.add("out", everyFrame.narrow(0, frame, 1));
      }
      assertArrayEquals(
          everySecond.joined("out").toFloats(), chunks.joined("out").toFloats(), 1e-6f);
    }
  }
}
