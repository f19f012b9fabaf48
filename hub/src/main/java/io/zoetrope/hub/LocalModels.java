package io.zoetrope.hub;

import io.zoetrope.config.ConfigException;
import io.zoetrope.config.JsonConfig;
import io.zoetrope.files.FileErrors;
import io.zoetrope.files.OutputFile;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * The models of a cache, whoever fetched them: this engine or {@code huggingface_hub}. No method
 * opens a connection.
 */
public final class LocalModels {
  private final Path root;

  /** The models of a cache, which need not exist. */
  public LocalModels(HubSettings settings) {
    root = settings.cache();
  }

  /**
   * A state of a model.
   *
   * @param folder with the files
   * @param revisions names that it has, such as branches; empty if it was fetched by its commit
   * @param missing what a pipeline needs and the folder lacks; for other models nothing
   * @param isPipeline whether it has the index of a pipeline
   */
  public record Snapshot(
      String commit,
      Path folder,
      List<String> revisions,
      List<String> missing,
      boolean isPipeline) {
    /** Whether a job can run with it. */
    public boolean isComplete() {
      return isPipeline && missing.isEmpty();
    }
  }

  /**
   * A model of the cache.
   *
   * @param repository {@code ORG/NAME}
   * @param snapshots its states; none if nothing of it was fetched as a whole
   * @param bytes that its files take
   * @param partialBytes of pulls that were interrupted, as many as have come
   */
  public record Model(String repository, List<Snapshot> snapshots, long bytes, long partialBytes) {}

  /** What was found out about a file. */
  public enum Verdict {
    RIGHT,
    WRONG,
    /** The file has no hash for a name, and no listing tells it. */
    UNKNOWN
  }

  /** All models, by name. */
  public List<Model> all() {
    return children(root).stream()
        .flatMap(folder -> ModelName.ofFolder(folder.getFileName().toString()).stream())
        .map(this::model)
        .sorted(Comparator.comparing(Model::repository, String.CASE_INSENSITIVE_ORDER))
        .toList();
  }

  /** The state that a name means, as far as the cache knows; empty if it does not. */
  public Optional<Snapshot> find(ModelName name) {
    ModelCache cache = new ModelCache(root, name);
    return cache
        .commit(name.revision())
        .filter(commit -> Files.isDirectory(cache.snapshot(commit)))
        .map(commit -> snapshot(name, cache, commit));
  }

  /**
   * Deletes a model, or one of its states and what no other state has.
   *
   * @return how many bytes were freed
   * @throws HubException if the cache has no such model, or it can't be deleted
   */
  public long remove(ModelName name, boolean isWhole) {
    ModelCache cache = new ModelCache(root, name);
    if (!cache.exists() || (!isWhole && find(name).isEmpty())) {
      throw new HubException(
          "%s is not in %s: 'zoetrope models' lists what is".formatted(name, root));
    }
    long before = bytes(cache.folder());
    try {
      if (isWhole || children(cache.snapshots()).size() == 1) {
        delete(cache.folder());
        delete(cache.locks());
        return before;
      }
      String commit = cache.commit(name.revision()).orElseThrow();
      delete(cache.snapshot(commit));
      for (String revision : revisions(cache, commit)) {
        Files.delete(cache.refs().resolve(revision));
      }
      deleteUnlinked(cache);
      return before - bytes(cache.folder());
    } catch (IOException e) {
      throw new HubException(
          "%s: cannot be deleted: %s".formatted(cache.folder(), FileErrors.reason(e)), e);
    }
  }

  /**
   * Reads every file of a model, and compares its content with its hash. What is wrong is fetched
   * anew by the next pull.
   *
   * @param seen hears of each file and of what was found
   * @return how many are wrong
   * @throws HubException if a file can't be read
   */
  public int verify(ModelName name, BiConsumer<Path, Verdict> seen) {
    ModelCache cache = new ModelCache(root, name);
    int wrong = 0;
    for (Path blob : children(cache.blobs())) {
      Optional<ContentHash> hash = ContentHash.parse(blob.getFileName().toString());
      if (!PartialBlob.isPartial(blob)) {
        Verdict verdict = hash.map(h -> verify(cache, h, blob)).orElse(Verdict.UNKNOWN);
        seen.accept(blob, verdict);
        wrong += verdict == Verdict.WRONG ? 1 : 0;
      }
    }
    for (Path snapshot : children(cache.snapshots())) {
      Optional<Listing> listing = cache.listing(snapshot.getFileName().toString());
      for (Path file : files(snapshot)) {
        if (Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
          String path = snapshot.relativize(file).toString().replace('\\', '/');
          Verdict verdict =
              listing
                  .map(known -> known.files().get(path))
                  .map(known -> verify(cache, known.hash(), file))
                  .orElse(Verdict.UNKNOWN);
          seen.accept(file, verdict);
          wrong += verdict == Verdict.WRONG ? 1 : 0;
        }
      }
    }
    return wrong;
  }

