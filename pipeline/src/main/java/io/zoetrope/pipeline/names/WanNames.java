package io.zoetrope.pipeline.names;

import io.zoetrope.weights.NameMap;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Names of Wan's original release, which ComfyUI and most files of the community use, and those of
 * diffusers: left and right in the tables. Source: {@code scripts/convert_wan_to_diffusers.py} of
 * diffusers.
 */
public final class WanNames {
  private static final String TRANSFORMER =
      """
      patch_embedding.*      = patch_embedding.*
      text_embedding.0.*     = condition_embedder.text_embedder.linear_1.*
      text_embedding.2.*     = condition_embedder.text_embedder.linear_2.*
      time_embedding.0.*     = condition_embedder.time_embedder.linear_1.*
      time_embedding.2.*     = condition_embedder.time_embedder.linear_2.*
      time_projection.1.*    = condition_embedder.time_proj.*
      img_emb.proj.0.*       = condition_embedder.image_embedder.norm1.*
      img_emb.proj.1.*       = condition_embedder.image_embedder.ff.net.0.proj.*
      img_emb.proj.3.*       = condition_embedder.image_embedder.ff.net.2.*
      img_emb.proj.4.*       = condition_embedder.image_embedder.norm2.*
      img_emb.emb_pos        = condition_embedder.image_embedder.pos_embed
      head.modulation        = scale_shift_table
      head.head.*            = proj_out.*
      vace_patch_embedding.* = vace_patch_embedding.*
      """;

  /** A block of the transformer. What the original calls norm3 stands between the attentions. */
  private static final String BLOCK =
      """
      modulation                = scale_shift_table
      self_attn.q.*             = attn1.to_q.*
      self_attn.k.*             = attn1.to_k.*
      self_attn.v.*             = attn1.to_v.*
      self_attn.o.*             = attn1.to_out.0.*
      self_attn.norm_q.*        = attn1.norm_q.*
      self_attn.norm_k.*        = attn1.norm_k.*
      norm3.*                   = norm2.*
      cross_attn.q.*            = attn2.to_q.*
      cross_attn.k.*            = attn2.to_k.*
      cross_attn.v.*            = attn2.to_v.*
      cross_attn.o.*            = attn2.to_out.0.*
      cross_attn.norm_q.*       = attn2.norm_q.*
      cross_attn.norm_k.*       = attn2.norm_k.*
      cross_attn.k_img.*        = attn2.add_k_proj.*
      cross_attn.v_img.*        = attn2.add_v_proj.*
      cross_attn.norm_k_img.*   = attn2.norm_added_k.*
      ffn.0.*                   = ffn.net.0.proj.*
      ffn.2.*                   = ffn.net.2.*
      """;

  /** Of VACE's control branch, whose blocks have these beside those of any block. */
  private static final String CONTROL =
      """
      before_proj.* = proj_in.*
      after_proj.*  = proj_out.*
      """;

  private static final String VAE =
      """
      conv1.* = quant_conv.*
      conv2.* = post_quant_conv.*
      """;

  /** Encoder and decoder alike. */
  private static final String TOWER =
      """
      conv1.*      = conv_in.*
      head.0.*     = norm_out.*
      head.2.*     = conv_out.*
      middle.1.*.* = mid_block.attentions.0.*.*
      """;

  private static final String RESIDUAL =
      """
      residual.0.* = norm1.*
      residual.2.* = conv1.*
      residual.3.* = norm2.*
      residual.6.* = conv2.*
      shortcut.*   = conv_shortcut.*
      """;

  private static final String RESAMPLE =
      """
      resample.1.* = resample.1.*
      time_conv.*  = time_conv.*
      """;

  /** More resolutions than an autoencoder can have. */
  private static final int RESOLUTIONS = 17;

  private WanNames() {}

  /**
   * Gives weights of a transformer their names in the original release; names that it does not have
   * stay.
   */
  public static UnaryOperator<String> originalOfTransformer() {
    NameMap names = transformer();
    return name -> names.toLeft(name).orElse(name);
  }

  /** The transformer of Wan 2.1 and 2.2, with VACE's control branch. */
  public static NameMap transformer() {
    return NameMap.of(
        TRANSFORMER
            + below("blocks.*", "blocks.*", BLOCK)
            + below("vace_blocks.*", "vace_blocks.*", BLOCK + CONTROL));
  }

  /**
   * The video autoencoder of Wan 2.1, whose original counts the layers of all resolutions through.
   *
   * @param blocks residual blocks of each resolution of the encoder; the decoder has one more
   */
  public static NameMap vae21(int blocks) {
    String layers =
        below("encoder.downsamples.*", "encoder.down_blocks.*", RESIDUAL + RESAMPLE)
            + each(
                RESOLUTIONS,
                level -> {
                  int first = level * (blocks + 2);
                  String up = "decoder.up_blocks.%d.".formatted(level);
                  return each(
                          blocks + 1,
                          i ->
                              below(
                                  "decoder.upsamples." + (first + i),
                                  up + "resnets." + i,
                                  RESIDUAL))
                      + below(
                          "decoder.upsamples." + (first + blocks + 1),
                          up + "upsamplers.0",
                          RESAMPLE);
                });
    return vae(layers);
  }

  /**
   * The video autoencoder of Wan 2.2.
   *
   * @param blocks residual blocks of each resolution of the encoder; the decoder has one more
   */
  public static NameMap vae22(int blocks) {
    String down = "encoder.downsamples.*.downsamples.";
    String up = "decoder.upsamples.*.upsamples.";
    String layers =
        each(blocks, i -> below(down + i, "encoder.down_blocks.*.resnets." + i, RESIDUAL))
            + below(down + blocks, "encoder.down_blocks.*.downsampler", RESAMPLE)
            + each(blocks + 1, i -> below(up + i, "decoder.up_blocks.*.resnets." + i, RESIDUAL))
            + below(up + (blocks + 1), "decoder.up_blocks.*.upsampler", RESAMPLE);
    return vae(layers);
  }

  private static NameMap vae(String layers) {
    StringBuilder table = new StringBuilder(VAE).append(layers);
    for (String tower : new String[] {"encoder", "decoder"}) {
      table
          .append(below(tower, tower, TOWER))
          .append(below(tower + ".middle.0", tower + ".mid_block.resnets.0", RESIDUAL))
          .append(below(tower + ".middle.2", tower + ".mid_block.resnets.1", RESIDUAL));
    }
    return NameMap.of(table.toString());
  }

  /** A table below a name on either side. */
  private static String below(String left, String right, String table) {
    return table
        .lines()
        .map(line -> "%s.%s\n".formatted(left, line.replaceFirst("=\\s*", "= " + right + ".")))
        .collect(Collectors.joining());
  }

  private static String each(int count, java.util.function.IntFunction<String> table) {
    return IntStream.range(0, count).mapToObj(table).collect(Collectors.joining());
  }
}
