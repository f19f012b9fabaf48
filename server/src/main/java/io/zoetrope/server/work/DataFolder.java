package io.zoetrope.server.work;

import io.zoetrope.files.ExpectedException;
import io.zoetrope.files.FileErrors;
import io.zoetrope.files.OutputFile;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * The folder that a server keeps its jobs in: a folder for each, with inputs, checkpoint and
 * output. One process has it at a time, or all those that share a store of jobs.
 */
public final class DataFolder implements AutoCloseable {
  /** The finished clip. */
  public static final String VIDEO = "video.mp4";

  /** Its first frame. */
  public static final String THUMBNAIL = "thumbnail.jpg";

  /** Frames of it, row by row. */
  public static final String SPRITESHEET = "spritesheet.jpg";

  static final String CHECKPOINT = "checkpoint.safetensors";
  static final String PREVIEW = "preview.png";

  /** Folder of what a job of several rounds has made of them. */
  static final String ROUNDS = "rounds";

  private static final int ID_BYTES = 16;
  private static final int RESERVE = 1 << 20;

  /** Folders of jobs that nobody knows may be those of another server's next one. */
  private static final Duration STRANGE = Duration.ofHours(1);

  private final Path root;
  private final FileChannel lock;
  private final boolean isShared;
  private final SecureRandom random = new SecureRandom();

  /** A folder cannot be used; the message says why. */
  public static final class UnusableException extends ExpectedException {
    private static final long serialVersionUID = 1L;

    UnusableException(String message) {
      super(message);
    }

    UnusableException(String message, Throwable cause) {
      super(message, cause);
    }
  }

  private DataFolder(Path root, FileChannel lock, boolean isShared) {
    this.root = root;
    this.lock = lock;
    this.isShared = isShared;
  }

  /**
   * Takes a folder, which is made if it is missing.
   *
   * @param isShared whether other servers that share it may have it, too
   * @throws UnusableException if another process has it, or it cannot be written to
   */
  public static DataFolder open(Path root, boolean isShared) {
    try {
      Files.createDirectories(root.resolve("jobs"));
      FileChannel channel =
          FileChannel.open(
              root.resolve("lock"),
              StandardOpenOption.CREATE,
              StandardOpenOption.READ,
              StandardOpenOption.WRITE);
      if (!isLocked(channel, isShared)) {
        channel.close();
        throw new UnusableException(
            "another server works with the folder %s: stop it, or choose another with --data"
                .formatted(root));
      }
      DataFolder folder = new DataFolder(root.toRealPath(), channel, isShared);
      OutputFile.deleteQuietly(folder.incoming());
      Files.createDirectories(folder.incoming());
      folder.keepReserve();
      return folder;
    } catch (IOException e) {
      throw new UnusableException(
          "the folder %s cannot be used: %s; choose another with --data"
              .formatted(root, FileErrors.reason(e)),
          e);
    }
  }

  private static boolean isLocked(FileChannel channel, boolean isShared) throws IOException {
    try {
      FileLock held = channel.tryLock(0, Long.MAX_VALUE, isShared);
      return held != null;
    } catch (OverlappingFileLockException _) {
      return false;
    }
  }

  /** The folder itself. */
  Path root() {
    return root;
  }

  /** File of the store of jobs. */
  public Path store() {
    return root.resolve("jobs.db");
  }

  /** For files of requests that are looked at. */
  public Path incoming() {
    return root.resolve(isShared ? "incoming-" + ProcessHandle.current().pid() : "incoming");
  }

  /** A new id, which nobody can guess. */
  public String newId() {
    byte[] bytes = new byte[ID_BYTES];
    random.nextBytes(bytes);
    return "video_" + HexFormat.of().formatHex(bytes);
  }

  /** The folder of a job, which may not be there. */
  public Path job(String id) {
    return root.resolve("jobs").resolve(id);
  }

  /** A new folder for a job that is not acknowledged yet. */
  public Path begin(String id) throws IOException {
    return Files.createDirectory(incoming().resolve(id));
  }

  /** What {@link #begin} has made becomes the folder of the job, and is on the disk. */
  public void accept(String id) throws IOException {
    OutputFile.rename(incoming().resolve(id), job(id));
    try (FileChannel folder = FileChannel.open(root.resolve("jobs"), StandardOpenOption.READ)) {
      folder.force(true);
    } catch (IOException _) {
      // Not every system opens folders.
    }
  }

  /** Deletes what {@link #begin} has made, unless it was accepted. */
  public void abandon(String id) {
    OutputFile.deleteQuietly(incoming().resolve(id));
  }

  /** Deletes the folder of a job. */
  public void delete(String id) {
    OutputFile.deleteQuietly(job(id));
  }

  /** Deletes what a job needed while it went on. */
  void tidy(String id) {
    for (String name : List.of(CHECKPOINT, PREVIEW, ROUNDS)) {
      OutputFile.deleteQuietly(job(id).resolve(name));
    }
  }

  /**
   * Deletes folders of jobs that the store does not know.
   *
   * @param known asks the store, after it was seen which folders there are
   */
  public void clean(Supplier<Set<String>> known) throws IOException {
    List<Path> found;
    try (Stream<Path> folders = Files.list(root.resolve("jobs"))) {
      found = folders.toList();
    }
    Set<String> jobs = known.get();
    FileTime old = FileTime.from(Instant.now().minus(STRANGE));
    for (Path folder : found) {
      boolean isKnown = jobs.contains(folder.getFileName().toString());
      if (!isKnown && (!isShared || Files.getLastModifiedTime(folder).compareTo(old) < 0)) {
        OutputFile.deleteQuietly(folder);
      }
    }
  }

  // ---------------------------------------------------------------- room for bad news

  /**
   * Keeps a little room on the disk, so that a failure can still be written down when it is full.
   */
  void keepReserve() {
    Path reserve = root.resolve("reserve");
    try {
      if (!Files.exists(reserve)) {
        OutputFile.write(reserve, temporary -> Files.write(temporary, new byte[RESERVE]));
      }
    } catch (IOException _) {
      // There is none then; jobs say what is wrong.
    }
  }

  /** Gives that room back. */
  void useReserve() {
    OutputFile.deleteQuietly(root.resolve("reserve"));
  }

  @Override
  public void close() {
    OutputFile.deleteQuietly(incoming());
    try {
      lock.close();
    } catch (IOException _) {
      // The lock ends with the process.
    }
  }
}
