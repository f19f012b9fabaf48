package io.zoetrope.kernels.cuda.standin;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Map;
import java.util.TreeMap;

/** Pinned host memory by address. */
final class PinnedBlocks {
  /** No number: it shows when memory is read that nobody wrote. */
  private static final byte GARBAGE = (byte) 0xFF;

  private record Block(Arena arena, MemorySegment memory) {}

  private final TreeMap<Long, Block> blocks = new TreeMap<>();

  long allocate(long bytes) {
    Arena arena = Arena.ofShared();
    MemorySegment memory = arena.allocate(bytes, 4096).fill(GARBAGE);
    blocks.put(memory.address(), new Block(arena, memory));
    return memory.address();
  }

  void free(long address) {
    Block block = blocks.remove(address);
    if (block == null) {
      throw new StandInError(StandInError.INVALID_VALUE, "no pinned memory at this address");
    }
    block.arena.close();
  }

  /** A range that must lie in one block. */
  MemorySegment range(long address, long bytes) {
    Map.Entry<Long, Block> entry = blocks.floorEntry(address);
    if (entry == null || address - entry.getKey() > entry.getValue().memory.byteSize() - bytes) {
      throw new StandInError(
          StandInError.INVALID_VALUE, "an asynchronous copy of host memory that is not pinned");
    }
    return entry.getValue().memory.asSlice(address - entry.getKey(), bytes);
  }

  int count() {
    return blocks.size();
  }

  void freeAll() {
    blocks.values().forEach(block -> block.arena.close());
    blocks.clear();
  }
}
