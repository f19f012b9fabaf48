package io.zoetrope.pipeline.convert;

import io.zoetrope.files.FileErrors;
import io.zoetrope.files.InputFile;
import io.zoetrope.pipeline.PipelineException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.function.LongConsumer;
import java.util.stream.Collectors;

/** What files were read, to be noted in what is made of them. */
final class SourceHash {
  private static final String KEY = "zoetrope.converted_from";
  private static final int PIECE = 1 << 20;

  private SourceHash() {}

  /**
   * The metadata of a file that is made of others: the name and the SHA-256 of each.
   *
   * @throws PipelineException if one cannot be read
   * @throws CancellationException if the thread is interrupted
   */
  static Map<String, String> metadata(List<Path> files, Conversion.Progress progress) {
    long all = files.stream().mapToLong(SourceHash::size).sum();
    long[] done = {0};
    String hashes =
        files.stream()
            .map(file ->
                "%s sha256 %s"
                    .formatted(
                        file.getFileName(),
                        sha256(
                            file,
                            bytes -> {
                              done[0] += bytes;
                              progress.at(Conversion.Phase.HASHING, done[0], all);
                            })))
            .collect(Collectors.joining("\n"));
    return Map.of(KEY, hashes);
  }

  private static long size(Path file) {
    try {
      return Files.size(file);
    } catch (IOException e) {
      throw unreadable(file, e);
    }
  }

  private static String sha256(Path file, LongConsumer read) {
    try (FileChannel channel = InputFile.open(file)) {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      ByteBuffer piece = ByteBuffer.allocateDirect(PIECE);
      while (channel.read(piece) >= 0) {
        read.accept(piece.flip().remaining());
        digest.update(piece);
        piece.clear();
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (ClosedByInterruptException e) {
      throw (CancellationException)
          new CancellationException("interrupted while " + file + " was read").initCause(e);
    } catch (IOException e) {
      throw unreadable(file, e);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  private static PipelineException unreadable(Path file, IOException e) {
    return new PipelineException("%s: cannot be read: %s".formatted(file, FileErrors.reason(e)), e);
  }
}
