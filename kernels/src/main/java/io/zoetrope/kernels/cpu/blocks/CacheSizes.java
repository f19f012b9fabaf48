package io.zoetrope.kernels.cpu.blocks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Sizes of the caches that blocks are cut for, as Linux reports them (Linux, {@code
 * Documentation/ABI/testing/sysfs-devices-system-cpu}). Only what changes no sum may depend on
 * them: results are the same on every machine with the same instruction set.
 *
 * @param secondLevel bytes that a processor has for itself
 * @param lastLevel bytes that several processors share
 * @param sharing how many do
 */
public record CacheSizes(long secondLevel, long lastLevel, int sharing) {
  private static final Path FIRST_PROCESSOR = Path.of("/sys/devices/system/cpu/cpu0/cache");

  /** What is assumed of a machine that reports nothing: 1 MiB, and 32 MiB for 8 processors. */
  static final CacheSizes USUAL = new CacheSizes(1 << 20, 32 << 20, 8);

  private static final class ThisMachine {
    static final CacheSizes SIZES = of(FIRST_PROCESSOR);
  }

  /** Sizes of this machine, read when they are first asked for. */
  public static CacheSizes ofThisMachine() {
    return ThisMachine.SIZES;
  }

  /**
   * Sizes that a folder reports, in which each cache of a processor has a folder; the usual ones in
   * the place of those that it does not report or that make no sense.
   */
  static CacheSizes of(Path folder) {
    long secondLevel = 0;
    long lastLevel = 0;
    int sharing = 0;
    try {
      Path cache = folder.resolve("index0");
      for (int index = 1; Files.isDirectory(cache); index++) {
        String level = text(cache, "level");
        if (level.equals("2")) {
          secondLevel = bytes(text(cache, "size"));
        } else if (level.equals("3")) {
          lastLevel = bytes(text(cache, "size"));
          sharing = processors(text(cache, "shared_cpu_list"));
        }
        cache = folder.resolve("index" + index);
      }
    } catch (IOException | IllegalArgumentException _) {
      return USUAL;
    }
    return new CacheSizes(
        secondLevel > 0 ? secondLevel : USUAL.secondLevel,
        lastLevel > 0 ? lastLevel : USUAL.lastLevel,
        sharing > 0 ? sharing : USUAL.sharing);
  }

  private static String text(Path cache, String file) throws IOException {
    return Files.readString(cache.resolve(file)).strip();
  }

  /** Such as 512K. */
  private static long bytes(String size) {
    int last = size.length() - 1;
    int shift = size.endsWith("K") ? 10 : size.endsWith("M") ? 20 : 0;
    return Long.parseLong(shift == 0 ? size : size.substring(0, last)) << shift;
  }

  /** How many a list has, such as 0-7,16-23. */
  private static int processors(String list) {
    int count = 0;
    for (String range : list.split(",")) {
      int dash = range.indexOf('-');
      count +=
          dash < 0
              ? 1
              : Integer.parseInt(range.substring(dash + 1))
                  - Integer.parseInt(range.substring(0, dash))
                  + 1;
    }
    return count;
  }
}
