package io.zoetrope.pipeline.prompts;

import io.zoetrope.files.OutputFile;
import io.zoetrope.files.PrivateFolder;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.weights.SafetensorsFile;
import io.zoetrope.weights.SafetensorsWriter;
import io.zoetrope.weights.WeightsException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Embeddings of prompts in a folder, a safetensors file for each, named after what decides about it
 * ({@link PromptKey}). Of one clip after the other only the seed changes mostly, and an encoder of
 * billions of weights is read for nothing.
 *
 * <p>Nothing that lies in the folder can change a result: a file counts if it is whole and says
 * that it is the embedding of this key, otherwise the prompt is encoded, and the file replaced.
 * Where nothing can be written, prompts are encoded each time. Several processes may share a
 * folder.
 */
public final class PromptCache {
  /** Bytes of all files together: some hundreds of embeddings of the longest prompts. */
  private static final long LIMIT = 1L << 30;

  private static final Pattern NAME = Pattern.compile("[0-9a-f]{64}\\.safetensors");
  private static final String TENSOR = "embedding";
  private static final String KEY = "key";
  private static final String CONTENT = "sha256";

  /** Gives the folder, which is made when it is first needed. */
  @FunctionalInterface
  private interface Folder {
    Path get() throws IOException;
  }

  private final Folder folder;
  private final long limit;

  private PromptCache(Folder folder, long limit) {
    this.folder = folder;
    this.limit = limit;
  }

  /**
   * The cache of this user: {@code zoetrope/prompts} in the folder for what programs can make again
   * ({@code $XDG_CACHE_HOME} or {@code ~/.cache}), at most 1 GiB.
   */
  public static PromptCache ofUser() {
    return new PromptCache(() -> PrivateFolder.kept("prompts"), LIMIT);
  }

  /**
   * A cache in a folder that is there.
   *
   * @param limit bytes of all files together; the ones that were not used for longest go
   */
  public static PromptCache in(Path folder, long limit) {
    return new PromptCache(() -> folder, limit);
  }

  /** An embedding in host memory; empty if there is none that is whole. */
  public Optional<Tensor> find(PromptKey key) {
    try {
      Path file = file(key);
      if (!Files.isRegularFile(file)) {
        return Optional.empty();
      }
      Optional<Tensor> found = read(file, key);
      if (found.isPresent()) {
        Files.setLastModifiedTime(file, FileTime.from(Instant.now()));
      }
      return found;
    } catch (IOException | WeightsException _) {
      return Optional.empty();
    }
  }

  private static Optional<Tensor> read(Path file, PromptKey key) {
    try (SafetensorsFile source = SafetensorsFile.open(file)) {
      if (!key.hex().equals(source.metadata().get(KEY)) || !source.has(TENSOR)) {
        return Optional.empty();
      }
      Tensor stored = source.tensor(TENSOR).load();
      Tensor copy = Tensor.zeros(stored.dtype(), stored.shape().sizes());
      MemorySegment.copy(stored.segment(), 0, copy.segment(), 0, stored.byteSize());
      return PromptKey.hash(copy).equals(source.metadata().get(CONTENT))
          ? Optional.of(copy)
          : Optional.empty();
    }
  }

  /** Keeps an embedding, contiguous and in host memory, if the folder can be written to. */
  public void keep(PromptKey key, Tensor embedding) {
    try {
      Path file = file(key);
      SafetensorsWriter.write(
          file,
          Map.of(TENSOR, embedding),
          Map.of(KEY, key.hex(), CONTENT, PromptKey.hash(embedding)));
      prune(file.getParent());
    } catch (IOException | WeightsException _) {
      // The clip does not depend on it.
    }
  }

  private Path file(PromptKey key) throws IOException {
    return folder.get().resolve(key.hex() + ".safetensors");
  }

  private record Kept(Path path, long bytes, FileTime used) {}

  /** Deletes what was not used for longest, of files with names of this class. */
  private void prune(Path folder) throws IOException {
    List<Kept> all;
    try (Stream<Path> files = Files.list(folder)) {
      all =
          files
              .filter(path -> NAME.matcher(path.getFileName().toString()).matches())
              .flatMap(path -> kept(path).stream())
              .sorted(Comparator.comparing(Kept::used))
              .toList();
    }
    long bytes = all.stream().mapToLong(Kept::bytes).sum();
    for (Kept file : all) {
      if (bytes <= limit) {
        return;
      }
      OutputFile.deleteQuietly(file.path());
      bytes -= file.bytes();
    }
  }

  /** Empty if another process has just deleted it. */
  private static Optional<Kept> kept(Path path) {
    try {
      if (!Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
        return Optional.empty();
      }
      return Optional.of(new Kept(path, Files.size(path), Files.getLastModifiedTime(path)));
    } catch (IOException _) {
      return Optional.empty();
    }
  }
}
