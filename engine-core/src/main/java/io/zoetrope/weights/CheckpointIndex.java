package io.zoetrope.weights;

import static io.zoetrope.files.Printable.quote;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import io.zoetrope.files.FileErrors;
import io.zoetrope.files.InputFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The {@code *.safetensors.index.json} of a sharded checkpoint: its {@code weight_map} says which
 * shard holds which tensors. Other fields are ignored, as diffusers and transformers do.
 */
final class CheckpointIndex {
  private static final String WEIGHT_MAP = "weight_map";

  /** Three times the largest that is published, of 91,991 tensors. */
  private static final int LIMIT = 32 << 20;

  private static final int MAX_TENSORS = 1 << 19;

  private final Path file;
  private final Map<String, Set<String>> namesByShard = new TreeMap<>();

  private CheckpointIndex(Path file) {
    this.file = file;
  }

  /**
   * Reads the tensor names of each shard, by the shard's file name.
   *
   * @throws WeightsException if the index is malformed or names a file outside its folder
   */
  static Map<String, Set<String>> read(Path file) {
    CheckpointIndex index = new CheckpointIndex(file);
    try {
      byte[] json = InputFile.readAll(file, LIMIT);
      try (JsonParser parser = StrictJson.parser(ByteBuffer.wrap(json))) {
        index.read(parser);
      }
    } catch (CharacterCodingException e) {
      throw new WeightsException(file + ": not valid UTF-8", e);
    } catch (JsonProcessingException e) {
      throw new WeightsException("%s: not valid JSON: %s".formatted(file, FileErrors.reason(e)), e);
    } catch (IOException e) {
      throw new WeightsException("%s: cannot be read: %s".formatted(file, FileErrors.reason(e)), e);
    }
    return index.namesByShard;
  }

  private WeightsException broken(String message) {
    return new WeightsException(file + ": " + message);
  }

  private void read(JsonParser parser) throws IOException {
    if (parser.nextToken() != JsonToken.START_OBJECT) {
      throw broken("not a JSON object");
    }
    boolean found = false;
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      boolean weightMap = parser.currentName().equals(WEIGHT_MAP);
      JsonToken value = parser.nextToken();
      if (!weightMap) {
        parser.skipChildren();
        continue;
      }
      if (found || value != JsonToken.START_OBJECT) {
        throw broken(WEIGHT_MAP + (found ? " is given twice" : " is not an object"));
      }
      found = true;
      readWeightMap(parser);
    }
    if (parser.nextToken() != null) {
      throw broken("goes on after its JSON object");
    }
    if (namesByShard.isEmpty()) {
      throw broken(WEIGHT_MAP + (found ? " is empty" : " is missing"));
    }
  }

  private void readWeightMap(JsonParser parser) throws IOException {
    Set<String> seen = new HashSet<>();
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String name = parser.currentName();
      if (!seen.add(name)) {
        throw broken("tensor " + quote(name) + " is given twice");
      }
      if (parser.nextToken() != JsonToken.VALUE_STRING) {
        throw broken("the shard of tensor " + quote(name) + " is not a string");
      }
      String shard = parser.getText();
      requirePlain(shard);
      if (seen.size() > MAX_TENSORS) {
        throw broken("%s has more than %d tensors".formatted(WEIGHT_MAP, MAX_TENSORS));
      }
      namesByShard.computeIfAbsent(shard, _ -> new HashSet<>()).add(name);
    }
  }

  /** Half a character, for one, is part of no file name. */
  private static boolean isFileName(String shard) {
    try {
      return Path.of(shard).getNameCount() == 1;
    } catch (InvalidPathException _) {
      return false;
    }
  }

  private void requirePlain(String shard) {
    boolean plain =
        !shard.isEmpty()
            && !shard.equals(".")
            && !shard.equals("..")
            && shard.chars().noneMatch(c -> c == '/' || c == '\\' || Character.isISOControl(c));
    if (!plain || !isFileName(shard)) {
      throw broken("shard %s is not a plain file name".formatted(quote(shard)));
    }
  }
}
