package io.zoetrope.t5;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A tokenizer.json with a unigram vocabulary. The vocabulary is nearly all of the file, so it goes
 * straight into lists and only the rest into a tree.
 *
 * @param root the file without the vocabulary
 * @param pieces pieces in the order of their ids
 * @param scores log probability of each piece
 */
record TokenizerJson(JsonPlace root, List<String> pieces, double[] scores) {
  static TokenizerJson read(Path file) {
    Reader reader = new Reader(file.toString());
    JsonPlace root = new JsonPlace(JsonPlace.parse(file, reader::readRoot), file.toString());
    JsonPlace model = root.get("model");
    if (!model.type().equals("Unigram")) {
      throw model.unsupported("Unigram");
    }
    if (!reader.found) {
      throw new TokenizerException(file + ": model: vocab must be an array of pieces and scores");
    }
    double[] scores = Arrays.copyOf(reader.scores, reader.pieces.size());
    return new TokenizerJson(root, reader.pieces, scores);
  }

  private static final class Reader {
    final String place;
    final Bounds bounds = new Bounds();
    final List<String> pieces = new ArrayList<>();
    double[] scores = new double[1024];
    boolean found;

    Reader(String place) {
      this.place = place;
    }

    JsonNode readRoot(JsonParser parser) throws IOException {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw new TokenizerException(place + " must be a JSON object");
      }
      return readObject(parser, true);
    }

    private ObjectNode readObject(JsonParser parser, boolean isRoot) throws IOException {
      ObjectNode object = JsonPlace.MAPPER.createObjectNode();
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String field = parser.currentName();
        JsonToken start = parser.nextToken();
        if (isRoot && field.equals("model") && start == JsonToken.START_OBJECT) {
          object.set(field, readObject(parser, false));
        } else if (!isRoot && field.equals("vocab") && start == JsonToken.START_ARRAY) {
          readVocabulary(parser);
        } else {
          object.set(field, JsonPlace.MAPPER.<JsonNode>readTree(parser));
        }
      }
      return object;
    }

    private void readVocabulary(JsonParser parser) throws IOException {
      found = true;
      while (parser.nextToken() == JsonToken.START_ARRAY) {
        boolean isPiece = parser.nextToken() == JsonToken.VALUE_STRING;
        String piece = isPiece ? parser.getText() : "";
        String piecePlace = place + ": model: vocab";
        pieces.add(bounds.piece(JsonPlace.requirePaired(piece, piecePlace), piecePlace));
        if (pieces.size() > scores.length) {
          scores = Arrays.copyOf(scores, 2 * scores.length);
        }
        double score = parser.nextToken().isNumeric() ? parser.getDoubleValue() : Double.NaN;
        boolean isScore = Double.isFinite(score);
        scores[pieces.size() - 1] = score;
        if (!isPiece || !isScore || parser.nextToken() != JsonToken.END_ARRAY) {
          throw wrongEntry(pieces.size() - 1);
        }
      }
      if (parser.currentToken() != JsonToken.END_ARRAY) {
        throw wrongEntry(pieces.size());
      }
    }

    private TokenizerException wrongEntry(int id) {
      return new TokenizerException(
          place + ": model: vocab[" + id + "] must be a pair of piece and finite score");
    }
  }
}
