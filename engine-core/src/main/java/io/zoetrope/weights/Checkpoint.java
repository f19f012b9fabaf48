package io.zoetrope.weights;

import static io.zoetrope.files.Printable.quote;

import io.zoetrope.files.FileErrors;
import io.zoetrope.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The weights of one component of a model: a single safetensors file, or shards with an index. */
public final class Checkpoint implements WeightSource, AutoCloseable {
  private static final String FILE_SUFFIX = ".safetensors";
  private static final String INDEX_SUFFIX = ".safetensors.index.json";

  private final Path described;
  private final List<SafetensorsFile> files = new ArrayList<>();
  private final Map<String, SafetensorsFile> fileOf = new LinkedHashMap<>();

  private Checkpoint(Path described) {
    this.described = described;
  }

  /**
   * Opens a component's weights. For each base name the index of a sharded checkpoint is looked for
   * first, then a single file, as diffusers does.
   *
   * @param baseNames candidates in order of preference, e.g. {@code "diffusion_pytorch_model"}
   *     (diffusers) or {@code "model"} (transformers)
   * @throws WeightsException if there is none of them, or a file is missing, malformed or not what
   *     the index says
   */
  public static Checkpoint open(Path folder, String... baseNames) {
    for (String baseName : baseNames) {
      Path index = folder.resolve(baseName + INDEX_SUFFIX);
      Path single = folder.resolve(baseName + FILE_SUFFIX);
      if (Files.exists(index)) {
        return open(index, checkpoint -> checkpoint.addShards(folder));
      }
      if (Files.exists(single)) {
        return open(single, checkpoint -> checkpoint.add(single));
      }
    }
    throw new WeightsException(
        "%s: no weights: looked for %s, each with %s or %s"
            .formatted(folder, String.join(", ", baseNames), FILE_SUFFIX, INDEX_SUFFIX));
  }

  private interface Opening {
    void addFiles(Checkpoint checkpoint);
  }

  /** Leaves no file open if a later one fails. */
  private static Checkpoint open(Path described, Opening opening) {
    Checkpoint checkpoint = new Checkpoint(described);
    boolean complete = false;
    try {
      opening.addFiles(checkpoint);
      complete = true;
      return checkpoint;
    } finally {
      if (!complete) {
        checkpoint.close();
      }
    }
  }

  private SafetensorsFile add(Path path) {
    SafetensorsFile file = SafetensorsFile.open(path);
    files.add(file);
    file.names().forEach(name -> fileOf.put(name, file));
    return file;
  }

  private void addShards(Path folder) {
    CheckpointIndex.read(described)
        .forEach((shard, names) -> {
          Path path = folder.resolve(shard);
          requireInside(folder, path);
          Set<String> held = add(path).names();
          requireAll(names, held, path + ": lacks a tensor that " + described + " names: ");
          requireAll(held, names, path + ": holds a tensor unknown to " + described + ": ");
        });
  }

  private static void requireAll(Set<String> names, Set<String> among, String message) {
    for (String name : names) {
      if (!among.contains(name)) {
        throw new WeightsException(message + quote(name));
      }
    }
  }

  /** An index comes from elsewhere: it must not lead to files of the user by way of a link. */
  private void requireInside(Path folder, Path shard) {
    String name = quote(shard.getFileName().toString());
    try {
      Path realFolder = folder.toRealPath();
      Path realShard = shard.toRealPath();
      if (!realShard.startsWith(realFolder) && !isCachedDownload(realFolder, realShard)) {
        throw new WeightsException(
            "%s: shard %s is a link that leaves the folder".formatted(described, name));
      }
    } catch (IOException e) {
      throw new WeightsException(
          "%s: shard %s cannot be read: %s".formatted(described, name, FileErrors.reason(e)), e);
    }
  }

  /** The download cache of huggingface_hub: {@code snapshots/revision/} links to {@code blobs/}. */
  private static boolean isCachedDownload(Path folder, Path shard) {
    for (Path p = folder; p.getFileName() != null; p = p.getParent()) {
      if (p.endsWith("snapshots") && shard.startsWith(p.resolveSibling("blobs"))) {
        return true;
      }
    }
    return false;
  }

  /** The names of all tensors, file by file in the order of their data. */
  @Override
  public Set<String> names() {
    return Collections.unmodifiableSet(fileOf.keySet());
  }

  @Override
  public Tensor tensor(String name) {
    SafetensorsFile file = fileOf.get(name);
    if (file == null) {
      throw new WeightsException("%s: has no tensor %s".formatted(described, quote(name)));
    }
    return file.tensor(name);
  }

  /** The file or the shards, for reports. */
  public List<SafetensorsFile> files() {
    return Collections.unmodifiableList(files);
  }

  /** Bytes of all tensors together. */
  public long byteSize() {
    return files.stream().mapToLong(SafetensorsFile::byteSize).sum();
  }

  /** Path of the file or of the index. */
  @Override
  public String description() {
    return described.toString();
  }

  /** Unmaps all files; their tensors cannot be used any more. */
  @Override
  public void close() {
    files.forEach(SafetensorsFile::close);
  }
}
