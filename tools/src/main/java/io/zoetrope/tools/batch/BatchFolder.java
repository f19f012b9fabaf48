package io.zoetrope.tools.batch;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.zoetrope.files.FileErrors;
import io.zoetrope.files.OutputFile;
import io.zoetrope.server.api.Json;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;

/**
 * The folder of a batch: a clip for each job, whole or not at all, and {@code results.jsonl} with a
 * line for each that ended. One batch at a time writes to it.
 */
public final class BatchFolder implements AutoCloseable {
  /** What became of each job. */
  public static final String RESULTS = "results.jsonl";

  private static final String LOCK = ".lock";

  private final Path folder;
  private final FileChannel lock;
  private final FileChannel results;

  private BatchFolder(Path folder, FileChannel lock, FileChannel results) {
    this.folder = folder;
    this.lock = lock;
    this.results = results;
  }

  /**
   * Opens a folder, and makes it if it isn't there.
   *
   * @throws BatchException if it cannot be written, or another batch writes to it
   */
  public static BatchFolder open(Path folder) {
    FileChannel lock = null;
    try {
      Files.createDirectories(folder);
      Optional<String> obstacle = OutputFile.folderObstacle(folder.resolve(RESULTS));
      if (obstacle.isPresent()) {
        throw new BatchException("--out: " + obstacle.get());
      }
      lock =
          FileChannel.open(
              folder.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      if (!isTaken(lock)) {
        throw new BatchException(
            "--out %s: another batch writes to it; wait for it or choose another folder"
                .formatted(folder));
      }
      FileChannel results =
          FileChannel.open(
              folder.resolve(RESULTS),
              StandardOpenOption.CREATE,
              StandardOpenOption.READ,
              StandardOpenOption.WRITE);
      cutUnfinishedLine(results);
      BatchFolder opened = new BatchFolder(folder, lock, results);
      lock = null;
      return opened;
    } catch (IOException e) {
      throw new BatchException("--out %s: %s".formatted(folder, FileErrors.reason(e)), e);
    } finally {
      if (lock != null) {
        closeQuietly(lock);
      }
    }
  }

  private static boolean isTaken(FileChannel lock) throws IOException {
    try {
      return lock.tryLock() != null;
    } catch (OverlappingFileLockException _) {
      return false;
    }
  }

  /** A process that was killed in the middle of a line has left a part of it. */
  private static void cutUnfinishedLine(FileChannel results) throws IOException {
    ByteBuffer last = ByteBuffer.allocate(1);
    long end = results.size();
    while (end > 0) {
      results.read(last.clear(), end - 1);
      if (last.get(0) == '\n') {
        break;
      }
      end--;
    }
    results.truncate(end).position(end);
  }

  /** Where the clip of a job is, or will be. */
  public Path clip(BatchJob job) {
    return folder.resolve(job.fileName());
  }

  /** Whether a job is done. */
  public boolean has(BatchJob job) {
    return Files.isRegularFile(clip(job));
  }

  /**
   * Keeps what became of a job: the clip first, then the line, so that a line never names a clip
   * that is not there.
   *
   * @throws BatchException if it cannot be written
   */
  public void add(BatchOutcome outcome) {
    try {
      if (outcome.isMade()) {
        OutputFile.write(clip(outcome.job()), path -> Files.write(path, outcome.clip()));
      }
      append(line(outcome));
    } catch (IOException e) {
      throw new BatchException("--out %s: %s".formatted(folder, FileErrors.reason(e)), e);
    }
  }

  private static ObjectNode line(BatchOutcome outcome) {
    BatchJob job = outcome.job();
    ObjectNode line = Json.object().put("line", job.line());
    line.put("status", outcome.isMade() ? "completed" : "failed");
    if (outcome.isMade()) {
      line.put("output", job.fileName()).put("sha256", hash(outcome.clip()));
    } else {
      ObjectNode error = line.putObject("error");
      error.put("message", outcome.message()).put("param", outcome.parameter());
    }
    line.put("seconds", Math.round(outcome.seconds() * 1000) / 1000.0);
    if (!job.request().isEmpty()) {
      line.set("request", Json.trusted(job.request()));
    }
    return line;
  }

  private void append(ObjectNode line) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap((Json.text(line) + "\n").getBytes(StandardCharsets.UTF_8));
    while (bytes.hasRemaining()) {
      results.write(bytes);
    }
    results.force(false);
  }

  private static String hash(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  @Override
  public void close() {
    closeQuietly(results);
    closeQuietly(lock);
  }

  private static void closeQuietly(FileChannel channel) {
    try {
      channel.close();
    } catch (IOException _) {
      // Everything is on the disk already.
    }
  }
}
