package io.zoetrope.files;

import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Room on disks for the outputs of a job: what one of them takes is not there for the next. */
public final class DiskRoom {
  /** From here on mebibytes tell sizes apart. */
  private static final long MANY_BYTES = 10L << 20;

  private final Map<FileStore, Long> taken = new HashMap<>();

  /**
   * Takes room for a file, or says why there is none, and what to do; empty if there is, or if the
   * system does not say.
   *
   * @param bytes how many it will take
   */
  public Optional<String> obstacle(Path file, long bytes) {
    Path folder = OutputFile.folderOf(file);
    try {
      FileStore store = Files.getFileStore(folder);
      long all = taken.merge(store, bytes, Math::addExact);
      long free = store.getUsableSpace();
      if (free >= all || store.getTotalSpace() == 0) {
        return Optional.empty();
      }
      return Optional.of(
          "about %s are needed%s and %s are free in %s; make room or choose another folder"
              .formatted(
                  size(all),
                  all > bytes ? " for it and the outputs before it" : "",
                  size(free),
                  folder));
    } catch (IOException _) {
      return Optional.empty();
    }
  }

  private static String size(long bytes) {
    return bytes < MANY_BYTES
        ? Math.ceilDiv(bytes, 1L << 10) + " KiB"
        : Math.ceilDiv(bytes, 1L << 20) + " MiB";
  }
}
