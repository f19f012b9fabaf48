package io.zoetrope.kernels.cuda.memory;

import io.zoetrope.kernels.cuda.runtime.CudaRuntime;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * Weights that do not fit on the device. They lie in pinned host memory and take turns in two slots
 * of device memory: while kernels work with one slot, the other is filled with what they will need
 * next.
 *
 * <p>Neighbours share a group, which fills a slot. Models demand their weights in the order in
 * which they compute with them, step after step, so the next group is the next one in that order,
 * and after the last one the first. Another order costs time, not correctness.
 *
 * <p>An address holds for the next launch, and a launch uses one streamed weight only.
 */
final class StreamedWeights {
  /** Weights that are on the device together. */
  private static final class Group {
    private final List<MemorySegment> parts = new ArrayList<>();
    private long bytes;
    private int inUse;
  }

  /** Device memory that has room for any group. */
  private static final class Slot {
    private final long address;
    private Group group;
    private CudaRuntime.Upload upload;

    Slot(long address) {
      this.address = address;
    }
  }

  /** Alignment of device memory. */
  private static final long ALIGNMENT = 256;

  private final CudaRuntime runtime;
  private final long groupBytes;
  private final List<Group> groups = new ArrayList<>();
  private long slotBytes;
  private long slotsAddress;
  private Slot current;
  private Slot other;

  /**
   * No weights yet.
   *
   * @param groupBytes how much is moved at once, unless a single weight is larger
   */
  StreamedWeights(CudaRuntime runtime, long groupBytes) {
    this.runtime = runtime;
    this.groupBytes = groupBytes;
  }

  /** A weight that comes to the device when it is needed. */
  final class Weight {
    private final Group group;
    private final long offset;
    private final long bytes;
    private final List<MemorySegment> pieces;

    private Weight(Group group, List<MemorySegment> pieces, long bytes, long size) {
      this.group = group;
      this.offset = group.bytes;
      this.bytes = bytes;
      this.pieces = pieces;
      group.parts.addAll(pieces);
      group.bytes += size;
      group.inUse++;
    }

    /**
     * Fills a part of the host's copy; all of it is to be filled before the first use.
     *
     * @throws IndexOutOfBoundsException if the part is not inside of the weight
     */
    void write(long position, MemorySegment from) {
      Objects.checkFromIndexSize(position, from.byteSize(), bytes);
      long start = 0;
      for (MemorySegment piece : pieces) {
        long end = start + piece.byteSize();
        long first = Math.max(start, position);
        long length = Math.min(end, position + from.byteSize()) - first;
        if (length > 0) {
          MemorySegment.copy(from, first - position, piece, first - start, length);
        }
        start = end;
      }
    }

    /** Returns where the weight is for the next launch. */
    long address() {
      return slotOf(group).address + offset;
    }

    /** Gives the memory back: at once that of a group's last weight, or else with its group. */
    void free() {
      if (--group.inUse == 0) {
        remove(group);
      } else if (group.parts.getLast().equals(pieces.getLast())) {
        group.parts.removeAll(pieces);
        group.bytes = offset;
        pieces.forEach(runtime::unpin);
      }
    }
  }

  /** A new weight, the next in order. */
  Weight add(long bytes) {
    long size = (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    List<MemorySegment> pieces = runtime.pin(size);
    Group last = groups.isEmpty() ? null : groups.getLast();
    if (last == null || last.bytes + size > groupBytes) {
      last = new Group();
      groups.add(last);
    }
    // A group that has grown is no longer what lies in a slot.
    evict(last);
    return new Weight(last, pieces, bytes, size);
  }

  private Slot slotOf(Group group) {
    prepareSlots();
    if (current.group != group) {
      if (other.group != group) {
        fill(other, group);
      }
      Slot free = current;
      current = other;
      other = free;
      current.upload.awaitBeforeNextLaunch();
      Group next = groups.get((groups.indexOf(group) + 1) % groups.size());
      if (next != group && next != other.group) {
        fill(other, next);
      }
    }
    return current;
  }

  private void fill(Slot slot, Group group) {
    slot.group = group;
    slot.upload = runtime.startUpload(slot.address, group.parts);
  }

  private void prepareSlots() {
    long largest = groups.stream().mapToLong(group -> group.bytes).max().orElseThrow();
    if (largest > slotBytes) {
      freeSlots();
      // At once: if there is no memory for both, nothing is held.
      slotsAddress = runtime.allocate(2 * largest);
      slotBytes = largest;
      current = new Slot(slotsAddress);
      other = new Slot(slotsAddress + largest);
    }
  }

  private void remove(Group group) {
    evict(group);
    groups.remove(group);
    group.parts.forEach(runtime::unpin);
    if (groups.isEmpty()) {
      freeSlots();
    }
  }

  private void evict(Group group) {
    if (current != null && current.group == group) {
      current.group = null;
    }
    if (other != null && other.group == group) {
      other.group = null;
    }
  }

  private void freeSlots() {
    if (slotBytes > 0) {
      slotBytes = 0;
      runtime.free(slotsAddress);
    }
  }
}
