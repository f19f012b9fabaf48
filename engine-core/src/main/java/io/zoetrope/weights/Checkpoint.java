package io.zoetrope.weights;

import static io.zoetrope.files.Printable.quote;

import io.zoetrope.encoding.StoredTensor;
import io.zoetrope.files.InputFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The weights of one component of a model: a single safetensors file, or shards with an index. */
public final class Checkpoint implements WeightSource {
  private static final String FILE_SUFFIX = ".safetensors";
  private static final String INDEX_SUFFIX = ".safetensors.index.json";

  /** Base name of the files of transformers. */
  private static final String TRANSFORMERS = "model";

  private final Path described;
  private final List<WeightSource> files = new ArrayList<>();
  private final Map<String, WeightSource> fileOf = new LinkedHashMap<>();

  private Checkpoint(Path described) {
    this.described = described;
  }

  /**
   * Opens a component's weights. Where a single file lies beside an index, each library's own rule
   * decides: transformers, whose base name is {@code "model"}, takes the file; diffusers takes the
   * index.
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
      boolean isSingle = InputFile.isThere(single);
      if (isSingle && (baseName.equals(TRANSFORMERS) || !InputFile.isThere(index))) {
        return open(single, checkpoint -> checkpoint.add(single));
      }
      if (InputFile.isThere(index)) {
        return open(index, checkpoint -> checkpoint.addShards(folder));
      }
    }
    throw new WeightsException(
        "%s: no weights: looked for %s, each with %s or %s%s"
            .formatted(
                folder,
                String.join(", ", baseNames),
                FILE_SUFFIX,
                INDEX_SUFFIX,
                OtherWeights.in(folder, List.of(baseNames)).map(found -> "; " + found).orElse("")));
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

  private WeightSource add(Path path) {
    WeightSource file = WeightSource.open(path);
    files.add(file);
    file.names().forEach(name -> fileOf.put(name, file));
    return file;
  }

  private void addShards(Path folder) {
    CheckpointIndex.read(described)
        .forEach((shard, names) -> {
          // The index cannot name a file elsewhere, but links in the folder are the user's own.
          Path path = folder.resolve(shard);
          if (!InputFile.isThere(path)) {
            throw new WeightsException(
                "%s: shard %s is missing: download it, too".formatted(described, quote(shard)));
          }
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

  /** The names of all tensors, file by file in the order of their data. */
  @Override
  public Set<String> names() {
    return Collections.unmodifiableSet(fileOf.keySet());
  }

  @Override
  public StoredTensor tensor(String name) {
    WeightSource file = fileOf.get(name);
    if (file == null) {
      throw new WeightsException("%s: has no tensor %s".formatted(described, quote(name)));
    }
    return file.tensor(name);
  }

  /** The file or the shards, for reports. */
  public List<WeightSource> files() {
    return Collections.unmodifiableList(files);
  }

  /** Path of the file or of the index. */
  @Override
  public String description() {
    return described.toString();
  }

  @Override
  public void close() {
    files.forEach(WeightSource::close);
  }
}
