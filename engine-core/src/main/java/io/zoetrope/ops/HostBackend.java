package io.zoetrope.ops;

import io.zoetrope.tensor.Conversions;
import io.zoetrope.tensor.HostStorage;
import io.zoetrope.tensor.Storage;
import io.zoetrope.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** The part that backends on host memory share: native blocks, and copies by segment. */
public abstract class HostBackend implements Backend {
  /** A block with an arena of its own, so that it can be freed. */
  private static final class Block extends HostStorage {
    private final Arena arena;

    private Block(Arena arena, long bytes) {
      super(arena.allocate(bytes, 64));
      this.arena = arena;
    }
  }

  @Override
  public Storage allocate(long bytes) {
    return new Block(Arena.ofShared(), bytes);
  }

  @Override
  public void free(Storage storage) {
    ((Block) storage).arena.close();
  }

  @Override
  public Tensor place(Tensor weight) {
    return weight;
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
  public void clampInPlace(Tensor x, float min, float max) {
    MemorySegment elements = x.segment();
    for (long i = 0; i < x.count(); i++) {
      float value = Conversions.toFloat(elements, x.dtype(), i);
      Conversions.fromFloat(elements, x.dtype(), i, Math.clamp(value, min, max));
    }
  }

  @Override
  public void close() {}
}
