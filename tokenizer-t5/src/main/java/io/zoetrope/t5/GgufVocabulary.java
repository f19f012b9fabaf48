package io.zoetrope.t5;

import io.zoetrope.weights.GgufFile;
import io.zoetrope.weights.GgufMetadata;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;

/**
 * The SentencePiece vocabulary that llama.cpp's converters write into the GGUF file of a text
 * encoder, under {@code tokenizer.ggml}. It is the one of {@code spiece.model}, with pieces that
 * fill it up to the size of the embedding table. Whether unknown characters become bytes is not
 * said: they do where there are pieces for all bytes.
 *
 * @param eosId id of the closing token
 * @param padId id of the padding token
 */
record GgufVocabulary(SentencePieceModel model, int eosId, int padId) {
  private static final String PREFIX = "tokenizer.ggml.";

  /** Bytes of UTF-8 that a character of Java takes at most. */
  private static final int BYTES_OF_CHARACTER = 3;

  /**
   * Reads a vocabulary.
   *
   * @throws TokenizerException if the file has none, or another kind of one
   * @throws io.zoetrope.weights.WeightsException if a value has another type
   */
  static GgufVocabulary read(GgufFile file) {
    GgufMetadata metadata = file.values();
    String place = file + ": tokenizer";
    String kind = metadata.text(PREFIX + "model").orElse("none");
    if (!kind.equals("t5")) {
      throw new TokenizerException(
          "%s: it is '%s', where 't5' is expected: name the folder of the text encoder's tokenizer"
              .formatted(place, kind));
    }
    List<SentencePiece> pieces = pieces(metadata, place);
    var normalizer = new SentencePieceNormalizer.Spec(place);
    normalizer.addDummyPrefix = metadata.flag(PREFIX + "add_space_prefix").orElse(true);
    normalizer.removeExtraWhiteSpaces =
        metadata.flag(PREFIX + "remove_extra_whitespaces").orElse(true);
    normalizer.map =
        metadata
            .byteArray(PREFIX + "precompiled_charsmap")
            .filter(map -> map.length > 0)
            .map(map -> new PrecompiledCharsMap(map, place))
            .orElse(null);
    var model = new SentencePieceModel(pieces, normalizer, hasAllBytes(pieces), place);
    return new GgufVocabulary(
        model,
        id(metadata, "eos_token_id", "</s>", model, place),
        id(metadata, "padding_token_id", "<pad>", model, place));
  }

  private static List<SentencePiece> pieces(GgufMetadata metadata, String place) {
    List<String> texts =
        metadata
            .textArray(PREFIX + "tokens", BYTES_OF_CHARACTER * Bounds.CHARACTERS)
            .orElse(List.of());
    float[] scores = metadata.floatArray(PREFIX + "scores").orElse(new float[0]);
    int[] types = metadata.intArray(PREFIX + "token_type").orElse(new int[0]);
    if (scores.length != texts.size() || types.length != texts.size()) {
      throw new TokenizerException(
          "%s: %d tokens, %d scores and %d types are not the same number"
              .formatted(place, texts.size(), scores.length, types.length));
    }
    Bounds bounds = new Bounds();
    List<SentencePiece> pieces = new ArrayList<>(texts.size());
    for (int id = 0; id < scores.length; id++) {
      String piecePlace = place + ": piece " + id;
      bounds.piece(texts.get(id), piecePlace);
      pieces.add(SentencePiece.of(texts.get(id), scores[id], types[id], piecePlace));
    }
    return pieces;
  }

  private static boolean hasAllBytes(List<SentencePiece> pieces) {
    Set<Integer> bytes = new HashSet<>();
    for (SentencePiece piece : pieces) {
      if (piece.type() == SentencePiece.Type.BYTE) {
        bytes.add(Unigram.byteOfPiece(piece.text()));
      }
    }
    bytes.remove(-1);
    return bytes.size() == 256;
  }

  private static int id(
      GgufMetadata metadata, String key, String token, SentencePieceModel model, String place) {
    OptionalLong id = metadata.integer(PREFIX + key);
    long found = id.orElse(model.id(token));
    if (found < 0 || found >= model.size()) {
      throw new TokenizerException(
          "%s: %s is %s, and it has %d pieces"
              .formatted(place, key, id.isPresent() ? found : "not given", model.size()));
    }
    return (int) found;
  }
}
