package io.zoetrope.kernels.emulator.checks;

/**
 * Which blocks of one launch touched which parts of an allocation. Blocks of a launch run in no
 * order, so memory that one of them writes must not be touched by another, except by atomics on
 * both sides.
 *
 * <p>With several host threads two blocks may look at the same record at once; a race can then be
 * missed, but none is invented.
 */
public final class GlobalRaces {
  private static final int NOBODY = 0;
  private static final int SEVERAL = -1;
  private static final int ATOMICS = -2;
  private static final int PAGE_SHIFT = 12;

  private final long launch;
  private final int granuleShift;
  private final int[][] writers;
  private final int[][] readers;

  /**
   * An empty record.
   *
   * @param granuleShift log2 of the narrowest access of the kernel
   */
  public GlobalRaces(long launch, int bytes, int granuleShift) {
    this.launch = launch;
    this.granuleShift = granuleShift;
    int pages = (bytes >> granuleShift >> PAGE_SHIFT) + 1;
    this.writers = new int[pages][];
    this.readers = new int[pages][];
  }

  /** Returns the number of the launch that the accesses belong to. */
  public long launch() {
    return launch;
  }

  /**
   * Records an access.
   *
   * @param block number of the block in the grid
   * @return whether it is a race
   */
  public boolean access(int offset, int width, int block, AccessMode mode) {
    int last = (offset + width - 1) >> granuleShift;
    for (int granule = offset >> granuleShift; granule <= last; granule++) {
      if (access(granule, block + 1, mode)) {
        return true;
      }
    }
    return false;
  }

  private boolean access(int granule, int actor, AccessMode mode) {
    int page = granule >> PAGE_SHIFT;
    int index = granule & (1 << PAGE_SHIFT) - 1;
    int writer = writers[page] == null ? NOBODY : writers[page][index];
    int reader = readers[page] == null ? NOBODY : readers[page][index];
    if (mode == AccessMode.ATOMIC) {
      if (writer == NOBODY) {
        page(writers, page)[index] = ATOMICS;
      }
      return writer != NOBODY && writer != ATOMICS && writer != actor
          || reader != NOBODY && reader != actor;
    }
    if (writer != NOBODY && writer != actor) {
      return true;
    }
    if (mode == AccessMode.READ) {
      if (reader != actor && reader != SEVERAL) {
        page(readers, page)[index] = reader == NOBODY ? actor : SEVERAL;
      }
      return false;
    }
    if (writer != actor) {
      page(writers, page)[index] = actor;
    }
    return reader != NOBODY && reader != actor;
  }

  private static int[] page(int[][] pages, int page) {
    int[] array = pages[page];
    if (array == null) {
      synchronized (pages) {
        array = pages[page];
        if (array == null) {
          array = new int[1 << PAGE_SHIFT];
          pages[page] = array;
        }
      }
    }
    return array;
  }
}
