package io.zoetrope.t5;

import static io.zoetrope.files.Printable.quote;

import com.fasterxml.jackson.databind.JsonNode;
import io.zoetrope.files.InputFile;
import io.zoetrope.t5.AddedTokens.AddedToken;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * What {@code tokenizer_config.json} and {@code special_tokens_map.json} of a tokenizer folder say
 * about special tokens; both files may be missing.
 */
final class TokenizerConfig {
  /** T5 was trained with so many sentinels; a configuration may say otherwise. */
  private static final int DEFAULT_EXTRA_IDS = 100;

  private static final Pattern EXTRA_ID = Pattern.compile("<extra_id_\\d+>");

  /** An id of a vocabulary of up to a million pieces. */
  private static final Pattern ID = Pattern.compile("\\d{1,6}");

  /** What counts where no file says anything. */
  static final TokenizerConfig DEFAULT = new TokenizerConfig(List.of());

  private final List<JsonPlace> files;

  private TokenizerConfig(List<JsonPlace> files) {
    this.files = files;
  }

  static TokenizerConfig read(Path folder) {
    List<JsonPlace> files = new ArrayList<>();
    for (String name : List.of("tokenizer_config.json", "special_tokens_map.json")) {
      if (InputFile.isThere(folder.resolve(name))) {
        files.add(JsonPlace.read(folder.resolve(name)));
      }
    }
    return new TokenizerConfig(files);
  }

  String padToken() {
    return token("pad_token").orElse("<pad>");
  }

  String eosToken() {
    return token("eos_token").orElse("</s>");
  }

  private Optional<String> token(String field) {
    return find(field).map(TokenizerConfig::content);
  }

  /** First file that has the field counts. */
  private Optional<JsonPlace> find(String field) {
    return files.stream().map(file -> file.get(field)).filter(value -> !value.isNull()).findFirst();
  }

  /** A token is written as its content or as an object with it. */
  private static String content(JsonPlace token) {
    return token.node().isObject() ? token.get("content").shortText() : token.shortText();
  }

  /**
   * Tokens that stand for themselves in a text beside a SentencePiece model: the named special
   * tokens and the sentinels {@code <extra_id_k>}, which follow the pieces, highest k first.
   */
  List<AddedToken> addedTokens(SentencePieceModel model) {
    Map<String, AddedToken> tokens = new LinkedHashMap<>();
    for (String field : List.of("pad_token", "eos_token", "unk_token", "bos_token")) {
      token(field)
          .filter(content -> model.id(content) >= 0)
          .ifPresent(content -> tokens.put(content, literal(model.id(content), content)));
    }
    int extraIds = extraIds();
    for (int k = 0; k < extraIds; k++) {
      String content = "<extra_id_" + k + ">";
      int id = model.id(content);
      tokens.put(content, literal(id >= 0 ? id : model.size() + extraIds - 1 - k, content));
    }
    find("added_tokens_decoder").ifPresent(decoder -> readDecoder(decoder, tokens));
    return List.copyOf(tokens.values());
  }

  private static AddedToken literal(int id, String content) {
    return new AddedToken(id, content, false, false, false, false);
  }

  private int extraIds() {
    Optional<JsonPlace> count = find("extra_ids");
    if (count.isPresent()) {
      return count.get().count(Bounds.ADDED_TOKENS);
    }
    for (String field : List.of("additional_special_tokens", "extra_special_tokens")) {
      Optional<JsonPlace> listed = find(field).filter(value -> value.node().isArray());
      if (listed.isPresent()) {
        return (int)
            listed.get().elements().stream()
                .limit(Bounds.ADDED_TOKENS)
                .filter(token -> EXTRA_ID.matcher(content(token)).matches())
                .count();
      }
    }
    return DEFAULT_EXTRA_IDS;
  }

  /** Entries of the form id: token, which override what the other fields imply. */
  private static void readDecoder(JsonPlace decoder, Map<String, AddedToken> tokens) {
    Map<Integer, JsonPlace> entries = new TreeMap<>();
    for (Map.Entry<String, JsonNode> entry : decoder.object().node().properties()) {
      if (!ID.matcher(entry.getKey()).matches()) {
        throw decoder.wrong("has key " + quote(entry.getKey()) + ", which is no id");
      }
      entries.put(Integer.valueOf(entry.getKey()), decoder.get(entry.getKey()).object());
      decoder.requireAtMost(Bounds.ADDED_TOKENS, entries.size(), "tokens");
    }
    entries.forEach((id, json) -> {
      String content = json.get("content").shortText();
      boolean singleWord = json.get("single_word").bool(false);
      boolean stripLeft = json.get("lstrip").bool(false);
      boolean stripRight = json.get("rstrip").bool(false);
      tokens.put(content, new AddedToken(id, content, singleWord, stripLeft, stripRight, false));
    });
  }
}
