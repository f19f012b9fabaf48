package io.zoetrope.ops;

import io.zoetrope.encoding.StoredTensor;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.HostStorage;
import io.zoetrope.tensor.Storage;
import io.zoetrope.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** The part that backends on host memory share: native blocks, and copies by segment. */
public abstract class HostBackend implements Backend {
  /** Of blocks: a cache line. */
  private static final int ALIGNMENT = 64;

  /** A block with an arena of its own, so that it can be freed. */
  private static final class Block extends HostStorage {
    private final Arena arena;

    private Block(Arena arena, MemorySegment memory) {
      super(memory);
      this.arena = arena;
    }
  }

  @Override
  public Storage allocate(long bytes) {
    Arena arena = Arena.ofShared();
    return new Block(arena, memory(bytes, arena));
  }

  /**
   * Memory for a block, aligned to 64 bytes or more, as long as an arena is open; its content is
   * undefined.
   */
  protected MemorySegment memory(long bytes, Arena arena) {
    return arena.allocate(bytes, ALIGNMENT);
  }

  @Override
  public void free(Storage storage) {
    ((Block) storage).arena.close();
  }

  @Override
  public Tensor place(StoredTensor weight, DType rounding) {
    return new HostWeight(weight, weight.used(rounding), Residence.PACKED).tensor();
  }

  @Override
  public void upload(Tensor out, Tensor host) {
    MemorySegment.copy(host.segment(), 0, out.segment(), 0, out.byteSize());
  }

  @Override
  public void download(Tensor host, Tensor x) {
    MemorySegment.copy(x.segment(), 0, host.segment(), 0, x.byteSize());
  }

  @Override
  public void move(Tensor out, Tensor x) {
    // The source's scope is closed already, so its segment is taken from the storage.
    MemorySegment memory = ((HostStorage) x.storage()).segment();
    long from = x.offset() * x.dtype().bytes();
    MemorySegment.copy(memory, from, out.segment(), 0, out.byteSize());
  }

  @Override
  public void close() {}
}
