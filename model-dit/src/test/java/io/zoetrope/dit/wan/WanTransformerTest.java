package io.zoetrope.dit.wan;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zoetrope.encoding.StoredTensor;
import io.zoetrope.ops.Backend;
import io.zoetrope.ops.DryRunBackend;
import io.zoetrope.ops.Ops;
import io.zoetrope.ops.ReferenceBackend;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Shape;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.testing.Fixtures;
import io.zoetrope.weights.Checkpoint;
import io.zoetrope.weights.WeightSource;
import io.zoetrope.weights.Weights;
import io.zoetrope.weights.WeightsException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class WanTransformerTest {
  private static final String TEXT_MODEL = "wan21-t2v-tiny";
  private static final String IMAGE_MODEL = "wan21-i2v-tiny";
  private static final String TWO_IMAGE_MODEL = "wan21-flf2v-tiny";

  private final Backend backend = new ReferenceBackend();
  private final Ops ops = new Ops(backend);
  private Checkpoint checkpoint;

  @AfterEach
  void close() {
    if (checkpoint != null) {
      checkpoint.close();
    }
    ops.close();
    backend.close();
  }

  // ---------------------------------------------------------------- properties

  @Test
  void oneKeyStandsForAllPadding() {
    WanTransformer transformer = load(TEXT_MODEL);
    Tensor prompt = random(5, 32);
    Tensor padded = Tensor.zeros(DType.F32, 40, 32);
    ops.copyInto(padded.narrow(0, 0, 5), prompt);
    TextContext shortcut = transformer.prepare(ops, prompt, 40, null);
    TextContext plain = transformer.prepare(ops, padded, 40, null);
    assertEquals(6, shortcut.text().size(2));
    assertEquals(40, plain.text().size(2));

    Tensor latents = random(16, 2, 4, 4);
    WanRope rope = transformer.rope(ops, latents.shape());
    float[] expected = transformer.forward(ops, latents, 700, plain, rope).toFloats();
    float[] actual = transformer.forward(ops, latents, 700, shortcut, rope).toFloats();
    assertArrayEquals(expected, actual, 5e-6f);
  }

  @Test
  void paddingMatters() {
    WanTransformer transformer = load(TEXT_MODEL);
    Tensor prompt = random(5, 32);
    Tensor latents = random(16, 1, 2, 2);
    WanRope rope = transformer.rope(ops, latents.shape());
    TextContext padded = transformer.prepare(ops, prompt, 40, null);
    TextContext bare = transformer.prepare(ops, prompt, 5, null);
    float[] a = transformer.forward(ops, latents, 700, padded, rope).toFloats();
    float[] b = transformer.forward(ops, latents, 700, bare, rope).toFloats();
    double difference = 0;
    for (int i = 0; i < a.length; i++) {
      difference = Math.max(difference, Math.abs(a[i] - b[i]));
    }
    assertTrue(difference > 1e-3, "padding changed nothing: " + difference);
  }

  @Test
  void equalTimestepsOfAllTokensAreOneTimestep() {
    WanTransformer transformer = load(TEXT_MODEL);
    TextContext context = transformer.prepare(ops, random(5, 32), 40, null);
    Tensor latents = random(16, 2, 4, 2);
    WanRope rope = transformer.rope(ops, latents.shape());
    float[] timesteps = new float[4];
    Arrays.fill(timesteps, 321);
    assertArrayEquals(
        transformer.forward(ops, latents, 321, context, rope).toFloats(),
        transformer.forward(ops, latents, timesteps, context, rope).toFloats());
  }

  @Test
  void memoryIsThatOfTheWidestStep() {
    try (Backend dryRun = new DryRunBackend();
        Ops dry = new Ops(dryRun)) {
      WanTransformer transformer = load(TEXT_MODEL, dryRun);
      TextContext context = transformer.prepare(dry, random(5, 32), 512, null);
      Shape latents = Shape.of(16, 4, 512, 512);
      WanRope rope = transformer.rope(dry, latents);
      transformer.forward(dry, dry.allocate(DType.F32, latents), 500, context, rope);
      // Self-attention: tokens, their norm, queries, keys, values, the attended and the result;
      // and as much again as one of them where scratch memory leaves a gap.
      long tokens = rope.grid().tokens();
      long alive = (7 + 1) * tokens * 64 * 4;
      long inputs = latents.count() * 4 + 2 * rope.cos().byteSize();
      long slack = 64 << 20;
      assertTrue(
          dry.peakBytes() <= alive + inputs + slack,
          () -> "%d bytes, %d expected".formatted(dry.peakBytes(), alive + inputs));
    }
  }

  // ---------------------------------------------------------------- refusals

  @Test
  void refusesLatentsThatDoNotFit() {
    WanTransformer transformer = load(TEXT_MODEL);
    TextContext context = transformer.prepare(ops, random(5, 32), 40, null);
    WanRope rope = transformer.rope(ops, Shape.of(16, 1, 4, 4));
    assertRefused(
        "patchify: latents [16, 1, 3, 4] are not [channels, frames, height, width] with sizes that"
            + " are multiples of the patch size [1, 2, 2]",
        () -> transformer.rope(ops, Shape.of(16, 1, 3, 4)));
    assertRefused(
        "patchify: latents [16, 1, 4, 5]",
        () -> transformer.forward(ops, random(16, 1, 4, 5), 1, context, rope));
    assertRefused(
        "patchify: latents [1, 16, 1, 4, 4]",
        () -> transformer.forward(ops, random(1, 16, 1, 4, 4), 1, context, rope));
    assertRefused(
        "patch_embedding: latents F32 [8, 1, 4, 4] are not [16, frames, height, width]",
        () -> transformer.forward(ops, random(8, 1, 4, 4), 1, context, rope));
    assertRefused(
        "but rope is for PatchGrid[frames=1, height=2, width=2]",
        () -> transformer.forward(ops, random(16, 2, 4, 4), 1, context, rope));
    assertRefused(
        "3 timesteps for 4 tokens",
        () -> transformer.forward(ops, random(16, 1, 4, 4), new float[3], context, rope));
    assertRefused(
        "1025 patches along an axis, the model knows 1024 positions",
        () -> transformer.rope(ops, Shape.of(16, 1025, 2, 2)));
  }

  @Test
  void refusesPromptsThatDoNotFit() {
    WanTransformer transformer = load(TEXT_MODEL);
    assertRefused(
        "prepare: prompt embeddings F32 [5, 31] are not [1 to 40 tokens, 32]",
        () -> transformer.prepare(ops, random(5, 31), 40, null));
    assertRefused(
        "prepare: prompt embeddings F32 [41, 32] are not [1 to 40 tokens, 32]",
        () -> transformer.prepare(ops, random(41, 32), 40, null));
    assertRefused(
        "prepare: prompt embeddings F32 [0, 32]",
        () -> transformer.prepare(ops, random(0, 32), 40, null));
    assertRefused(
        "prepare: this model takes no image embeddings, but got F32 [17, 16]",
        () -> transformer.prepare(ops, random(5, 32), 512, random(17, 16)));
  }

  @Test
  void refusesImagesThatDoNotFit() {
    WanTransformer transformer = load(IMAGE_MODEL);
    assertRefused(
        "prepare: this model needs image embeddings",
        () -> transformer.prepare(ops, random(5, 24), 512, null));
    assertRefused(
        "prepare: image embeddings F32 [17, 15] are not [17, 16]",
        () -> transformer.prepare(ops, random(5, 24), 512, random(17, 15)));
    assertRefused(
        "prepare: prompts beside an image have length 512, not 40",
        () -> transformer.prepare(ops, random(5, 24), 40, random(17, 16)));
  }

  @Test
  void refusesOneImageWhereTwoAreNeeded() {
    WanTransformer transformer = load(TWO_IMAGE_MODEL);
    assertRefused(
        "prepare: image embeddings F32 [5, 16] are not [10, 16]",
        () -> transformer.prepare(ops, random(5, 24), 512, random(5, 16)));
  }

  @Test
  void refusesOtherCheckpoints() {
    WanConfig image = WanConfig.read(folder(IMAGE_MODEL).resolve("config.json"));
    WanConfig text = WanConfig.read(folder(TEXT_MODEL).resolve("config.json"));
    WeightSource weights = open(TEXT_MODEL);
    WeightsException other = assertThrows(WeightsException.class, () -> load(image, weights));
    assertTrue(other.getMessage().contains("'patch_embedding.weight'"), other.getMessage());
    WeightsException more =
        assertThrows(
            WeightsException.class, () -> load(text, new WithMore(weights, "blocks.3.norm2.bias")));
    assertTrue(more.getMessage().contains("blocks.3.norm2.bias"), more.getMessage());
    assertThrows(
        IllegalArgumentException.class,
        () -> WanTransformer.load(text, Weights.of(weights, backend), DType.F16));
  }

  @Test
  void ignoresWhatTheReferenceIgnores() {
    WanConfig config = WanConfig.read(folder(IMAGE_MODEL).resolve("config.json"));
    WeightSource weights = new WithMore(open(IMAGE_MODEL), "blocks.1.attn2.norm_added_q.weight");
    assertEquals(config, load(config, weights).config());
  }

  /** A source with one more name. */
  private record WithMore(WeightSource source, String name) implements WeightSource {
    @Override
    public Set<String> names() {
      Set<String> names = new HashSet<>(source.names());
      names.add(name);
      return names;
    }

    @Override
    public StoredTensor tensor(String wanted) {
      return source.tensor(wanted);
    }

    @Override
    public String description() {
      return source.description();
    }
  }

  private static void assertRefused(String message, Runnable call) {
    IllegalArgumentException refusal = assertThrows(IllegalArgumentException.class, call::run);
    assertTrue(refusal.getMessage().contains(message), refusal.getMessage());
    assertEquals(1, refusal.getMessage().lines().count());
  }

  private WanTransformer load(String fixture) {
    return load(fixture, backend);
  }

  private WanTransformer load(String fixture, Backend on) {
    WanConfig config = WanConfig.read(folder(fixture).resolve("config.json"));
    return WanTransformer.load(config, Weights.of(open(fixture), on), DType.F32);
  }

  private WanTransformer load(WanConfig config, WeightSource weights) {
    return WanTransformer.load(config, Weights.of(weights, backend), DType.F32);
  }

  private Checkpoint open(String fixture) {
    checkpoint = Checkpoint.open(folder(fixture), "diffusion_pytorch_model");
    return checkpoint;
  }

  private static Path folder(String fixture) {
    return Fixtures.path(fixture).resolve("transformer");
  }

  private static Tensor random(long... sizes) {
    Random random = new Random(7);
    float[] values = new float[(int) Shape.of(sizes).count()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return Tensor.of(values, sizes);
  }
}
