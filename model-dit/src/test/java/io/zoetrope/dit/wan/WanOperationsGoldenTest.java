package io.zoetrope.dit.wan;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import io.zoetrope.nn.AdaLayerNorm;
import io.zoetrope.nn.Linear;
import io.zoetrope.nn.Modulation;
import io.zoetrope.nn.PatchEmbedding;
import io.zoetrope.nn.PatchGrid;
import io.zoetrope.nn.PatchSize;
import io.zoetrope.nn.TimestepSinusoid;
import io.zoetrope.nn.TokenTimesteps;
import io.zoetrope.ops.Backend;
import io.zoetrope.ops.Ops;
import io.zoetrope.ops.ReferenceBackend;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.testing.Fixtures;
import io.zoetrope.testing.Golden;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Single operations of the transformer against diffusers. */
class WanOperationsGoldenTest {
  private final Backend backend = new ReferenceBackend();
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
  @ValueSource(ints = {24, 32, 44, 128})
  void rope(int headDim) {
    String name = "rope_wan/head_dim" + headDim;
    JsonNode sizes = attributes(name).get("grid_f_h_w");
    PatchGrid grid =
        new PatchGrid(sizes.get(0).intValue(), sizes.get(1).intValue(), sizes.get(2).intValue());
    WanRope rope = WanRope.of(ops, headDim, grid);
    checkPairs(name + "/cos", rope.cos());
    checkPairs(name + "/sin", rope.sin());

    Tensor x = golden.get(name + "/x");
    Tensor rotated = ops.upload(x.reshape(x.size(0), -1));
    rope.rotate(ops, rotated, x.intSize(1));
    check(name + "/out", rotated.reshape(x.shape().sizes()));
  }

  /** The reference repeats each value for both elements of a pair. */
  private void checkPairs(String name, Tensor table) {
    Tensor twice = ops.allocate(DType.F32, golden.get(name).shape());
    Tensor pairs = twice.reshape(table.size(0), table.size(1), 2);
    ops.copyInto(pairs.select(2, 0), table);
    ops.copyInto(pairs.select(2, 1), table);
    check(name, twice);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "flip0_shift0_dim32",
        "flip0_shift0_dim256",
        "flip0_shift1_dim32",
        "flip0_shift1_dim256",
        "flip1_shift0_dim32",
        "flip1_shift0_dim256",
        "flip1_shift1_dim32",
        "flip1_shift1_dim256",
        "odd_dim33"
      })
  void timestepEmbedding(String variant) {
    String name = "timestep_embedding/" + variant;
    JsonNode attributes = attributes(name);
    TimestepSinusoid sinusoid =
        new TimestepSinusoid(
            Integer.parseInt(variant.substring(variant.indexOf("dim") + 3)),
            attributes.path("flip_sin_to_cos").asBoolean(true),
            (float) attributes.path("downscale_freq_shift").asDouble(0));
    float[] timesteps = golden.stored(name + "/timestep").toFloats();
    check(name + "/out", sinusoid.forward(ops, timesteps));
  }

  @Test
  void patchEmbedding() {
    String name = "patch_embed_conv3d";
    Tensor weight = ops.upload(golden.stored(name + "/weight"));
    Linear projection =
        new Linear(weight.reshape(weight.size(0), -1), ops.upload(golden.stored(name + "/bias")));
    PatchEmbedding embedding =
        new PatchEmbedding("patch_embedding", new PatchSize(1, 2, 2), 4, projection);
    check(name + "/out", embedding.forward(ops, golden.get(name + "/x"), DType.F32));
  }

  @Test
  void unpatchify() {
    Tensor tokens = golden.get("wan_unpatchify/x");
    check(
        "wan_unpatchify/out",
        new PatchSize(1, 2, 2).unpatchify(ops, tokens, new PatchGrid(3, 2, 3)));
  }

  @Test
  void modulation() {
    String name = "adaln_modulate";
    Tensor out = ops.allocate(DType.F32, golden.stored(name + "/out").shape());
    Tensor gated = ops.allocate(DType.F32, out.shape());
    Tensor table = golden.get(name + "/scale_shift_table");
    TokenTimesteps timesteps = TokenTimesteps.of(0);
    for (int i = 0; i < out.size(0); i++) {
      Tensor x = ops.upload(golden.stored(name + "/x").select(0, i));
      Tensor temb = golden.stored(name + "/temb6").narrow(0, i, 1);
      Modulation mod = Modulation.of(ops.add(temb, table));
      Tensor h =
          new AdaLayerNorm("norm1", 1e-6f)
              .forward(ops, x, mod.shiftMsa(), mod.scaleMsa(), timesteps);
      ops.copyInto(out.select(0, i), h);
      Tensor unmodulated = ops.layerNorm(x, null, null, 1e-6f);
      ops.addGatedInPlace(x, unmodulated, timesteps.spread(ops, mod.gateMsa()));
      ops.copyInto(gated.select(0, i), x);
    }
    check(name + "/out", out);
    check(name + "/gated_residual", gated);
  }

  @Test
  void patchifyKeepsEveryElement() {
    PatchSize patch = new PatchSize(2, 1, 3);
    float[] values = new float[2 * 4 * 3 * 6];
    for (int i = 0; i < values.length; i++) {
      values[i] = i;
    }
    Tensor tokens = patch.patchify(ops, Tensor.of(values, 2, 4, 3, 6), DType.F32);
    assertEquals("[12, 12]", tokens.shape().toString());
    // Token (frame 1, row 2, column 1), element (channel 1, frame 1, row 0, column 2).
    assertEquals(((1 * 4 + 3) * 3 + 2) * 6 + 5, tokens.select(0, 11).toFloats()[11]);
  }

  private JsonNode attributes(String name) {
    return golden.json().required("attributes").required(name);
  }

  private void check(String name, Tensor actual) {
    golden.check(name, actual, DType.F32);
  }
}
