package io.zoetrope.pipeline.names;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.zoetrope.testing.Fixtures;
import io.zoetrope.weights.Checkpoint;
import io.zoetrope.weights.NameMap;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NamesTest {
  private static NameMap map(String which) {
    return switch (which) {
      case "transformer" -> WanNames.transformer();
      case "vae21" -> WanNames.vae21(2);
      case "vae22" -> WanNames.vae22(2);
      case "umt5" -> TextEncoderNames.wan();
      case "umt5-gguf" -> TextEncoderNames.gguf();
      default -> ClipNames.wan();
    };
  }

  /** Every tensor of a model has an original name, which no other one has, and the way back. */
  @ParameterizedTest
  @CsvSource({
    "transformer, wan21-t2v-tiny/transformer, diffusion_pytorch_model, 0",
    "transformer, wan21-flf2v-tiny/transformer, diffusion_pytorch_model, 0",
    "transformer, wan21-vace-tiny/transformer, diffusion_pytorch_model, 0",
    "vae21, wan21-t2v-tiny/vae, diffusion_pytorch_model, 0",
    "vae22, wan22-ti2v-tiny/vae, diffusion_pytorch_model, 0",
    "umt5, wan21-t2v-tiny/text_encoder, model, 0",
    "umt5-gguf, wan21-t2v-tiny/text_encoder, model, 0",
    // Queries, keys and values of a layer, weights and biases, are one tensor each in the original.
    "clip, wan21-i2v-tiny/image_encoder, model, 6",
  })
  void everyTensorHasANameInBothSpellings(
      String which, String folder, String baseName, int joinedOfEachLayer) {
    NameMap map = map(which);
    try (Checkpoint weights = Checkpoint.open(Fixtures.path(folder), baseName)) {
      Set<String> originals = new HashSet<>();
      int without = 0;
      for (String stored : weights.names()) {
        // The prefix that files of transformers had before version 5.
        String name = which.equals("clip") ? "vision_model." + stored : stored;
        Optional<String> original = map.toLeft(name);
        if (original.isEmpty()) {
          without++;
        } else {
          assertEquals(Optional.of(name), map.toRight(original.get()));
          originals.add(original.get());
        }
      }
      assertEquals(weights.names().size() - without, originals.size());
      long layers =
          weights.names().stream().filter(name -> name.endsWith("self_attn.q_proj.bias")).count();
      assertEquals(joinedOfEachLayer * layers, without, weights.names()::toString);
    }
  }

  /** Names as they stand in published files. */
  @ParameterizedTest
  @CsvSource({
    "transformer, blocks.39.cross_attn.norm_k_img.weight, blocks.39.attn2.norm_added_k.weight",
    "transformer, blocks.0.norm3.bias, blocks.0.norm2.bias",
    "transformer, head.head.weight, proj_out.weight",
    "transformer, vace_blocks.3.after_proj.weight, vace_blocks.3.proj_out.weight",
    "transformer, img_emb.emb_pos, condition_embedder.image_embedder.pos_embed",
    "vae21, conv1.bias, quant_conv.bias",
    "vae21, encoder.downsamples.2.resample.1.bias, encoder.down_blocks.2.resample.1.bias",
    "vae21, decoder.upsamples.7.time_conv.bias, decoder.up_blocks.1.upsamplers.0.time_conv.bias",
    "vae21, decoder.upsamples.14.residual.6.bias, decoder.up_blocks.3.resnets.2.conv2.bias",
    "vae21, decoder.middle.1.to_qkv.bias, decoder.mid_block.attentions.0.to_qkv.bias",
    "vae22, decoder.upsamples.1.upsamples.3.time_conv.bias, "
        + "decoder.up_blocks.1.upsampler.time_conv.bias",
    "vae22, encoder.downsamples.1.downsamples.0.shortcut.bias, "
        + "encoder.down_blocks.1.resnets.0.conv_shortcut.bias",
    "umt5, blocks.23.ffn.gate.0.weight, encoder.block.23.layer.1.DenseReluDense.wi_0.weight",
    "umt5-gguf, enc.blk.23.ffn_up.weight, encoder.block.23.layer.1.DenseReluDense.wi_1.weight",
    "clip, visual.transformer.31.mlp.2.bias, vision_model.encoder.layers.31.mlp.fc2.bias",
  })
  void publishedNames(String which, String original, String name) {
    assertEquals(Optional.of(name), map(which).toRight(original));
    assertEquals(Optional.of(original), map(which).toLeft(name));
  }

  @ParameterizedTest
  @CsvSource({
    "transformer, blocks.0.norm2.weight",
    "transformer, control_adapter.conv.weight",
    "vae21, decoder.upsamples.3.residual.0.gamma",
    "umt5, encoder.final_layer_norm.weight",
  })
  void otherNamesAreUnknown(String which, String original) {
    assertEquals(Optional.empty(), map(which).toRight(original));
  }
}
