package io.zoetrope.files;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.UserPrincipal;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Temporary names of outputs, {@code .zoetrope-ORIGIN-PID-START-RANDOM.partial}, which say who
 * writes: what a killed process has left can be told from what another one is writing.
 */
final class PartialFiles {
  private static final String GLOB = ".zoetrope-*.partial";
  private static final Pattern NAME =
      Pattern.compile("\\.zoetrope-([0-9a-f]+)-(\\d{1,18})-(\\d{1,18})-[0-9a-f]+\\.partial");

  /**
   * Nobody writes to an output for so long without adding to it: what is older has been left by a
   * process of another machine, another container, or an earlier start of this machine.
   */
  private static final Duration LEFT_AFTER = Duration.ofDays(7);

  /** Systems compute the start of a process from the time of their own, which is adjusted. */
  private static final Duration START_TOLERANCE = Duration.ofSeconds(10);

  private static final Optional<String> ORIGIN = origin();

  private PartialFiles() {}

  /** A free name beside {@code file}, of at most 80 bytes. */
  static Path beside(Path file) {
    ProcessHandle process = ProcessHandle.current();
    return file.resolveSibling(
        ".zoetrope-%s-%d-%d-%08x.partial"
            .formatted(
                ORIGIN.orElse("0"),
                process.pid(),
                process.info().startInstant().map(Instant::getEpochSecond).orElse(0L),
                ThreadLocalRandom.current().nextInt()));
  }

  /**
   * Deletes what processes of this user, which have surely ended, have left in a folder. Of those
   * that this start of this machine runs that is known; of all others it is taken from the age of
   * what they wrote.
   *
   * @param own a file of this user, just made: its time is that of the clock that the others have
   *     theirs from, which may be another machine's
   */
  static void clean(Path folder, Path own) {
    try (DirectoryStream<Path> found = Files.newDirectoryStream(folder, GLOB)) {
      UserPrincipal user = Files.getOwner(own);
      Instant old = time(own).minus(LEFT_AFTER);
      for (Path path : found) {
        if (isAbandoned(path, old)
            && Files.getOwner(path, LinkOption.NOFOLLOW_LINKS).equals(user)) {
          OutputFile.deleteQuietly(path);
        }
      }
    } catch (IOException | DirectoryIteratorException | UnsupportedOperationException _) {
      // What others have left is no reason to fail.
    }
  }

  private static Instant time(Path path) throws IOException {
    return Files.getLastModifiedTime(path, LinkOption.NOFOLLOW_LINKS).toInstant();
  }

  private static boolean isAbandoned(Path path, Instant old) throws IOException {
    Matcher name = NAME.matcher(path.getFileName().toString());
    if (!name.matches()) {
      return false;
    }
    return ORIGIN.equals(Optional.of(name.group(1))) ? hasEnded(name) : time(path).isBefore(old);
  }

  /** Whether the process of this machine that wrote under this name has ended. */
  private static boolean hasEnded(Matcher name) {
    Optional<ProcessHandle> process = ProcessHandle.of(Long.parseLong(name.group(2)));
    if (process.isEmpty()) {
      return true;
    }
    Instant written = Instant.ofEpochSecond(Long.parseLong(name.group(3)));
    return process
        .flatMap(handle -> handle.info().startInstant())
        .map(start -> Duration.between(written, start).abs().compareTo(START_TOLERANCE) > 0)
        .orElse(false);
  }

  /** This start of this machine, and its space of process numbers; empty where nobody says. */
  private static Optional<String> origin() {
    try {
      String start = Files.readString(Path.of("/proc/sys/kernel/random/boot_id"));
      Path processes = Files.readSymbolicLink(Path.of("/proc/self/ns/pid"));
      byte[] both = (start + processes).getBytes(StandardCharsets.UTF_8);
      return Optional.of("%016x".formatted(UUID.nameUUIDFromBytes(both).getMostSignificantBits()));
    } catch (IOException | UnsupportedOperationException _) {
      return Optional.empty();
    }
  }
}
