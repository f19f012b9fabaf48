package io.zoetrope.t5;

import static io.zoetrope.files.Printable.quote;

import io.zoetrope.files.FileKind;
import io.zoetrope.files.InputFile;
import io.zoetrope.t5.text.UnpairedSurrogates;
import io.zoetrope.weights.GgufFile;
import io.zoetrope.weights.GgufWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.IntFunction;

/**
 * The tokenizer of a T5 or UMT5 text encoder, read from the tokenizer folder of a checkpoint. Safe
 * for use by several threads.
 */
public final class T5Tokenizer {
  private final TextEncoder encoder;
  private final IntFunction<String> pieces;
  private final int[] prefix;
  private final int[] suffix;
  private final int padId;

  private T5Tokenizer(
      TextEncoder encoder, IntFunction<String> pieces, int[] prefix, int[] suffix, int padId) {
    this.encoder = encoder;
    this.pieces = pieces;
    this.prefix = prefix;
    this.suffix = suffix;
    this.padId = padId;
  }

  /**
   * Reads {@code tokenizer.json}, exactly as it stands, or, where there is none, {@code
   * spiece.model} with the special tokens that {@code tokenizer_config.json} and {@code
   * special_tokens_map.json} name. Only truncation and padding settings of {@code tokenizer.json}
   * are left to {@link #encode(String, int)}.
   *
   * @throws TokenizerException if the folder or both files are missing, or a file is malformed or
   *     has an unknown component
   */
  public static T5Tokenizer open(Path folder) {
    if (!Files.isDirectory(folder)) {
      throw new TokenizerException("Tokenizer folder " + folder + " doesn't exist");
    }
    try {
      return read(folder);
    } catch (OutOfMemoryError e) {
      throw new TokenizerException(
          "%s: reading these files takes more memory than the Java heap has (%s)"
              .formatted(folder, e.getMessage()),
          e);
    }
  }

  /**
   * Reads a tokenizer from a file alone: one in the format of {@code tokenizer.json} or that of
   * {@code spiece.model}.
   *
   * @throws TokenizerException if it can't be read, or is neither
   */
  public static T5Tokenizer ofFile(Path file) {
    byte[] bytes = JsonPlace.bytes(file);
    return FileKind.of(bytes).filter(kind -> kind == FileKind.JSON).isPresent()
        ? ofJson(file, TokenizerConfig.DEFAULT)
        : of(SentencePieceModel.read(file), TokenizerConfig.DEFAULT, file.toString());
  }

  /**
   * The tokenizer of a SentencePiece model.
   *
   * @param bytes what its file holds
   * @param place where they lie, for errors
   * @throws TokenizerException if they are damaged or hold no unigram model
   */
  public static T5Tokenizer ofSentencePiece(byte[] bytes, String place) {
    return of(SentencePieceModel.of(bytes, place), TokenizerConfig.DEFAULT, place);
  }

  private static T5Tokenizer read(Path folder) {
    TokenizerConfig config = TokenizerConfig.read(folder);
    Path json = folder.resolve("tokenizer.json");
    if (InputFile.isThere(json)) {
      return ofJson(json, config);
    }
    Path spiece = folder.resolve("spiece.model");
    if (InputFile.isThere(spiece)) {
      return of(SentencePieceModel.read(spiece), config, spiece.toString());
    }
    throw new TokenizerException(
        "Tokenizer folder " + folder + " has neither tokenizer.json nor spiece.model");
  }

  /**
   * The tokenizer inside a text encoder's GGUF file. It has no tokens beside its pieces: special
   * tokens that are written out in a text are plain text.
   *
   * @throws TokenizerException if the file has none, or a damaged one
   */
  public static T5Tokenizer of(GgufFile file) {
    GgufVocabulary vocabulary = GgufVocabulary.read(file);
    SentencePieceModel model = vocabulary.model();
    TextEncoder encoder = (text, out) -> model.encode(text, new Unigram.Lattice(), out);
    return new T5Tokenizer(
        encoder, model::piece, new int[0], new int[] {vocabulary.eosId()}, vocabulary.padId());
  }