  private static Verdict verify(ModelCache cache, ContentHash hash, Path file) {
    try {
      cache.forgetVerified(hash);
      if (!hash.isOf(file, _ -> {})) {
        return Verdict.WRONG;
      }
    } catch (IOException e) {
      throw new HubException("%s: cannot be read: %s".formatted(file, FileErrors.reason(e)), e);
    }
    try {
      cache.rememberVerified(hash, file);
    } catch (IOException _) {
      // A cache that can't be written is verified as well, and verified again the next time.
    }
    return Verdict.RIGHT;
  }

  private Model model(ModelName name) {
    ModelCache cache = new ModelCache(root, name);
    List<Snapshot> snapshots =
        children(cache.snapshots()).stream()
            .map(folder -> folder.getFileName().toString())
            .filter(ModelName::isCommit)
            .map(commit -> snapshot(name, cache, commit))
            .toList();
    return new Model(
        name.repository(), snapshots, bytes(cache.folder()), PartialBlob.bytesIn(cache.blobs()));
  }

  private static Snapshot snapshot(ModelName name, ModelCache cache, String commit) {
    Path folder = cache.snapshot(commit);
    boolean isPipeline = Files.isRegularFile(folder.resolve(Selection.INDEX));
    return new Snapshot(
        commit,
        folder,
        revisions(cache, commit),
        isPipeline ? missing(name, cache, commit) : List.of(),
        isPipeline);
  }

  private static List<String> revisions(ModelCache cache, String commit) {
    return files(cache.refs()).stream()
        .map(file -> cache.refs().relativize(file).toString().replace('\\', '/'))
        .filter(revision -> cache.commit(revision).equals(Optional.of(commit)))
        .toList();
  }

  /** By the listing of the commit, or where there is none by what the components have. */
  private static List<String> missing(ModelName name, ModelCache cache, String commit) {
    Path folder = cache.snapshot(commit);
    JsonConfig index;
    try {
      index = JsonConfig.read(folder.resolve(Selection.INDEX));
    } catch (ConfigException _) {
      return List.of(Selection.INDEX);
    }
    Optional<Listing> listing = cache.listing(commit);
    if (listing.isPresent()) {
      List<HubFile> needed;
      try {
        needed = Selection.pipeline(name, listing.get(), index);
      } catch (HubException _) {
        // The hub does not have it either: whoever opens the model says what is wrong with it.
        return List.of();
      }
      return needed.stream()
          .filter(file -> !cache.isPlaced(commit, file))
          .map(HubFile::path)
          .toList();
    }
    return Selection.components(index).stream()
        .flatMap(component -> Selection.missing(component, folder.resolve(component)).stream())
        .toList();
  }

  private static void deleteUnlinked(ModelCache cache) throws IOException {
    Set<Path> linked = new HashSet<>();
    for (Path file : files(cache.snapshots())) {
      if (Files.isSymbolicLink(file)) {
        linked.add(file.getParent().resolve(Files.readSymbolicLink(file)).normalize());
      }
    }
    for (Path blob : children(cache.blobs())) {
      if (!PartialBlob.isPartial(blob) && !linked.contains(blob.normalize())) {
        Files.delete(blob);
        ContentHash.parse(blob.getFileName().toString()).ifPresent(cache::forgetVerified);
      }
    }
  }

  private static List<Path> children(Path folder) {
    try (Stream<Path> children = Files.list(folder)) {
      return children.sorted().toList();
    } catch (IOException _) {
      return List.of();
    }
  }

  /** All files and links below a folder; none if it cannot be read. */
  private static List<Path> files(Path folder) {
    List<Path> files = new ArrayList<>();
    try {
      walk(folder, files::add);
    } catch (IOException _) {
      // What cannot be read is not there.
    }
    return files.stream().sorted().toList();
  }

  private static long bytes(Path folder) {
    long[] sum = new long[1];
    for (Path file : files(folder)) {
      try {
        sum[0] += Files.isSymbolicLink(file) || PartialBlob.isPartial(file) ? 0 : Files.size(file);
      } catch (IOException _) {
        // It was deleted meanwhile.
      }
    }
    return sum[0];
  }

  private static void walk(Path folder, Consumer<Path> each) throws IOException {
    Files.walkFileTree(
        folder,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            each.accept(file);
            return FileVisitResult.CONTINUE;
          }
        });
  }

  private static void delete(Path path) throws IOException {
    OutputFile.deleteQuietly(path);
    if (Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
      throw new IOException("permission denied");
    }
  }
}
