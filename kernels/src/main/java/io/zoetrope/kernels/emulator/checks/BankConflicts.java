package io.zoetrope.kernels.emulator.checks;

import java.util.Arrays;

/**
 * Counts the wavefronts that one request to shared memory takes. There are 32 banks of 4 bytes; one
 * wavefront reads at most one word per bank, for any number of lanes. Accesses of 8 bytes go by
 * half-warps, accesses of 16 bytes by quarter-warps (CUDA C++ Programming Guide, "Shared Memory").
 */
public final class BankConflicts {
  private static final int BANKS = 32;

  private final long[] words = new long[BANKS * 32];
  private final int[] depth = new int[BANKS];

  /** Wavefronts for the accesses of the active lanes. */
  public int wavefronts(long[] addresses, int mask, int width) {
    int lanes = lanesPerPhase(width);
    int total = 0;
    for (int first = 0; first < 32; first += lanes) {
      int phase = mask & (int) (((1L << lanes) - 1) << first);
      if (phase != 0) {
        total += phase(addresses, phase, width);
      }
    }
    return total;
  }

  /** Wavefronts that the same lanes would take without any conflict. */
  public static int idealWavefronts(int mask, int width) {
    int lanes = lanesPerPhase(width);
    int total = 0;
    for (int first = 0; first < 32; first += lanes) {
      if ((mask & (int) (((1L << lanes) - 1) << first)) != 0) {
        total++;
      }
    }
    return total;
  }

  private static int lanesPerPhase(int width) {
    return width == 16 ? 8 : width == 8 ? 16 : 32;
  }

  private int phase(long[] addresses, int mask, int width) {
    Arrays.fill(depth, 0);
    int deepest = 0;
    for (int rest = mask; rest != 0; rest &= rest - 1) {
      long first = addresses[Integer.numberOfTrailingZeros(rest)] >>> 2;
      for (long word = first; word <= first + (width - 1 >> 2); word++) {
        deepest = Math.max(deepest, add(word));
      }
    }
    return deepest;
  }

  /** Adds a word to its bank unless it is there; returns how many the bank has. */
  private int add(long word) {
    int bank = (int) word & BANKS - 1;
    for (int i = 0; i < depth[bank]; i++) {
      if (words[bank * 32 + i] == word) {
        return depth[bank];
      }
    }
    words[bank * 32 + depth[bank]] = word;
    return ++depth[bank];
  }
}
