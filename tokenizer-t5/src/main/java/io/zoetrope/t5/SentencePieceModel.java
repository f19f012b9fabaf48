package io.zoetrope.t5;

import static io.zoetrope.files.Printable.quote;

import io.zoetrope.files.FileKind;
import io.zoetrope.t5.SentencePiece.Type;
import io.zoetrope.t5.text.UnpairedSurrogates;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A unigram model in the file format of the SentencePiece library ({@code spiece.model}, message
 * ModelProto of sentencepiece_model.proto), which encodes as that library does. Immutable.
 */
public final class SentencePieceModel {
  private static final int UNIGRAM = 1;

  private final Map<String, Integer> ids = new HashMap<>();
  private final int size;
  private final SentencePieceNormalizer normalizer;
  private final Unigram model;

  /**
   * Reads a model.
   *
   * @throws TokenizerException if the file can't be read, is damaged or holds no unigram model
   */
  public static SentencePieceModel read(Path file) {
    return of(JsonPlace.bytes(file), file.toString());
  }

  /**
   * The model that a file's bytes hold.
   *
   * @param place where they lie, for errors
   * @throws TokenizerException if they are damaged or hold no unigram model
   */
  static SentencePieceModel of(byte[] bytes, String place) {
    try {
      return parse(bytes, place);
    } catch (TokenizerException e) {
      Optional<FileKind> kind = FileKind.of(bytes);
      throw kind.isEmpty()
          ? e
          : new TokenizerException("%s: %s".formatted(place, kind.get().description()), e);
    }
  }

  private static SentencePieceModel parse(byte[] bytes, String place) {
    List<SentencePiece> pieces = new ArrayList<>();
    var normalizerSpec = new SentencePieceNormalizer.Spec(place);
    boolean byteFallback = false;
    Bounds bounds = new Bounds();
    ProtobufReader message = new ProtobufReader(ByteBuffer.wrap(bytes), place);
    while (message.next()) {
      switch (message.field()) {
        case 1 -> {
          String piecePlace = place + ": piece " + pieces.size();
          SentencePiece piece = readPiece(message.readMessage(), piecePlace);
          bounds.piece(piece.text(), piecePlace);
          pieces.add(piece);
        }
        case 2 -> byteFallback = readTrainerSpec(message.readMessage(), normalizerSpec, place);
        case 3 -> normalizerSpec.read(message.readMessage());
        default -> message.skip();
      }
    }
    return new SentencePieceModel(pieces, normalizerSpec, byteFallback, place);
  }

  /**
   * A model of pieces.
   *
   * @param byteFallback whether unknown characters become bytes
   * @param place names the file in messages
   * @throws TokenizerException if pieces occur twice, or ones that are needed are missing
   */
  SentencePieceModel(
      List<SentencePiece> pieces,
      SentencePieceNormalizer.Spec normalizerSpec,
      boolean byteFallback,
      String place) {
    size = pieces.size();
    for (int id = 0; id < size; id++) {
      if (ids.put(pieces.get(id).text(), id) != null) {
        throw new TokenizerException(
            place + ": piece " + quote(pieces.get(id).text()) + " occurs twice");
      }
    }
    List<String> userDefined =
        pieces.stream()
            .filter(piece -> piece.type() == Type.USER_DEFINED)
            .map(SentencePiece::text)
            .toList();
    normalizer = new SentencePieceNormalizer(normalizerSpec, userDefined);
    model = unigram(pieces, byteFallback, place);
  }

  static SentencePiece readPiece(ProtobufReader message, String place) {
    String text = "";
    float score = 0;
    long type = 1;
    while (message.next()) {
      switch (message.field()) {
        case 1 -> text = message.readString();
        case 2 -> score = message.readFloat();
        case 3 -> type = message.readVarint();
        default -> message.skip();
      }
    }
    return SentencePiece.of(text, score, type, place);
  }

