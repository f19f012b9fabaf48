package io.zoetrope.hub;

import java.nio.file.Path;
import java.util.List;

/**
 * What a pull will fetch.
 *
 * @param model the name that was asked for
 * @param commit what its revision is now
 * @param snapshot folder that the model will have
 * @param entries the files
 * @param isPipeline whether they are what a pipeline needs, and not what somebody named
 */
public record PullPlan(
    ModelName model, String commit, Path snapshot, List<Entry> entries, boolean isPipeline) {
  /**
   * One file.
   *
   * @param path below the model's folder
   * @param size in bytes
   * @param there how many of them are in the cache
   */
  public record Entry(String path, long size, long there) {}

  /** Bytes of all files. */
  public long bytes() {
    return entries.stream().mapToLong(Entry::size).sum();
  }

  /** Bytes that are not in the cache. */
  public long missingBytes() {
    return bytes() - entries.stream().mapToLong(Entry::there).sum();
  }
}
