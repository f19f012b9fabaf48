package io.zoetrope.weights;

import io.zoetrope.encoding.StoredBytes;
import io.zoetrope.encoding.StoredTensor;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * Blocks of weights that are read anew in each step, one block after the other, and after the last
 * one the first. While a block is read the next one is fetched from its file, beside the
 * computation; of more than memory holds, the one before is let go.
 */
final class ReadAhead {
  private final List<List<StoredTensor>> blocks;
  private final boolean forgets;
  private volatile int current = -1;

  /**
   * Blocks that nobody has read yet.
   *
   * @param blocks in the order in which they are read
   * @param forgets whether blocks behind are let go: where the system keeps all of them, the next
   *     step finds them in memory
   */
  ReadAhead(List<List<StoredTensor>> blocks, boolean forgets) {
    this.blocks = List.copyOf(blocks);
    this.forgets = forgets;
  }

  /** A tensor of a block, which tells when it is read. */
  StoredTensor of(StoredTensor tensor, int block) {
    return new StoredTensor(
        tensor.name(),
        tensor.encoding(),
        tensor.shape(),
        new Watched(tensor.bytes(), this, block),
        tensor.lifetime());
  }

  private record Watched(StoredBytes bytes, ReadAhead ahead, int block) implements StoredBytes {
    @Override
    public void read(long position, MemorySegment to) {
      ahead.reading(block);
      bytes.read(position, to);
    }

    @Override
    public boolean takesMemory() {
      return bytes.takesMemory();
    }
  }

  private void reading(int block) {
    if (block != current) {
      enter(block);
    }
  }

  private synchronized void enter(int block) {
    if (block == current) {
      return;
    }
    int last = current;
    current = block;
    int next = (block + 1) % blocks.size();
    // A disk that is busy lets those wait who give it more to do.
    Thread.ofPlatform()
        .daemon()
        .name("read-ahead")
        .start(() -> {
          if (forgets && last >= 0 && last != next) {
            blocks.get(last).forEach(it -> it.bytes().forget(0, it.byteSize()));
          }
          if (next != block) {
            blocks.get(next).forEach(it -> it.bytes().fetch(0, it.byteSize()));
          }
        });
  }
}
