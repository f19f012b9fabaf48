package io.zoetrope.ops;

import io.zoetrope.tensor.Conversions;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.HostStorage;
import io.zoetrope.tensor.Storage;
import io.zoetrope.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.stream.LongStream;

/** The part that backends on host memory share: native blocks, and copies by segment. */
public abstract class HostBackend implements Backend {
  /** Of blocks: a cache line. */
  private static final int ALIGNMENT = 64;

  /** Elements that one task rounds: some tens of microseconds. */
  private static final long ROUNDING_BLOCK = 1 << 16;

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
  public Tensor place(Tensor weight, DType rounding) {
    DType dtype = usedDType(weight, rounding);
    return dtype == weight.dtype() ? weight : rounded(weight, dtype);
  }

  /** The dtype that a weight has once it is placed, as {@link Backend#place} says. */
  public static DType usedDType(Tensor weight, DType rounding) {
    boolean narrower = rounding != DType.F32 && weight.dtype().bits() > rounding.bits();
    return narrower ? rounding : weight.dtype();
  }

  /** A contiguous weight in a narrower dtype, in memory that goes with the weight. */
  public static Tensor rounded(Tensor weight, DType dtype) {
    MemorySegment from = weight.segment();
    MemorySegment to =
        weight.lifetime().arena().allocate(weight.count() * dtype.bytes(), ALIGNMENT);
    long count = weight.count();
    LongStream.rangeClosed(0, count / ROUNDING_BLOCK)
        .parallel()
        .forEach(block -> {
          long begin = block * ROUNDING_BLOCK;
          long end = Math.min(count, begin + ROUNDING_BLOCK);
          for (long i = begin; i < end; i++) {
            Conversions.fromFloat(to, dtype, i, Conversions.toFloat(from, weight.dtype(), i));
          }
        });
    return Tensor.contiguous(new HostStorage(to), 0, dtype, weight.shape(), weight.lifetime());
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