  /** Returns whether unknown characters become bytes. */
  private static boolean readTrainerSpec(
      ProtobufReader message, SentencePieceNormalizer.Spec normalizerSpec, String place) {
    boolean byteFallback = false;
    while (message.next()) {
      switch (message.field()) {
        case 3 -> {
          long modelType = message.readVarint();
          if (modelType != UNIGRAM) {
            throw new TokenizerException(
                place
                    + " has model type "
                    + modelType
                    + "; only unigram models (type 1) are supported");
          }
        }
        case 24 -> normalizerSpec.treatWhiteSpaceAsSuffix = message.readBool();
        case 35 -> byteFallback = message.readBool();
        default -> message.skip();
      }
    }
    return byteFallback;
  }

  private static Unigram unigram(List<SentencePiece> pieces, boolean byteFallback, String place) {
    float minScore = Float.POSITIVE_INFINITY;
    // The library starts from its smallest positive number, so this stays about 0 for log
    // probabilities.
    float maxScore = Float.MIN_NORMAL;
    int unknownId = -1;
    int[] byteIds = new int[256];
    Arrays.fill(byteIds, -1);
    for (int id = 0; id < pieces.size(); id++) {
      SentencePiece piece = pieces.get(id);
      switch (piece.type()) {
        case NORMAL -> {
          minScore = Math.min(minScore, piece.score());
          maxScore = Math.max(maxScore, piece.score());
        }
        case UNKNOWN -> {
          if (unknownId >= 0) {
            throw new TokenizerException(
                place + " has two unknown pieces, " + unknownId + " and " + id);
          }
          unknownId = id;
        }
        case BYTE -> {
          int value = Unigram.byteOfPiece(piece.text());
          if (value < 0) {
            throw new TokenizerException(
                place + ": byte piece " + quote(piece.text()) + " is not of the form <0x0A>");
          }
          byteIds[value] = id;
        }
        case CONTROL, USER_DEFINED, UNUSED -> {}
      }
    }
    if (unknownId < 0) {
      throw new TokenizerException(place + " has no piece for unknown characters");
    }
    if (byteFallback && Arrays.stream(byteIds).anyMatch(id -> id < 0)) {
      throw new TokenizerException(place + " falls back to bytes, but has not all 256 byte pieces");
    }
    List<String> texts = new ArrayList<>();
    int[] ids = new int[pieces.size()];
    double[] scores = new double[pieces.size()];
    for (int id = 0; id < pieces.size(); id++) {
      SentencePiece piece = pieces.get(id);
      if (piece.type() == Type.NORMAL || piece.type() == Type.USER_DEFINED) {
        ids[texts.size()] = id;
        scores[texts.size()] =
            piece.type() == Type.NORMAL ? piece.score() : userDefinedScore(piece, maxScore);
        texts.add(piece.text());
      }
    }
    double unknownScore = (float) (minScore - Unigram.UNKNOWN_PENALTY);
    return new Unigram(
        texts, ids, scores, unknownId, unknownScore, byteFallback ? byteIds : null, true);
  }

  /** So high that a user-defined piece is nearly always taken. */
  private static double userDefinedScore(SentencePiece piece, float maxScore) {
    int bytes = piece.text().getBytes(StandardCharsets.UTF_8).length;
    return bytes * maxScore - 0.1;
  }

  /** Number of pieces. */
  public int size() {
    return size;
  }

  /** Id of a piece, or -1. */
  public int id(String piece) {
    return ids.getOrDefault(piece, -1);
  }

  /** The piece of an id, or null. */
  String piece(int id) {
    return ids.entrySet().stream()
        .filter(piece -> piece.getValue() == id)
        .map(Map.Entry::getKey)
        .findFirst()
        .orElse(null);
  }

  /**
   * Ids of {@code text}, without {@code </s>}; control pieces written out in the text are plain
   * text.
   */
  public int[] encode(String text) {
    IntList out = new IntList();
    encode(UnpairedSurrogates.replace(text), new Unigram.Lattice(), out);
    return out.toArray();
  }

  void encode(String text, Unigram.Lattice lattice, IntList out) {
    model.encode(normalizer.normalize(text), lattice, out);
  }
}
