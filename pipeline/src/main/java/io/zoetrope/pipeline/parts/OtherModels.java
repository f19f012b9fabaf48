package io.zoetrope.pipeline.parts;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Files of weights that are no part of a model here, by tensors that only they have. The first that
 * fits counts. Sources: {@code comfy/model_detection.py} of ComfyUI, {@code
 * loaders/single_file_utils.py} of diffusers.
 */
final class OtherModels {
  /**
   * A kind of file.
   *
   * @param description goes on after "it is"
   * @param isRun whether it is a component of models that are supported, as folders
   * @param fits holds for the name of one of its tensors
   */
  private record Kind(String description, boolean isRun, Predicate<String> fits) {}

  private static final List<Kind> KINDS =
      List.of(
          new Kind(
              "a LoRA, which changes a model and is none itself: name it with --lora",
              false,
              name ->
                  name.contains(".lora_")
                      || name.startsWith("lora_")
                      || name.contains(".lora.")
                      || name.startsWith("lycoris_")),
          ending(
              "a transformer of HunyuanVideo",
              "txt_in.individual_token_refiner.blocks.0.norm1.weight"),
          ending("a transformer of Mochi", "t5_yproj.weight"),
          ending("a transformer of MiniMax-H3", "audio_patch_proj.weight"),
          ofFolder("a transformer of Latte", "temporal_transformer_blocks.0.attn1.to_q.weight"),
          ofFolder("a transformer of CogVideoX", "patch_embed.text_proj.weight"),
          ofFolder("a transformer of LTX-Video", "time_embed.emb.timestep_embedder.linear_1.bias"),
          ending("a transformer of LTX-2", "audio_adaln_single.linear.weight"),
          ending("a transformer of PixArt", "pos_embed.proj.bias"),
          ofFolder(
              "a transformer of LTX-Video", "adaln_single.emb.timestep_embedder.linear_1.bias"),
          ending("a transformer of CogVideoX", "blocks.0.norm1.linear.weight"),
          ending("a transformer of Cosmos", "blocks.block0.blocks.0.block.attn.to_q.0.weight"),
          ending("a transformer of Flux", "double_blocks.0.img_attn.norm.key_norm.scale"),
          ending("a transformer of Qwen-Image", "transformer_blocks.0.img_mod.1.weight"),
          ending(
              "a transformer of Stable Diffusion 3",
              "joint_blocks.0.context_block.attn.qkv.weight"),
          ending("a UNet of Stable Diffusion", "input_blocks.0.0.weight"),
          ofFolder("an autoencoder of CogVideoX", "decoder.norm_out.conv_y.conv.weight"),
          ofFolder(
              "an autoencoder of pictures, as of Latte or Stable Diffusion",
              "decoder.mid_block.attentions.0.to_q.weight"),
          ofFolder("an autoencoder of LTX-Video", "decoder.mid_block.resnets.0.conv1.conv.weight"),
          ending(
              "a tiny autoencoder (TAEHV, such as taew2_1), which makes previews",
              "decoder.1.weight",
              "decoder.22.bias"),
          ending(
              "an autoencoder of pictures, as of Stable Diffusion",
              "decoder.up.0.block.0.norm1.weight"),
          ofFolder(
              "an autoencoder of LTX-Video", "decoder.up_blocks.0.res_blocks.0.conv1.conv.weight"),
          ofFolder("an autoencoder of LTX-Video", "decoder.mid_block.resnets.0.conv1.conv.weight"),
          ending(
              "a latent upsampler of LTX-Video: name its folder with decode --upscale-latents",
              "post_upsample_res_blocks.0.conv1.weight"),
          ending("a text encoder of CLIP", "text_model.embeddings.token_embedding.weight"),
          ending(
              "a language model, as of the text encoders of HunyuanVideo or Qwen-Image",
              "model.layers.0.self_attn.q_proj.weight"));

  private OtherModels() {}

  /** Of a model that is read from its folder alone. */
  private static Kind ofFolder(String description, String ending) {
    return new Kind(
        description + ", whose models are read from folders: name one with --model",
        true,
        ending(description, ending).fits);
  }

  private static Kind ending(String description, String... endings) {
    return new Kind(
        description,
        false,
        name -> {
          for (String ending : endings) {
            if (name.equals(ending) || name.endsWith("." + ending)) {
              return true;
            }
          }
          return false;
        });
  }

  /** What a file with such tensors is; empty if that is not known. */
  static Optional<String> describe(Set<String> names) {
    return find(names).map(Kind::description);
  }

  /** The transformer that a file with such tensors is, of a model that is not supported. */
  static Optional<String> foreignTransformer(Set<String> names) {
    return find(names)
        .filter(kind -> !kind.isRun)
        .map(Kind::description)
        .filter(description -> description.startsWith("a transformer of"));
  }

  private static Optional<Kind> find(Set<String> names) {
    return KINDS.stream().filter(kind -> names.stream().anyMatch(kind.fits)).findFirst();
  }
}