  /**
   * The vocabulary inside a text encoder's GGUF file as a file of a SentencePiece model, {@code
   * spiece.model}, which gives the same ids.
   *
   * @throws TokenizerException if the file has none, or a damaged one
   */
  public static byte[] sentencePieceOf(GgufFile file) {
    GgufVocabulary vocabulary = GgufVocabulary.read(file);
    // Refuses what could not be read again.
    vocabulary.model();
    return vocabulary.toSentencePiece();
  }

  /**
   * Adds the vocabulary of a SentencePiece model to the metadata of a text encoder's GGUF file.
   *
   * @param bytes what the model's file holds
   * @param size number of rows of the embedding table
   * @param place where the bytes lie, for errors
   * @throws TokenizerException if they are damaged, or lack the closing or the padding token
   */
  public static void addSentencePiece(GgufWriter file, byte[] bytes, int size, String place) {
    GgufVocabulary.ofSentencePiece(bytes, place).addTo(file, size);
  }

  /** Whether a text encoder's GGUF file has a vocabulary. */
  public static boolean isIn(GgufFile file) {
    return GgufVocabulary.isIn(file);
  }

  private static T5Tokenizer ofJson(Path json, TokenizerConfig config) {
    var tokenizer = new HuggingFaceTokenizer(json);
    int padId = require(tokenizer.id(config.padToken()), config.padToken(), json.toString());
    return new T5Tokenizer(
        tokenizer, tokenizer::piece, tokenizer.frame().prefix(), tokenizer.frame().suffix(), padId);
  }

  private static T5Tokenizer of(SentencePieceModel model, TokenizerConfig config, String place) {
    int padId = require(model.id(config.padToken()), config.padToken(), place);
    int eosId = require(model.id(config.eosToken()), config.eosToken(), place);
    AddedTokens addedTokens = new AddedTokens(config.addedTokens(model));
    TextEncoder encoder =
        (text, out) -> {
          var lattice = new Unigram.Lattice();
          addedTokens.split(
              Segment.whole(text), out::add, part -> model.encode(part.text(), lattice, out));
        };
    return new T5Tokenizer(encoder, model::piece, new int[0], new int[] {eosId}, padId);
  }

  private static int require(int id, String token, String place) {
    if (id < 0) {
      throw new TokenizerException(place + " has no token " + quote(token));
    }
    return id;
  }

  /** Id of the padding token. */
  public int padId() {
    return padId;
  }

  /**
   * The text that a token stands for, as the vocabulary spells it: with {@code U+2581} in the place
   * of a space. Empty for one that is not in the vocabulary.
   */
  public String piece(int id) {
    String piece = pieces.apply(id);
    return piece == null ? "" : piece;
  }

  /** Ids of {@code text} with the closing {@code </s>}; unpaired surrogates count as U+FFFD. */
  public int[] encode(String text) {
    IntList ids = new IntList();
    for (int id : prefix) {
      ids.add(id);
    }
    encoder.encode(UnpairedSurrogates.replace(text), ids);
    for (int id : suffix) {
      ids.add(id);
    }
    return ids.toArray();
  }

  /**
   * Ids of {@code text}, cut to at most {@code maxLength}; a cut text keeps its closing {@code
   * </s>}.
   *
   * @throws TokenizerException if {@code maxLength} has no room for the closing token
   */
  public int[] encodeCut(String text, int maxLength) {
    int frame = Math.max(1, prefix.length + suffix.length);
    if (maxLength < frame) {
      throw new TokenizerException(
          "maximum length %d is too small: the tokens around a text need %d"
              .formatted(maxLength, frame));
    }
    int[] all = encode(text);
    if (all.length <= maxLength) {
      return all;
    }
    int[] ids = Arrays.copyOf(all, maxLength);
    System.arraycopy(suffix, 0, ids, maxLength - suffix.length, suffix.length);
    return ids;
  }

  /**
   * As {@link #encodeCut}, padded to {@code maxLength}.
   *
   * @throws TokenizerException if {@code maxLength} has no room for the closing token
   */
  public TokenIds encode(String text, int maxLength) {
    int[] cut = encodeCut(text, maxLength);
    int[] ids = Arrays.copyOf(cut, maxLength);
    Arrays.fill(ids, cut.length, maxLength, padId);
    return new TokenIds(ids, cut.length);
  }
}
