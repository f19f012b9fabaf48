package io.zoetrope.kernels.emulator.checks;

/**
 * Counts the 32-byte sectors that one request of a warp touches: what the L1 and L2 caches move.
 * Naturally aligned accesses of up to 16 bytes touch one sector each.
 */
public final class Coalescing {
  private static final int SECTOR_SHIFT = 5;

  private final long[] distinct = new long[32];

  /** Distinct sectors among the addresses of the active lanes. */
  public int sectors(long[] addresses, int mask) {
    int count = 0;
    long previous = Long.MIN_VALUE;
    for (int rest = mask; rest != 0; rest &= rest - 1) {
      long sector = addresses[Integer.numberOfTrailingZeros(rest)] >>> SECTOR_SHIFT;
      if (sector == previous || count > 0 && sector < distinct[count - 1] && seen(sector, count)) {
        continue;
      }
      previous = sector;
      insert(sector, count++);
    }
    return count;
  }

  /** Fewest sectors that could hold what the active lanes ask for. */
  public static int idealSectors(int mask, int width) {
    return (Integer.bitCount(mask) * width + (1 << SECTOR_SHIFT) - 1) >> SECTOR_SHIFT;
  }

  private boolean seen(long sector, int count) {
    for (int i = 0; i < count; i++) {
      if (distinct[i] == sector) {
        return true;
      }
    }
    return false;
  }

  /** Keeps the list sorted; addresses mostly come in order, so this seldom moves anything. */
  private void insert(long sector, int count) {
    int at = count;
    while (at > 0 && distinct[at - 1] > sector) {
      distinct[at] = distinct[at - 1];
      at--;
    }
    distinct[at] = sector;
  }
}
