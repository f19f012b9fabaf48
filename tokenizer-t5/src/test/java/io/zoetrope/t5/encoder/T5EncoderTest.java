package io.zoetrope.t5.encoder;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zoetrope.ops.DryRunBackend;
import io.zoetrope.ops.Ops;
import io.zoetrope.ops.ReferenceBackend;
import io.zoetrope.ops.Tracer;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Shape;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.testing.Fixtures;
import io.zoetrope.testing.Golden;
import io.zoetrope.weights.Checkpoint;
import io.zoetrope.weights.SafetensorsWriter;
import io.zoetrope.weights.Weights;
import io.zoetrope.weights.WeightsException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class T5EncoderTest {
  private static final String TOKEN_IDS = "/token_ids";

  /** Goldens show no more than that; what lies behind is padding, which no token sees. */
  private static final int SHOWN_TOKENS = 64;

  /** A tiny checkpoint and what transformers computes with it. */
  record Model(Path folder) {
    static Model umt5() {
      return new Model(Fixtures.path("wan21-t2v-tiny"));
    }

    static Model t5() {
      try {
        return new Model(Path.of(T5EncoderTest.class.getResource("ltx-video-tiny").toURI()));
      } catch (URISyntaxException e) {
        throw new IllegalStateException(e);
      }
    }

    T5Config config() {
      return T5Config.read(folder.resolve("text_encoder/config.json"));
    }

    Checkpoint checkpoint() {
      return Checkpoint.open(folder.resolve("text_encoder"), "model");
    }

    Golden golden() {
      return Golden.open(folder);
    }
  }

  /** Keeps what is shown of a run. */
  private static final class Recorder implements Tracer {
    private final Map<String, Tensor> tensors = new HashMap<>();

    @Override
    public boolean wants(String path) {
      return true;
    }

    @Override
    public void tensor(String path, Tensor tensor) {
      tensors.put(path, Tensor.of(tensor.toFloats(), tensor.shape().sizes()));
    }
  }

  static Stream<Arguments> prompts() {
    return Stream.of(Model.umt5(), Model.t5())
        .flatMap(model -> prompts(model).stream().map(prompt -> Arguments.of(model, prompt)));
  }

  private static List<String> prompts(Model model) {
    try (Golden golden = model.golden()) {
      return golden.names().stream()
          .filter(name -> name.endsWith(TOKEN_IDS))
          .map(name -> name.substring(0, name.length() - TOKEN_IDS.length()))
          .filter(prompt -> golden.names().stream().anyMatch(isBlock(prompt)))
          .toList();
    }
  }

  private static Predicate<String> isBlock(String prompt) {
    return name -> name.startsWith(prompt + "/block");
  }

  @ParameterizedTest
  @MethodSource("prompts")
  void everyBlockIsTransformers(Model model, String prompt) {
    checkBlocks(model, prompt, DType.F32);
  }

  @ParameterizedTest
  @MethodSource("prompts")
  void bfloat16IsAsGoodAsThatOfTransformers(Model model, String prompt) {
    checkBlocks(model, prompt, DType.BF16);
  }

  private static void checkBlocks(Model model, String prompt, DType dtype) {
    Map<String, Tensor> shown = run(model, prompt, dtype);
    try (Golden golden = model.golden()) {
      for (String name : goldens(golden, prompt)) {
        long tokens = golden.get(name).size(0);
        golden.check(name, shown.get(tap(name)).narrow(0, 0, tokens), dtype);
      }
    }
  }

  /** Outputs of blocks and of the last norm. */
  private static List<String> goldens(Golden golden, String prompt) {
    List<String> names =
        golden.names().stream()
            .filter(name -> name.startsWith(prompt + "/"))
            .filter(name -> !name.endsWith(TOKEN_IDS) && !name.endsWith("/attention_mask"))
            .toList();
    assertEquals(3, names.size());
    return names;
  }

  private static String tap(String golden) {
    return golden.replace("_first64", "").replace("last_hidden_state", "final_layer_norm");
  }

  private static int[] ids(Golden golden, String prompt) {
    float[] stored = golden.stored(prompt + TOKEN_IDS).toFloats();
    int[] ids = new int[Math.min(stored.length, SHOWN_TOKENS)];
    Arrays.setAll(ids, i -> (int) stored[i]);
    return ids;
  }

  /** LTX gives no mask to its encoder: padding is seen there. */
  private static int realTokens(Golden golden, String prompt) {
    String mask = prompt + "/attention_mask";
    if (!golden.has(mask)) {
      return ids(golden, prompt).length;
    }
    int real = 0;
    for (float seen : golden.stored(mask).toFloats()) {
      real += (int) seen;
    }
    return real;
  }

  private static Map<String, Tensor> run(Model model, String prompt, DType dtype) {
    Recorder recorder = new Recorder();
    try (Golden golden = model.golden();
        Checkpoint checkpoint = model.checkpoint();
        ReferenceBackend backend = new ReferenceBackend();
        Ops ops = new Ops(backend, recorder)) {
      T5Encoder encoder = T5Encoder.load(model.config(), Weights.of(checkpoint, backend), dtype);
      try (var _ = ops.scope(prompt)) {
        Tensor out = encoder.forward(ops, ids(golden, prompt), realTokens(golden, prompt));
        assertEquals(dtype, out.dtype());
      }
    }
    return recorder.tensors;
  }

  @Test
  void paddingChangesNothing() {
    String prompt = "v2v_32x48_9f/text/prompt";
    Model model = Model.umt5();
    try (Golden golden = model.golden();
        Checkpoint checkpoint = model.checkpoint();
        ReferenceBackend backend = new ReferenceBackend();
        Ops ops = new Ops(backend)) {
      T5Encoder encoder =
          T5Encoder.load(model.config(), Weights.of(checkpoint, backend), DType.F32);
      int[] ids = ids(golden, prompt);
      int real = realTokens(golden, prompt);
      assertTrue(real < ids.length);
      float[] padded = encoder.forward(ops, ids, real).narrow(0, 0, real).toFloats();
      float[] alone = encoder.forward(ops, Arrays.copyOf(ids, real), real).toFloats();
      assertArrayEquals(padded, alone);
    }
  }

  @Test
  void embeddingHasEitherNameOrBoth(@TempDir Path folder) {
    try (Checkpoint checkpoint = Model.t5().checkpoint()) {
      Map<String, Tensor> tensors = new HashMap<>();
      checkpoint.names().forEach(name -> tensors.put(name, checkpoint.tensor(name).load()));
      float[] expected = encode(checkpoint);
      tensors.put("encoder.embed_tokens.weight", tensors.get("shared.weight"));
      assertArrayEquals(expected, encodeCopy(folder, tensors));
      tensors.remove("shared.weight");
      assertArrayEquals(expected, encodeCopy(folder, tensors));
      tensors.put("decoder.final_layer_norm.weight", Tensor.of(new float[24], 24));
      assertTrue(
          assertThrows(WeightsException.class, () -> encodeCopy(folder, tensors))
              .getMessage()
              .contains("does not use, among them decoder.final_layer_norm.weight"));
    }
  }

  private static float[] encodeCopy(Path folder, Map<String, Tensor> tensors) {
    SafetensorsWriter.write(folder.resolve("model.safetensors"), tensors, Map.of());
    try (Checkpoint checkpoint = Checkpoint.open(folder, "model")) {
      return encode(checkpoint);
    }
  }

  private static float[] encode(Checkpoint checkpoint) {
    try (ReferenceBackend backend = new ReferenceBackend();
        Ops ops = new Ops(backend)) {
      Weights weights = Weights.of(checkpoint, backend);
      T5Encoder encoder = T5Encoder.load(Model.t5().config(), weights, DType.F32);
      return encoder.forward(ops, new int[] {7, 5, 1}, 3).toFloats();
    }
  }

  @Test
  void badArgumentsAreRefused() {
    try (Checkpoint checkpoint = Model.umt5().checkpoint();
        DryRunBackend backend = new DryRunBackend();
        Ops ops = new Ops(backend)) {
      Weights weights = Weights.of(checkpoint, backend);
      T5Encoder encoder = T5Encoder.load(Model.umt5().config(), weights, DType.BF16);
      assertEquals(Shape.of(2, 32), encoder.forward(ops, new int[] {3, 1}, 2).shape());
      for (int real : new int[] {0, -1, 3}) {
        assertThrows(
            IllegalArgumentException.class, () -> encoder.forward(ops, new int[] {3, 1}, real));
      }
      assertThrows(
          IllegalArgumentException.class, () -> encoder.forward(ops, new int[] {1024, 1}, 2));
      assertThrows(
          IllegalArgumentException.class,
          () -> T5Encoder.load(Model.umt5().config(), weights, DType.F16));
      assertThrows(
          WeightsException.class, () -> T5Encoder.load(Model.t5().config(), weights, DType.F32));
    }
  }
}
