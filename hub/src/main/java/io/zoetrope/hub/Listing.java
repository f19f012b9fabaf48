package io.zoetrope.hub;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.zoetrope.config.JsonConfig;
import io.zoetrope.files.Printable;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * All files of a model at a commit. In a cache it is a file in the format of {@code
 * huggingface_hub} ({@code _tree_cache.py}), since a commit never changes.
 *
 * @param files by path
 */
record Listing(Map<String, HubFile> files) {
  private static final int VERSION = 1;

  /** Many times what models have; so many pages or entries are no listing. */
  private static final int MOST_FILES = 200_000;

  /** All of them. */
  Collection<HubFile> all() {
    return files.values();
  }

  /** Reads pages of the hub's answers, one after the other. */
  static final class Reader {
    private final ModelName model;
    private final Map<String, HubFile> files = new TreeMap<>();

    Reader(ModelName model) {
      this.model = model;
    }

    /**
     * Adds a page.
     *
     * @throws HubException if it is malformed
     */
    void add(JsonNode page) {
      if (!page.isArray()) {
        throw malformed("it is no list");
      }
      for (JsonNode entry : page) {
        if (entry.path("type").asText().equals("file")) {
          String path = entry.path("path").asText();
          JsonNode lfs = entry.path("lfs");
          files.put(
              path,
              file(path, entry.path("size"), entry.path("oid"), lfs.path("oid"), lfs.path("size"))
                  .orElseThrow(() -> malformed("the entry of " + Printable.quote(path))));
        }
      }
      if (files.size() > MOST_FILES) {
        throw malformed("more than %d files".formatted(MOST_FILES));
      }
    }

    private HubException malformed(String what) {
      return new HubException(
          "%s: the hub's list of files is malformed: %s".formatted(model, what));
    }

    Listing listing() {
      return new Listing(files);
    }
  }

  private static Optional<HubFile> file(
      String path, JsonNode size, JsonNode gitHash, JsonNode lfsHash, JsonNode lfsSize) {
    boolean isLfs = lfsHash.isTextual();
    OptionalLong bytes = bytes(isLfs && lfsSize.isIntegralNumber() ? lfsSize : size);
    Optional<ContentHash> git = ContentHash.parse(gitHash.asText());
    Optional<ContentHash> hash = isLfs ? ContentHash.parse(lfsHash.asText()) : git;
    return bytes.isEmpty() || hash.isEmpty() || git.isEmpty() || isLfs != hash.get().isSha256()
        ? Optional.empty()
        : Optional.of(new HubFile(path, bytes.getAsLong(), hash.get(), git.get().hex()));
  }

  private static OptionalLong bytes(JsonNode node) {
    return node.isIntegralNumber() && node.canConvertToLong() && node.longValue() >= 0
        ? OptionalLong.of(node.longValue())
        : OptionalLong.empty();
  }

  /** The listing of a cache's file; empty if it is malformed or of another version. */
  static Optional<Listing> parse(JsonConfig json) {
    JsonNode listed = json.json().path("files");
    if (json.json().path("format_version").asInt() != VERSION || !listed.isObject()) {
      return Optional.empty();
    }
    Map<String, HubFile> files = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> entry : listed.properties()) {
      JsonNode file = entry.getValue();
      Optional<HubFile> read =
          file(
              entry.getKey(),
              file.path("size"),
              file.path("blob_id"),
              file.path("lfs_sha256"),
              file.path("lfs_size"));
      if (read.isEmpty()) {
        return Optional.empty();
      }
      files.put(entry.getKey(), read.get());
    }
    return Optional.of(new Listing(files));
  }

  /** The file of a cache. */
  ObjectNode toJson() {
    ObjectNode json = JsonConfig.MAPPER.createObjectNode();
    json.put("format_version", VERSION);
    ObjectNode listed = json.putObject("files");
    files.forEach((path, file) -> {
      ObjectNode entry = listed.putObject(path);
      entry.put("size", file.size());
      entry.put("blob_id", file.gitHash());
      if (file.hash().isSha256()) {
        entry.put("lfs_sha256", file.hash().hex());
        entry.put("lfs_size", file.size());
      }
    });
    return json;
  }
}
