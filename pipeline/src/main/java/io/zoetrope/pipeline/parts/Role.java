package io.zoetrope.pipeline.parts;

/** What a file of weights can be in a model. */
public enum Role {
  TRANSFORMER("transformer", "--transformer", "a transformer"),
  SECOND_TRANSFORMER("transformer_2", "--transformer-2", "a transformer for little noise"),
  TEXT_ENCODER("text_encoder", "--text-encoder", "a text encoder (UMT5)"),
  VAE("vae", "--vae", "a video autoencoder"),
  CLIP_VISION("image_encoder", "--clip-vision", "CLIP's vision tower");

  private final String component;
  private final String option;
  private final String description;

  Role(String component, String option, String description) {
    this.component = component;
    this.option = option;
    this.description = description;
  }

  /** Name of the component in diffusers' pipelines. */
  public String component() {
    return component;
  }

  /** Option of the command line that names its file. */
  public String option() {
    return option;
  }

  /** What it is, with an article. */
  public String description() {
    return description;
  }

  /** Whether a file that was found to be of another role can be this: transformers look alike. */
  boolean canBe(Role found) {
    return this == found || (this == SECOND_TRANSFORMER && found == TRANSFORMER);
  }
}
