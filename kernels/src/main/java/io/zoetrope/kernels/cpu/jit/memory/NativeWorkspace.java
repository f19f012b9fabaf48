package io.zoetrope.kernels.cpu.jit.memory;

import io.zoetrope.encoding.GroupedCodes;
import io.zoetrope.kernels.cpu.jit.asm.ArgumentRecord;
import io.zoetrope.kernels.cpu.jit.asm.Call;
import io.zoetrope.kernels.cpu.jit.asm.GeneratedFunction;
import io.zoetrope.kernels.cpu.jit.asm.KernelCache;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Objects;

/**
 * Native memory that a thread keeps from one operation to the next: scratch, whose content is
 * undefined, and the record that arguments of generated functions are put in.
 */
public final class NativeWorkspace {
  /** What a piece of a workspace is used for; pieces do not overlap. */
  public enum Piece {
    /**
     * Rows of the left matrix, a window of the input of a convolution, or finished pixels of it.
     */
    LEFT,
    /** Rows of a weight before they are rounded. */
    UNROUNDED,
    /** Codes of a weight's rows, and what they are scaled with. */
    CODES,
    /** Panels of a weight that products read as it is stored. */
    PANELS,
    /** A block of results, or a panel of a weight before it is transformed. */
    RESULT,
    /** Attention scores of a block of queries and keys. */
    SCORES,
    /** Attention weights of a block of queries and keys. */
    WEIGHTS,
    /** All keys of some heads, packed. */
    KEYS,
    /** All values of some heads, packed. */
    VALUES,
    /** Transformed windows of a convolution's input. */
    TRANSFORMED,
    /** What a function keeps while it runs. */
    SCRATCH,
    /** Byte offsets of taps. */
    OFFSETS,
    /** Vectors that apply to every row: bias, and so on. */
    FIRST_VECTOR,
    SECOND_VECTOR
  }

  private final GroupedCodes unpacked = new GroupedCodes();
  private final ArgumentRecord arguments = new ArgumentRecord(Arena.ofAuto());
  private final MemorySegment[] pieces = new MemorySegment[Piece.values().length];

  /** Begins a call of a function, with the record of arguments of this workspace. */
  public <R extends KernelCache.Recipe> Call<R> call(GeneratedFunction<R> function) {
    return function.call(arguments);
  }

  /** Where codes of a weight are unpacked; what was there before is void. */
  public GroupedCodes unpacked() {
    return unpacked;
  }

  /** Memory of at least this size, aligned to a page; what the piece was before is void. */
  public MemorySegment piece(Piece piece, long bytes) {
    MemorySegment memory = pieces[piece.ordinal()];
    if (memory == null || memory.byteSize() < bytes) {
      if (memory != null) {
        LinuxMemory.discard(memory);
      }
      memory = LinuxMemory.map(bytes, Arena.ofAuto());
      pieces[piece.ordinal()] = memory;
    }
    return memory;
  }

  /** Bytes of all pieces. */
  public long bytes() {
    return Arrays.stream(pieces).filter(Objects::nonNull).mapToLong(MemorySegment::byteSize).sum();
  }
}
