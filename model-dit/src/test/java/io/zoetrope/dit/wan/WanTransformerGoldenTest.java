package io.zoetrope.dit.wan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.zoetrope.nn.PatchGrid;
import io.zoetrope.ops.Backend;
import io.zoetrope.ops.Ops;
import io.zoetrope.ops.ReferenceBackend;
import io.zoetrope.ops.Tracer;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.testing.Fixtures;
import io.zoetrope.testing.Golden;
import io.zoetrope.weights.Checkpoint;
import io.zoetrope.weights.Weights;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The transformer against diffusers: everything the goldens hold of the first step, and the
 * prediction of every step. Each step starts from the reference's own latents.
 */
class WanTransformerGoldenTest {
  @BeforeAll
  static void poisonReleasedMemory() {
    System.setProperty("zoetrope.poison", "true");
  }

  @ParameterizedTest
  @CsvSource({
    "wan21-t2v-tiny, 3, F32",
    "wan21-t2v-tiny, 3, BF16",
    "wan21-i2v-tiny, 1, F32",
    "wan21-i2v-tiny, 1, BF16",
    "wan21-flf2v-tiny, 1, F32",
    "wan21-flf2v-tiny, 1, BF16",
    "wan22-ti2v-tiny, 2, F32",
    "wan22-ti2v-tiny, 2, BF16",
  })
  void agreesWithReference(String fixture, int cases, DType dtype) {
    Path folder = Fixtures.path(fixture).resolve("transformer");
    Collector collector = new Collector();
    try (Golden golden = Golden.open(Fixtures.path(fixture));
        Checkpoint checkpoint = Checkpoint.open(folder, "diffusion_pytorch_model");
        Backend backend = new ReferenceBackend();
        Ops ops = new Ops(backend, collector)) {
      WanTransformer transformer =
          WanTransformer.load(
              WanConfig.read(folder.resolve("config.json")),
              Weights.of(checkpoint, backend),
              dtype);
      List<JsonNode> denoised =
          golden.json().get("cases").valueStream().filter(c -> c.has("steps")).toList();
      assertEquals(cases, denoised.size());
      for (JsonNode testCase : denoised) {
        String name = testCase.get("name").textValue();
        boolean guided = testCase.get("guidance_scale").doubleValue() > 1;
        int length = testCase.get("max_sequence_length").intValue();
        Case run = new Case(golden, transformer, ops, collector, name, length);
        run.check("cond", "prompt");
        if (guided) {
          run.check("uncond", "negative_prompt");
        }
      }
    }
  }

