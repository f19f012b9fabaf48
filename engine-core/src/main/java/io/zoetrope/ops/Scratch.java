package io.zoetrope.ops;

import io.zoetrope.tensor.Storage;
import java.util.ArrayList;
import java.util.List;

/**
 * Stack-disciplined memory: allocations go up, a release goes back to a mark. It grows by whole
 * slabs, and slabs are kept for reuse until closed.
 */
final class Scratch implements AutoCloseable {
  private static final long ALIGNMENT = 64;
  private static final long SLAB_BYTES = 32L << 20;

  /** A place in the stack: slab number and byte position in it. */
  record Mark(int slab, long position) {}

  /** A piece of a slab; {@code position} in bytes. */
  record Block(Storage storage, long position) {}

  /** A slab and how far it has been used. */
  private static final class Slab {
    private final Storage storage;
    private long usedBytes;

    Slab(Storage storage) {
      this.storage = storage;
    }

    long byteSize() {
      return storage.byteSize();
    }
  }

  private final Backend backend;
  private final List<Slab> slabs = new ArrayList<>();
  private int slab;
  private long position;

  Scratch(Backend backend) {
    this.backend = backend;
  }

  Block allocate(long bytes) {
    long size = (Math.max(bytes, 1) + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    while (slab < slabs.size() && position + size > slabs.get(slab).byteSize()) {
      if (position == 0) {
        // An unused slab that is too small for this request: replace it rather than strand it.
        backend.free(slabs.remove(slab).storage);
      } else {
        slab++;
        position = 0;
      }
    }
    if (slab == slabs.size()) {
      slabs.add(new Slab(backend.allocate(Math.max(size, SLAB_BYTES))));
    }
    Slab top = slabs.get(slab);
    Block block = new Block(top.storage, position);
    position += size;
    top.usedBytes = Math.max(top.usedBytes, position);
    return block;
  }

  Mark mark() {
    return new Mark(slab, position);
  }

  /** Frees everything allocated since the mark and hands the freed ranges to {@code freed}. */
  void release(Mark mark, RangeVisitor freed) {
    for (int i = mark.slab; i <= slab && i < slabs.size(); i++) {
      long from = i == mark.slab ? mark.position : 0;
      long to = i == slab ? position : slabs.get(i).byteSize();
      if (to > from) {
        freed.visit(slabs.get(i).storage, from, to);
      }
    }
    slab = mark.slab;
    position = mark.position;
  }

  /** Bytes of physical memory that the slabs take. */
  long heldBytes() {
    boolean whole = backend.holdsUntouchedMemory();
    return slabs.stream().mapToLong(slab -> whole ? slab.byteSize() : slab.usedBytes).sum();
  }

  @Override
  public void close() {
    slabs.forEach(slab -> backend.free(slab.storage));
    slabs.clear();
  }

  @FunctionalInterface
  interface RangeVisitor {
    void visit(Storage storage, long fromByte, long toByte);
  }
}
