package io.zoetrope.tools.parity;

/** What of a model, or of the engine, a result belongs to; in the order in which people read it. */
public enum ParityStage {
  TEXT_ENCODER("text encoder, layer by layer"),
  IMAGE_ENCODER("image encoder"),
  TRANSFORMER("transformer, layer by layer"),
  GUIDANCE("prediction after guidance"),
  LATENTS("latents after each step"),
  AUTOENCODER("video autoencoder, stage by stage"),
  EXACT("token ids, masks, prompts after cleaning, sigmas, timesteps"),
  OPERATIONS("single operations"),
  SCHEDULERS("schedulers"),
  FILES("files of weights"),
  WHOLE_CASE("whole cases");

  private final String title;

  ParityStage(String title) {
    this.title = title;
  }

  /** Name for people. */
  public String title() {
    return title;
  }

  /**
   * The stage of a model's tensor.
   *
   * @param name in the fixture: the case's name, a slash, and what it is
   */
  static ParityStage ofModel(String name) {
    String what = name.substring(name.indexOf('/') + 1);
    String last = what.substring(what.lastIndexOf('/') + 1);
    if (!name.contains("/")) {
      return WHOLE_CASE;
    }
    if (name.startsWith("tokenizer_cases/") || what.startsWith("scheduler/")) {
      return EXACT;
    }
    return switch (last) {
      case "prompt_after_cleaning", "token_ids", "attention_mask", "timestep", "is_transformer_2" ->
          EXACT;
      case "pixel_values", "image_embeds", "encoder_hidden_states_image" -> IMAGE_ENCODER;
      case "noise_pred_guided" -> GUIDANCE;
      case "latents_after", "initial_latents", "clean_latents", "noised_latents", "noise" ->
          LATENTS;
      default ->
          what.startsWith("text/")
              ? TEXT_ENCODER
              : what.startsWith("step") ? TRANSFORMER : AUTOENCODER;
    };
  }
}