  /** One generation, of which the transformer's calls are repeated. */
  private record Case(
      Golden golden,
      WanTransformer transformer,
      Ops ops,
      Collector collector,
      String name,
      int length) {

    void check(String branch, String prompt) {
      try (var _ = ops.scope(branch)) {
        collector.values.clear();
        WanRope rope = transformer.rope(ops, input(0).shape());
        TextContext context = transformer.prepare(ops, promptEmbeds(prompt), length, imageEmbeds());
        int steps = 0;
        while (golden.has(step(steps, branch) + "noise_pred")) {
          Tensor noisePred = forward(steps, branch, context, rope);
          golden.check(step(steps, branch) + "noise_pred", noisePred, transformer.dtype());
          if (steps == 0) {
            checkInside(branch);
          }
          steps++;
        }
        assertTrue(steps > 1, name);
      }
    }

    private Tensor forward(int step, String branch, TextContext context, WanRope rope) {
      float[] timestep = golden.get(step(step, branch) + "timestep").toFloats();
      boolean perToken = golden.stored(step(step, branch) + "timestep").shape().rank() == 2;
      return perToken
          ? transformer.forward(ops, input(step), timestep, context, rope)
          : transformer.forward(ops, input(step), timestep[0], context, rope);
    }

    private String step(int step, String branch) {
      return "%s/step%d/%s/".formatted(name, step, branch);
    }

    private void checkInside(String branch) {
      String prefix = step(0, branch);
      TreeSet<String> names = new TreeSet<>();
      for (String name : golden.names()) {
        if (name.startsWith(prefix)) {
          names.add(name.substring(prefix.length()));
        }
      }
      names.removeAll(
          List.of(
              "input",
              "noise_pred",
              "timestep",
              "is_transformer_2",
              "encoder_hidden_states_image"));
      assertTrue(names.size() >= 7, () -> name + " has few intermediates: " + names);
      for (String inner : names) {
        Tensor seen = collector.values.get(branch + "/transformer/" + path(inner));
        assertTrue(seen != null, () -> inner + " was not shown, only " + collector.values.keySet());
        golden.check(prefix + inner, asReference(inner, seen), transformer.dtype());
      }
    }

    /** The latents of a step, with what the pipelines of image-to-video add to them. */
    private Tensor input(int step) {
      Tensor first = golden.get(name + "/step0/cond/input");
      if (step == 0) {
        return first;
      }
      Tensor latents = golden.get("%s/step%d/latents_after".formatted(name, step - 1));
      float[] values = first.toFloats();
      int channelSize = values.length / first.intSize(0);
      // Of TI2V the given first frame stays; of I2V mask and condition are further channels.
      boolean keepsFirstFrame = name.startsWith("i2v") && latents.size(0) == first.size(0);
      int kept = keepsFirstFrame ? channelSize / first.intSize(1) : 0;
      float[] next = latents.toFloats();
      for (int i = 0; i < next.length; i++) {
        if (i % channelSize >= kept) {
          values[i] = next[i];
        }
      }
      return Tensor.of(values, first.shape().sizes());
    }

    private Tensor promptEmbeds(String prompt) {
      String embeds = "%s/text/%s_embeds".formatted(name, prompt);
      Tensor rows = golden.get(golden.has(embeds) ? embeds : embeds + "_first64");
      float[] mask = golden.get("%s/text/%s/attention_mask".formatted(name, prompt)).toFloats();
      int tokens = 0;
      while (tokens < mask.length && mask[tokens] == 1) {
        tokens++;
      }
      return rows.narrow(0, 0, tokens);
    }

    private Tensor imageEmbeds() {
      String embeds = name + "/step0/cond/encoder_hidden_states_image";
      return golden.has(embeds)
          ? golden.stored(embeds).reshape(-1, golden.stored(embeds).size(-1))
          : null;
    }

    /** Where the model shows what the goldens call by another name. */
    private static String path(String inner) {
      return switch (inner) {
        case "timestep_sinusoid" -> "condition_embedder/timesteps_proj";
        case "temb" -> "condition_embedder/time_embedder";
        case "timestep_proj" -> "condition_embedder/time_proj";
        case "text_embedding", "text_embedding_first64" -> "condition_embedder/text_embedder";
        case "image_embedding" -> "condition_embedder/image_embedder";
        case "block0_norm_q" -> "blocks.0/attn1/norm_q";
        case "block0_self_attn" -> "blocks.0/attn1";
        case "block0_cross_attn" -> "blocks.0/attn2";
        default -> inner.replaceFirst("^block(\\d+)_?", "blocks.$1/").replaceFirst("/$", "");
      };
    }

    /** Brings what the model shows to the reference's layout. */
    private Tensor asReference(String inner, Tensor seen) {
      return switch (inner) {
        case "patch_embedding" -> transposed(seen, grid());
        case "rope.0", "rope.1" -> eachTwice(seen);
        case "text_embedding", "text_embedding_first64" ->
            lastRowRepeated(seen, Math.min(length, 64));
        default -> seen;
      };
    }

    private PatchGrid grid() {
      return transformer.config().patchSize().grid(input(0).shape());
    }
  }

  private static Tensor eachTwice(Tensor seen) {
    float[] values = seen.toFloats();
    float[] twice = new float[2 * values.length];
    for (int i = 0; i < twice.length; i++) {
      twice[i] = values[i / 2];
    }
    return Tensor.of(twice, seen.size(0), 1, 2 * seen.size(1));
  }

  private static Tensor lastRowRepeated(Tensor seen, int rows) {
    float[] values = seen.toFloats();
    int width = seen.intSize(1);
    float[] repeated = new float[rows * width];
    for (int i = 0; i < repeated.length; i++) {
      int row = Math.min(i / width, seen.intSize(0) - 1);
      repeated[i] = values[row * width + i % width];
    }
    return Tensor.of(repeated, rows, width);
  }

  private static Tensor transposed(Tensor seen, PatchGrid grid) {
    float[] values = seen.permute(1, 0).toFloats();
    return Tensor.of(values, seen.size(1), grid.frames(), grid.height(), grid.width());
  }

  /** Keeps the first of everything that is shown under one path. */
  private static final class Collector implements Tracer {
    private final Map<String, Tensor> values = new HashMap<>();

    @Override
    public boolean wants(String path) {
      return !values.containsKey(path);
    }

    @Override
    public void tensor(String path, Tensor tensor) {
      values.put(path, Tensor.of(tensor.toFloats(), tensor.shape().sizes()));
    }
  }
}
