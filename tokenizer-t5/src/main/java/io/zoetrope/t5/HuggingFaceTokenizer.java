package io.zoetrope.t5;

import static io.zoetrope.files.Printable.quote;

import io.zoetrope.t5.AddedTokens.AddedToken;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A unigram tokenizer in the format of the Hugging Face tokenizers library ({@code
 * tokenizer.json}), which encodes as that library does: added tokens are cut out, the rest is
 * normalized, cut into words and encoded word by word. Immutable.
 */
final class HuggingFaceTokenizer implements TextEncoder {
  private final Map<String, Integer> addedIds = new HashMap<>();
  private final Normalizer normalizer;
  private final PreTokenizer preTokenizer;
  private final AddedTokens addedTokens;
  private final AddedTokens normalizedAddedTokens;
  private final Unigram model;
  private final Frame frame;

  /** Ids before and after every encoded text. */
  record Frame(int[] prefix, int[] suffix) {}

  HuggingFaceTokenizer(Path file) {
    TokenizerJson tokenizerJson = TokenizerJson.read(file);
    JsonPlace json = tokenizerJson.root();
    normalizer = Normalizer.read(json.get("normalizer"));
    preTokenizer = PreTokenizer.read(json.get("pre_tokenizer"));
    model = readModel(tokenizerJson);
    List<AddedToken> tokens = new ArrayList<>();
    int nextId = tokenizerJson.pieces().size();
    JsonPlace added = json.get("added_tokens");
    if (!added.isNull()) {
      List<JsonPlace> entries = added.elements();
      added.requireAtMost(Bounds.ADDED_TOKENS, entries.size(), "tokens");
      for (JsonPlace token : entries) {
        tokens.add(readAddedToken(token, nextId));
        nextId = Math.max(nextId, tokens.getLast().id() + 1);
      }
    }
    addedTokens = new AddedTokens(AddedTokens.select(tokens, false));
    normalizedAddedTokens =
        new AddedTokens(AddedTokens.select(tokens, true).stream().map(this::normalized).toList());
    frame = readFrame(json.get("post_processor"));
  }

  private static Unigram readModel(TokenizerJson file) {
    JsonPlace json = file.root().get("model");
    int size = file.pieces().size();
    int unknownId = json.get("unk_id").id();
    if (unknownId >= size) {
      throw json.get("unk_id")
          .wrong("is " + unknownId + ", but the vocabulary has " + size + " pieces");
    }
    int[] ids = new int[size];
    Arrays.setAll(ids, id -> id);
    double unknownScore =
        Arrays.stream(file.scores()).min().orElseThrow() - Unigram.UNKNOWN_PENALTY;
    int[] byteIds = json.get("byte_fallback").bool(false) ? byteIds(file.pieces()) : null;
    return new Unigram(file.pieces(), ids, file.scores(), unknownId, unknownScore, byteIds, false);
  }

  private static int[] byteIds(List<String> pieces) {
    int[] byteIds = new int[256];
    Arrays.fill(byteIds, -1);
    for (int id = 0; id < pieces.size(); id++) {
      int value = Unigram.byteOfPiece(pieces.get(id));
      if (value >= 0) {
        byteIds[value] = id;
      }
    }
    return byteIds;
  }

  private AddedToken readAddedToken(JsonPlace json, int nextId) {
    String content = json.object().get("content").shortText();
    if (content.isEmpty()) {
      throw json.wrong("has no content");
    }
    int id = json.get("id").id();
    // The library numbers tokens outside the vocabulary itself, whatever their entry says.
    int known = id(content);
    int expected = known < 0 ? nextId : known;
    if (id != expected) {
      throw json.wrong(
          quote(content) + " has id " + id + ", but the vocabulary implies " + expected);
    }
    addedIds.put(content, id);
    return new AddedToken(
        id,
        content,
        json.get("single_word").bool(false),
        json.get("lstrip").bool(false),
        json.get("rstrip").bool(false),
        json.get("normalized").bool(true));
  }

  private AddedToken normalized(AddedToken token) {
    String content = normalizer.normalize(Segment.whole(token.content())).text();
    return new AddedToken(
        token.id(), content, token.singleWord(), token.stripLeft(), token.stripRight(), true);
  }

  private static Frame readFrame(JsonPlace json) {
    IntList prefix = new IntList();
    IntList suffix = new IntList();
    if (!json.isNull()) {
      if (!json.type().equals("TemplateProcessing")) {
        throw json.unsupported("TemplateProcessing");
      }
      boolean before = true;
      for (JsonPlace part : json.get("single").elements()) {
        if (!part.object().get("Sequence").isNull()) {
          before = false;
        } else {
          String name = part.get("SpecialToken").get("id").text();
          for (JsonPlace id : json.get("special_tokens").get(name).get("ids").elements()) {
            (before ? prefix : suffix).add(id.id());
            id.requireAtMost(Bounds.STEPS, prefix.size() + suffix.size(), "tokens around a text");
          }
        }
      }
      if (before) {
        throw json.get("single").wrong("has no place for the text");
      }
    }
    return new Frame(prefix.toArray(), suffix.toArray());
  }

  Frame frame() {
    return frame;
  }

  /** Id of a piece or added token, or -1. */
  int id(String token) {
    Integer added = addedIds.get(token);
    return added == null ? model.id(token) : added;
  }

  /** The piece or added token of an id, or null. */
  String piece(int id) {
    return addedIds.entrySet().stream()
        .filter(added -> added.getValue() == id)
        .map(Map.Entry::getKey)
        .findFirst()
        .orElseGet(() -> model.piece(id));
  }

  @Override
  public void encode(String text, IntList out) {
    var lattice = new Unigram.Lattice();
    addedTokens.split(
        Segment.whole(text),
        out::add,
        stretch ->
            normalizedAddedTokens.split(
                normalizer.normalize(stretch),
                out::add,
                part -> preTokenizer.split(part, word -> model.encode(word.text(), lattice, out))));
  }
}
