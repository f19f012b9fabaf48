package io.zoetrope.kernels.emulator.checks;

import java.util.Arrays;

/**
 * Finds races in a block's shared memory: two accesses by different threads, one of them a write,
 * with no barrier between.
 *
 * <p>Time is a counter that every barrier advances. An access is ordered after those from before
 * the block's last {@code bar.sync}; within a warp also after those from before its last {@code
 * bar.warp.sync}. Each granule remembers its last writer and its readers as a tag of time and
 * actor, where the actor is a thread, several threads of one warp, several warps, or atomics. That
 * the lanes of a warp happen to run in step orders nothing (PTX ISA, "Memory Consistency Model").
 */
public final class SharedRaces {
  private static final int ACTOR_BITS = 11;
  private static final int ACTOR_MASK = (1 << ACTOR_BITS) - 1;

  /** Actors up to here are threads; those from here are several threads of warp actor - WARPS. */
  private static final int WARPS = 1024;

  private static final int SEVERAL_WARPS = WARPS + 32;
  private static final int ATOMICS = SEVERAL_WARPS + 1;
  private static final int LATEST = (1 << (32 - ACTOR_BITS)) - 1;

  private final int granuleShift;
  private final int[] writers;
  private final int[] readers;
  private final int[] warpTime = new int[32];
  private int blockTime;
  private int now;

  /**
   * A record for one block at a time.
   *
   * @param granuleShift log2 of the narrowest access of the kernel
   */
  public SharedRaces(int bytes, int granuleShift) {
    this.granuleShift = granuleShift;
    this.writers = new int[(bytes >> granuleShift) + 1];
    this.readers = new int[(bytes >> granuleShift) + 1];
    blockBarrier();
  }

  /** All threads of the block have met, or a new block begins. */
  public void blockBarrier() {
    tick();
    blockTime = now;
    Arrays.fill(warpTime, now);
  }

  /** The threads of a warp have met. */
  public void warpBarrier(int warp) {
    tick();
    warpTime[warp] = now;
  }

  private void tick() {
    if (now == LATEST) {
      Arrays.fill(writers, 0);
      Arrays.fill(readers, 0);
      Arrays.fill(warpTime, 1);
      blockTime = 1;
      now = 0;
    }
    now++;
  }

  /**
   * Records an access by one thread.
   *
   * @return the granule's first byte where it is a race, otherwise -1
   */
  public int access(int offset, int width, int thread, AccessMode mode) {
    return access(offset, width, thread, thread >> 5, mode);
  }

  /** Records a read by all threads of a warp together. */
  public int warpRead(int offset, int width, int warp) {
    return access(offset, width, WARPS + warp, warp, AccessMode.READ);
  }

  private int access(int offset, int width, int actor, int warp, AccessMode mode) {
    int last = (offset + width - 1) >> granuleShift;
    for (int granule = offset >> granuleShift; granule <= last; granule++) {
      boolean race =
          switch (mode) {
            case READ -> read(granule, actor, warp);
            case WRITE -> write(granule, actor, warp);
            case ATOMIC -> atomic(granule, actor, warp);
          };
      if (race) {
        return granule << granuleShift;
      }
    }
    return -1;
  }

  private boolean read(int granule, int actor, int warp) {
    int before = readers[granule];
    int tag = now << ACTOR_BITS | actor;
    if (before != tag) {
      readers[granule] = before >>> ACTOR_BITS < blockTime ? tag : merge(before, actor, warp);
    }
    return conflicts(writers[granule], actor, warp);
  }

  private boolean write(int granule, int actor, int warp) {
    boolean race =
        conflicts(writers[granule], actor, warp) || conflicts(readers[granule], actor, warp);
    writers[granule] = now << ACTOR_BITS | actor;
    return race;
  }

  /** Atomics are ordered among themselves, but not with the plain write of any other thread. */
  private boolean atomic(int granule, int actor, int warp) {
    int writer = writers[granule];
    boolean plain = (writer & ACTOR_MASK) != ATOMICS && writer >>> ACTOR_BITS >= blockTime;
    if (!plain || warpOf(writer & ACTOR_MASK) == warp && writer >>> ACTOR_BITS < warpTime[warp]) {
      writers[granule] = now << ACTOR_BITS | ATOMICS;
    }
    return plain && conflicts(writer, actor, warp) || conflicts(readers[granule], actor, warp);
  }

  /** Tag of the readers before and this one together. */
  private int merge(int before, int actor, int warp) {
    int other = before & ACTOR_MASK;
    int together = SEVERAL_WARPS;
    if (other == actor) {
      together = actor;
    } else if (warpOf(other) == warp) {
      together = before >>> ACTOR_BITS < warpTime[warp] ? actor : WARPS + warp;
    }
    return now << ACTOR_BITS | together;
  }

  /** Whether a tag is an access by somebody else that no barrier orders before this one. */
  private boolean conflicts(int tag, int actor, int warp) {
    int time = tag >>> ACTOR_BITS;
    int other = tag & ACTOR_MASK;
    if (time < blockTime || other == actor && actor < WARPS) {
      return false;
    }
    return warpOf(other) != warp || time >= warpTime[warp];
  }

  private static int warpOf(int actor) {
    return actor < WARPS ? actor >> 5 : actor < SEVERAL_WARPS ? actor - WARPS : -1;
  }
}
