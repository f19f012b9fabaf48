package io.zoetrope.t5;

import io.zoetrope.weights.GgufFile;
import io.zoetrope.weights.GgufMetadata;
import io.zoetrope.weights.GgufWriter;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * The SentencePiece vocabulary that llama.cpp's converters write into the GGUF file of a text
 * encoder, under {@code tokenizer.ggml}. It is the one of {@code spiece.model}, with pieces that
 * fill it up to the size of the embedding table. Whether unknown characters become bytes is not
 * said: they do where there are pieces for all bytes.
 *
 * @param pieces in the order of their ids
 * @param charsMap what characters are replaced by, as the library compiles it; empty for nothing
 * @param eosId id of the closing token
 * @param padId id of the padding token
 */
record GgufVocabulary(
    List<SentencePiece> pieces,
    boolean addsSpacePrefix,
    boolean removesExtraWhiteSpaces,
    byte[] charsMap,
    int eosId,
    int padId,
    String place) {
  private static final String PREFIX = "tokenizer.ggml.";

  private static final String EOS = "eos_token_id";
  private static final String PAD = "padding_token_id";

  /** What converters call pieces that fill up the embedding table. */
  private static final String PADDING = "[PAD%d]";

  private static final float PADDING_SCORE = -10_000;

  /** Number of the type of models whose pieces have scores of their own. */
  private static final int UNIGRAM = 1;

  /** Bytes of UTF-8 that a character of Java takes at most. */
  private static final int BYTES_OF_CHARACTER = 3;

  /** Whether a file has one. */
  static boolean isIn(GgufFile file) {
    return file.values().keys().contains(PREFIX + "tokens");
  }

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
    return new GgufVocabulary(
        pieces,
        metadata.flag(PREFIX + "add_space_prefix").orElse(true),
        metadata.flag(PREFIX + "remove_extra_whitespaces").orElse(true),
        metadata.byteArray(PREFIX + "precompiled_charsmap").orElse(new byte[0]),
        id(metadata.integer(PREFIX + EOS), EOS, "</s>", pieces, place),
        id(metadata.integer(PREFIX + PAD), PAD, "<pad>", pieces, place),
        place);
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

  /**
   * The vocabulary of a SentencePiece model.
   *
   * @param bytes what its file holds
   * @throws TokenizerException if they are damaged, or lack the closing or the padding token
   */
  static GgufVocabulary ofSentencePiece(byte[] bytes, String place) {
    List<SentencePiece> pieces = new ArrayList<>();
    boolean addsSpacePrefix = true;
    boolean removesExtraWhiteSpaces = true;
    byte[] charsMap = {};
    ProtobufReader file = new ProtobufReader(ByteBuffer.wrap(bytes), place);
    while (file.next()) {
      switch (file.field()) {
        case 1 ->
            pieces.add(
                SentencePieceModel.readPiece(
                    file.readMessage(), place + ": piece " + pieces.size()));
        case 3 -> {
          ProtobufReader normalizer = file.readMessage();
          while (normalizer.next()) {
            switch (normalizer.field()) {
              case 2 -> charsMap = normalizer.readBytes();
              case 3 -> addsSpacePrefix = normalizer.readBool();
              case 4 -> removesExtraWhiteSpaces = normalizer.readBool();
              default -> normalizer.skip();
            }
          }
        }
        default -> file.skip();
      }
    }
    return new GgufVocabulary(
        pieces,
        addsSpacePrefix,
        removesExtraWhiteSpaces,
        charsMap,
        id(OptionalLong.empty(), EOS, "</s>", pieces, place),
        id(OptionalLong.empty(), PAD, "<pad>", pieces, place),
        place);
  }

  /**
   * Adds it to the metadata of a file.
   *
   * @param size of the embedding table, which it is filled up to
   */
  void addTo(GgufWriter file, int size) {
    List<SentencePiece> all = new ArrayList<>(pieces);
    while (all.size() < size) {
      all.add(
          new SentencePiece(
              PADDING.formatted(all.size()), PADDING_SCORE, SentencePiece.Type.UNUSED));
    }
    float[] scores = new float[all.size()];
    for (int id = 0; id < scores.length; id++) {
      scores[id] = all.get(id).score();
    }
    file.text(PREFIX + "model", "t5")
        .text(PREFIX + "pre", "default")
        .textArray(PREFIX + "tokens", all.stream().map(SentencePiece::text).toList())
        .floatArray(PREFIX + "scores", scores)
        .intArray(
            PREFIX + "token_type",
            all.stream().mapToInt(piece -> piece.type().ordinal() + 1).toArray())
        .flag(PREFIX + "add_space_prefix", addsSpacePrefix)
        .flag(PREFIX + "remove_extra_whitespaces", removesExtraWhiteSpaces);
    if (charsMap.length > 0) {
      file.byteArray(PREFIX + "precompiled_charsmap", charsMap);
    }
    file.integer(PREFIX + EOS, eosId).integer(PREFIX + PAD, padId);
    unknownId().ifPresent(id -> file.integer(PREFIX + "unknown_token_id", id));
    file.flag(PREFIX + "add_bos_token", false).flag(PREFIX + "add_eos_token", true);
  }

  /**
   * Encodes texts with it.
   *
   * @throws TokenizerException if pieces occur twice, or ones that are needed are missing
   */
  SentencePieceModel model() {
    var normalizer = new SentencePieceNormalizer.Spec(place);
    normalizer.addDummyPrefix = addsSpacePrefix;
    normalizer.removeExtraWhiteSpaces = removesExtraWhiteSpaces;
    normalizer.map = charsMap.length == 0 ? null : new PrecompiledCharsMap(charsMap, place);
    return new SentencePieceModel(pieces, normalizer, hasAllBytes(), place);
  }

  /**
   * The same as the SentencePiece library writes it: {@code ModelProto} of {@code
   * sentencepiece_model.proto}. Pieces that only fill up the embedding table are left out.
   */
  byte[] toSentencePiece() {
    ProtobufWriter file = new ProtobufWriter();
    for (SentencePiece piece : pieces.subList(0, sizeWithoutPadding())) {
      file.message(
          1,
          new ProtobufWriter()
              .text(1, piece.text())
              .number(2, piece.score())
              .integer(3, piece.type().ordinal() + 1));
    }
    ProtobufWriter trainer =
        new ProtobufWriter().integer(3, UNIGRAM).integer(35, hasAllBytes() ? 1 : 0);
    unknownId().ifPresent(id -> trainer.integer(40, id));
    trainer.integer(42, eosId).integer(43, padId);
    file.message(2, trainer);
    file.message(
        3,
        new ProtobufWriter()
            .bytes(2, charsMap)
            .integer(3, addsSpacePrefix ? 1 : 0)
            .integer(4, removesExtraWhiteSpaces ? 1 : 0));
    return file.toBytes();
  }

  private OptionalInt unknownId() {
    return IntStream.range(0, pieces.size())
        .filter(id -> pieces.get(id).type() == SentencePiece.Type.UNKNOWN)
        .findFirst();
  }

  private int sizeWithoutPadding() {
    int size = pieces.size();
    while (size > 0
        && pieces.get(size - 1).type() == SentencePiece.Type.UNUSED
        && pieces.get(size - 1).text().equals(PADDING.formatted(size - 1))) {
      size--;
    }
    return size;
  }

  private boolean hasAllBytes() {
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
      OptionalLong id, String key, String token, List<SentencePiece> pieces, String place) {
    long found =
        id.orElseGet(() -> pieces.stream().map(SentencePiece::text).toList().indexOf(token));
    if (found < 0 || found >= pieces.size()) {
      throw new TokenizerException(
          "%s: %s is %s, and it has %d pieces"
              .formatted(place, key, id.isPresent() ? found : "not given", pieces.size()));
    }
    return (int) found;
  }
}
