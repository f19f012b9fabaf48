package io.zoetrope.bench;

/**
 * The sizes of a Wan model, by the names of its configurations.
 *
 * @param layers of the transformer
 * @param heads of the transformer
 * @param headDim width of one of its heads
 * @param ffnDim width inside its feed-forward
 * @param textDim width of the prompt's embeddings
 * @param textLayers of the text encoder
 * @param textHeads of the text encoder, each 64 wide
 * @param textFfnDim width inside its feed-forward
 * @param vocabulary rows of its token table
 * @param vaeBaseDim channels of the video autoencoder at the highest resolution
 */
record ModelSizes(
    int layers,
    int heads,
    int headDim,
    int ffnDim,
    int textDim,
    int textLayers,
    int textHeads,
    int textFfnDim,
    int vocabulary,
    int vaeBaseDim) {
  /** Wan 2.1 1.3B with its UMT5-XXL text encoder. */
  static final ModelSizes WAN_1_3B =
      new ModelSizes(30, 12, 128, 8960, 4096, 24, 64, 10240, 256384, 96);

  /** The same with other numbers of layers, and another token table. */
  ModelSizes with(int newLayers, int newTextLayers, int newVocabulary) {
    return new ModelSizes(
        newLayers,
        heads,
        headDim,
        ffnDim,
        textDim,
        newTextLayers,
        textHeads,
        textFfnDim,
        newVocabulary,
        vaeBaseDim);
  }
}
