package io.zoetrope.kernels.cpu.jit.memory;

import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.HostStorage;
import io.zoetrope.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Where the elements of a tensor lie in native memory. The memory is there as long as this object
 * is reachable.
 *
 * @param address of the first element
 */
public record NativeView(MemorySegment memory, DType dtype, long address) {
  private static final int ALIGNMENT = 64;

  /** A view of a tensor; one on the Java heap is copied, as generated code can't reach it. */
  public static NativeView of(Tensor tensor) {
    MemorySegment segment = reachable(((HostStorage) tensor.storage()).segment());
    long offset = tensor.offset() * tensor.dtype().bytes();
    return new NativeView(segment, tensor.dtype(), segment.address() + offset);
  }

  /** A segment if it is native, otherwise a native copy of it. */
  static MemorySegment reachable(MemorySegment segment) {
    if (segment.isNative()) {
      return segment;
    }
    MemorySegment copy = Arena.ofAuto().allocate(Math.max(1, segment.byteSize()), ALIGNMENT);
    return copy.copyFrom(segment);
  }

  /** Brings results to the tensor that this is a view of, if that one is on the Java heap. */
  public void copyBack(Tensor tensor) {
    MemorySegment segment = ((HostStorage) tensor.storage()).segment();
    if (!segment.isNative()) {
      segment.copyFrom(memory.asSlice(0, segment.byteSize()));
    }
  }

  /** Returns a view of a tensor as {@link #of} does; null for null. */
  public static NativeView ofNullable(Tensor tensor) {
    return tensor == null ? null : of(tensor);
  }

  /** Address of an element. */
  public long at(long position) {
    return address + position * dtype.bytes();
  }
}
