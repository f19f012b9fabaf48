package io.zoetrope.vae.layer;

import static io.zoetrope.vae.layer.GoldenVideos.check;
import static io.zoetrope.vae.layer.GoldenVideos.video;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.zoetrope.ops.ConvGeometry;
import io.zoetrope.ops.Ops;
import io.zoetrope.ops.ReferenceBackend;
import io.zoetrope.random.TorchGenerator;
import io.zoetrope.tensor.Shape;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.testing.Fixtures;
import io.zoetrope.testing.Golden;
import io.zoetrope.vae.layer.LayerStream.Stage;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Layers that look ahead make of chunks what they make of the whole clip. */
class LayerStreamTest {
  private static final int CHANNELS = 3;

  private final ReferenceBackend backend = new ReferenceBackend();
  private final Ops ops = new Ops(backend);
  private final TorchGenerator random = TorchGenerator.manualSeed(5);

  @AfterEach
  void close() {
    ops.close();
    backend.close();
  }

  private record Convolved(CausalConv3d conv, int frameStep) implements Layer {
    @Override
    public int lookAhead() {
      return conv.lookAhead();
    }

    @Override
    public Tensor forward(Ops ops, Tensor x, FrameCache cache) {
      return conv.forward(ops, x, cache);
    }
  }

  /** {@code x + conv(conv(x))}. */
  private record Residual(CausalConv3d first, CausalConv3d second, FrameDelay delay)
      implements Layer {
    @Override
    public int lookAhead() {
      return delay.frames();
    }

    @Override
    public Tensor forward(Ops ops, Tensor x, FrameCache cache) {
      Tensor out = delay.forward(ops, x, cache);
      ops.addInPlace(out, second.product(ops, first.forward(ops, x, cache), cache));
      return out;
    }
  }

  private CausalConv3d conv(FramePadding padding) {
    return new CausalConv3d(
        random.randn(CHANNELS, CHANNELS, 3, 3, 3), random.randn(CHANNELS), padding);
  }

  private Layer halving(FramePadding padding) {
    CausalConv3d plain = conv(padding);
    ConvGeometry halved = new ConvGeometry(2, 1, 1, plain.geometry().front(), 1, 1, 1, 1);
    return new Convolved(new CausalConv3d(plain.weight(), plain.bias(), halved, padding), 2);
  }

  private Layer residual(FramePadding padding) {
    CausalConv3d first = conv(padding);
    CausalConv3d second = conv(padding);
    return new Residual(first, second, new FrameDelay(first.lookAhead() + second.lookAhead()));
  }

  private Tensor run(List<Stage> stages, Tensor clip, String chunks) {
    VideoJoiner out = new VideoJoiner();
    long start = 0;
    try (LayerStream stream = new LayerStream(ops, stages, frames -> out.add("out", frames))) {
      for (char size : chunks.toCharArray()) {
        try (var _ = ops.scope("chunk")) {
          Tensor chunk = ops.copy(clip.narrow(0, start, size - '0'));
          start += size - '0';
          stream.push(chunk, start == clip.size(0));
        }
      }
    }
    assertEquals(start, clip.size(0));
    return out.joined("out");
  }

  @ParameterizedTest
  @CsvSource({
    "FIRST_AND_LAST_FRAME, 111111111",
    "FIRST_AND_LAST_FRAME, 54",
    "FIRST_AND_LAST_FRAME, 2331",
    "FIRST_FRAME, 111111111",
    "FIRST_FRAME, 234",
    "ZEROS, 144"
  })
  void chunksGiveTheWhole(FramePadding padding, String chunks) {
    List<Layer> layers =
        List.of(
            residual(padding),
            halving(padding),
            residual(padding),
            new Convolved(conv(padding), 1));
    Tensor clip = ops.upload(random.randn(9, 2, 3, CHANNELS));
    Tensor whole = run(stages(layers, 9), clip, "9");
    assertEquals(Shape.of(5, 2, 3, CHANNELS), whole.shape());
    assertArrayEquals(whole.toFloats(), run(stages(layers, 9), clip, chunks).toFloats());
    assertArrayEquals(whole.toFloats(), run(stages(layers, 1), clip, chunks).toFloats());
  }

  private static List<Stage> stages(List<Layer> layers, int mostFrames) {
    return layers.stream().map(layer -> new Stage("layer", layer, mostFrames, null)).toList();
  }

  @Test
  void aPictureIsAClipOfOneFrame() {
    FramePadding padding = FramePadding.FIRST_AND_LAST_FRAME;
    List<Layer> layers = List.of(residual(padding), halving(padding), residual(padding));
    Tensor picture = ops.upload(random.randn(1, 2, 3, CHANNELS));
    assertEquals(Shape.of(1, 2, 3, CHANNELS), run(stages(layers, 1), picture, "1").shape());
  }

  @ParameterizedTest
  @CsvSource({"True, FIRST_FRAME", "False, FIRST_AND_LAST_FRAME"})
  void convolutionsAgreeWithDiffusers(String causal, FramePadding padding) {
    String name = "ltx_causal_conv3d/causal_" + causal;
    try (Golden golden = Golden.open(Fixtures.path("ops"))) {
      CausalConv3d conv =
          new CausalConv3d(golden.stored(name + "/weight"), golden.stored(name + "/bias"), padding);
      List<Stage> stages = stages(List.of(new Convolved(conv, 1)), 4);
      check(golden, name + "/out", run(stages, video(ops, golden, name + "/x"), "117"));
    }
  }
}
