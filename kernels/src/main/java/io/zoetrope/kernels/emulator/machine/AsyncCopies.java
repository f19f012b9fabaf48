package io.zoetrope.kernels.emulator.machine;

import io.zoetrope.kernels.emulator.memory.MemoryRegion;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * The asynchronous copies of a warp that nobody has waited for (PTX ISA, "Data Movement and
 * Conversion Instructions: cp.async"). All lanes of a warp commit and wait together, so one queue
 * of groups serves them; the bytes arrive as late as they may: when the group is waited for.
 */
public final class AsyncCopies {
  /**
   * A copy of one lane.
   *
   * @param source region to copy from; null where all bytes are zero
   * @param bytes that are copied; the rest of {@code width} becomes zero
   */
  public record Copy(int lane, int target, int width, MemoryRegion source, int offset, int bytes) {}

  private final Deque<List<Copy>> groups = new ArrayDeque<>();
  private List<Copy> open = new ArrayList<>();

  void clear() {
    groups.clear();
    open.clear();
  }

  /** Adds a copy to those that the next commit makes a group. */
  public void add(Copy copy) {
    open.add(copy);
  }

  /** Makes the copies since the last commit a group. */
  public void commit() {
    groups.addLast(open);
    open = new ArrayList<>();
  }

  /** Ends all but the newest groups. */
  public void waitGroups(Warp warp, int pending) {
    while (groups.size() > pending) {
      for (Copy copy : groups.removeFirst()) {
        end(warp, copy);
      }
    }
  }

  /** Ends all copies, committed or not. */
  public void waitAll(Warp warp) {
    commit();
    waitGroups(warp, 0);
  }

  private static void end(Warp warp, Copy copy) {
    SharedSpace shared = warp.block().shared();
    byte[] target = shared.region().data();
    for (int i = 0; i < copy.width(); i++) {
      target[copy.target() + i] = i < copy.bytes() ? copy.source().data()[copy.offset() + i] : 0;
    }
    shared.endCopy(warp, copy.lane(), copy.target(), copy.width());
  }
}
