package io.zoetrope.hub;

import io.zoetrope.config.ConfigException;
import io.zoetrope.config.JsonConfig;
import io.zoetrope.files.OutputFile;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileAttribute;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * The folder of one model in a cache, in the layout of {@code huggingface_hub}: {@code blobs/HASH},
 * {@code snapshots/COMMIT/PATH} as a link to a blob, {@code refs/REVISION} with a commit. Beside
 * them stands {@code .zoetrope}, which other tools pass over: digests that were found right, and
 * listings. No method opens a connection.
 */
final class ModelCache {
  private static final String OWN = ".zoetrope";

  /** Makes links; systems and users that may not have any throw. */
  @FunctionalInterface
  interface Linker {
    Path link(Path link, Path target, FileAttribute<?>... attributes) throws IOException;
  }

  private final Path root;
  private final Path folder;
  private final Linker linker;

  /**
   * The place of a model, which need not exist.
   *
   * @param root of the cache
   */
  ModelCache(Path root, ModelName model) {
    this(root, model, Tuning.REAL.linker());
  }

  ModelCache(Path root, ModelName model, Linker linker) {
    this.root = root;
    this.folder = root.resolve(model.folder());
    this.linker = linker;
  }

  Path folder() {
    return folder;
  }

  Path blobs() {
    return folder.resolve("blobs");
  }

  Path blob(ContentHash hash) {
    return blobs().resolve(hash.hex());
  }

  Path snapshots() {
    return folder.resolve("snapshots");
  }

  Path snapshot(String commit) {
    return snapshots().resolve(commit);
  }

  Path refs() {
    return folder.resolve("refs");
  }

  /** Where the locks of its blobs lie. */
  Path locks() {
    return root.resolve(".locks").resolve(folder.getFileName());
  }

  Path lock(ContentHash hash) {
    return locks().resolve(hash.hex() + ".lock");
  }

  /** The commit that a revision was when it was last fetched; empty if it never was. */
  Optional<String> commit(String revision) {
    if (ModelName.isCommit(revision)) {
      return Optional.of(revision);
    }
    try {
      String text = Files.readString(refs().resolve(revision)).strip();
      return ModelName.isCommit(text) ? Optional.of(text) : Optional.empty();
    } catch (IOException _) {
      return Optional.empty();
    }
  }

  /** Remembers which commit a revision is. */
  void remember(String revision, String commit) throws IOException {
    if (!ModelName.isCommit(revision) && !commit(revision).equals(Optional.of(commit))) {
      writeText(refs().resolve(revision), commit);
    }
  }

  /** Whole or not at all for other processes; a power cut may take it, which costs little. */
  private static void writeText(Path file, String text) throws IOException {
    Files.createDirectories(file.getParent());
    Path temporary = file.resolveSibling(".%s.tmp".formatted(UUID.randomUUID()));
    try {
      Files.writeString(temporary, text);
      OutputFile.rename(temporary, file);
    } finally {
      OutputFile.deleteQuietly(temporary);
    }
  }

  /** Makes the folders, and marks the cache as one for programs that make backups. */
  void prepare() throws IOException {
    Files.createDirectories(blobs());
    Files.createDirectories(snapshots());
    Path tag = root.resolve("CACHEDIR.TAG");
    if (!Files.exists(tag)) {
      writeText(
          tag,
          """
          Signature: 8a477f597d28d172789f06886806bc55
          # This file is a cache directory tag created by huggingface_hub.
          # For information about cache directory tags, see:
          #\thttps://bford.info/cachedir/
          """);
    }
  }

  /** The content of a file at a commit, be it a blob or in the snapshot itself; empty if absent. */
  Optional<Path> content(String commit, HubFile file) {
    return Stream.of(blob(file.hash()), snapshot(commit).resolve(file.path()))
        .filter(path -> hasSize(path, file.size()))
        .findFirst();
  }

  /** Whether a snapshot has a file, with the size that it should have. */
  boolean isPlaced(String commit, HubFile file) {
    return hasSize(snapshot(commit).resolve(file.path()), file.size());
  }

  private static boolean hasSize(Path path, long size) {
    try {
      return Files.isRegularFile(path) && Files.size(path) == size;
    } catch (IOException _) {
      return false;
    }
  }

  /**
   * Gives a file its place in a snapshot: a link to its blob, or where there are no links the file
   * itself.
   *
   * @param content the blob, or the same file in this or another snapshot
   */
  void place(String commit, HubFile file, Path content) throws IOException {
    Path place = snapshot(commit).resolve(file.path());
    Files.createDirectories(place.getParent());
    if (content.equals(place)) {
      return;
    }
    Path target = place.getParent().relativize(content);
    if (Files.isSymbolicLink(place) && Files.readSymbolicLink(place).equals(target)) {
      return;
    }
    try {
      Files.deleteIfExists(place);
      linker.link(place, target);
    } catch (FileAlreadyExistsException _) {
      // Another process has placed it at the same moment.
    } catch (UnsupportedOperationException | FileSystemException _) {
      placeWithoutLink(place, content);
    }
  }

  private void placeWithoutLink(Path place, Path content) throws IOException {
    if (content.startsWith(blobs())) {
      Files.move(content, place, StandardCopyOption.ATOMIC_MOVE);
    } else {
      OutputFile.write(place, temporary -> Files.copy(content, temporary));
    }
  }

  /** Remembers that a file is not there at a commit, as tools of the hub do. */
  void rememberMissing(String commit, String path) throws IOException {
    Path mark = folder.resolve(".no_exist").resolve(commit).resolve(path);
    Files.createDirectories(mark.getParent());
    if (!Files.exists(mark)) {
      Files.createFile(mark);
    }
  }

  /** The listing of a commit, whoever wrote it; empty if nobody did. */
  Optional<Listing> listing(String commit) {
    return Stream.of(folder.resolve(OWN), folder)
        .map(around -> around.resolve("trees").resolve(commit + ".json"))
        .filter(Files::isRegularFile)
        .flatMap(file -> read(file).stream())
        .findFirst();
  }

  private static Optional<Listing> read(Path file) {
    try {
      return Listing.parse(JsonConfig.read(file));
    } catch (ConfigException _) {
      return Optional.empty();
    }
  }

  /**
   * Keeps a listing. Not where {@code huggingface_hub} looks for it: it takes a snapshot for broken
   * then that lacks a file which nobody asked for.
   */
  void keep(String commit, Listing listing) throws IOException {
    writeText(
        folder.resolve(OWN).resolve("trees").resolve(commit + ".json"),
        listing.toJson().toPrettyString());
  }

  /** Whether a content was found right, and was not written to since. */
  boolean isVerified(ContentHash hash, Path content) {
    try {
      return Files.readString(digest(hash)).equals(stamp(content));
    } catch (IOException _) {
      return false;
    }
  }

  /** Remembers that a content was found right, so that it is not read again to find out. */
  void rememberVerified(ContentHash hash, Path content) throws IOException {
    writeText(digest(hash), stamp(content));
  }

  /** Forgets that a content was found right. */
  void forgetVerified(ContentHash hash) {
    OutputFile.deleteQuietly(digest(hash));
  }

  private Path digest(ContentHash hash) {
    return folder.resolve(OWN).resolve("verified").resolve(hash.hex());
  }

  private static String stamp(Path content) throws IOException {
    return "%d bytes, written at %d\n"
        .formatted(
            Files.size(content), Files.getLastModifiedTime(content).to(TimeUnit.MICROSECONDS));
  }

  /** Whether something has this model's folder as its name. */
  boolean exists() {
    return Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS);
  }
}
