package io.zoetrope.kernels.cuda.memory;

import io.zoetrope.encoding.StoredTensor;
import io.zoetrope.kernels.cuda.runtime.CudaRuntime;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.LongSupplier;
import java.util.stream.LongStream;

/**
 * Weights in device memory, as F32 or BF16: the types that kernels read.
 *
 * <p>A weight's memory is freed some time after the lifetime of the host tensor has ended, by the
 * thread of the device. Large matrices that don't fit any more become {@link StreamedWeights}.
 */
public final class PlacedWeights {
  /** Elements converted at once: some megabytes of host memory. */
  private static final long CONVERSION_BLOCK = 1 << 22;

  private static final long CONVERSION_TASK = 1 << 18;

  /** Smaller ones are read often and take little. */
  private static final long SMALLEST_STREAMED = 1 << 20;

  /** The two slots of streamed weights take a quarter of the memory. */
  private static final int SLOTS_PER_BUDGET = 8;

  /** Where converted elements go: a piece, and its offset in bytes. */
  @FunctionalInterface
  private interface Sink {
    void accept(long offset, MemorySegment piece);
  }

  private final CudaRuntime runtime;
  private final StreamedWeights streamed;
  private final long residentLimit;
  private final Queue<DeviceBlocks> ended = new ConcurrentLinkedQueue<>();
  private long residentBytes;

  /**
   * Begins without weights.
   *
   * @param weightBytes memory that weights may take
   */
  public PlacedWeights(CudaRuntime runtime, long weightBytes) {
    this.runtime = runtime;
    this.residentLimit = weightBytes - 2 * weightBytes / SLOTS_PER_BUDGET;
    this.streamed = new StreamedWeights(runtime, weightBytes / SLOTS_PER_BUDGET);
  }

  /**
   * Places a weight on the device.
   *
   * @param weight as it is stored; the placed one ends with its lifetime
   * @param rounding what wider elements become, F32 or BF16
   */
  public Tensor place(StoredTensor weight, DType rounding) {
    freeEnded();
    DType dtype = weight.used(rounding);
    DeviceBlocks blocks = new DeviceBlocks(runtime, change -> residentBytes += change);
    try {
      return place(weight, dtype, blocks);
    } catch (RuntimeException | Error e) {
      try {
        blocks.free();
      } catch (RuntimeException again) {
        e.addSuppressed(again);
      }
      throw e;
    }
  }

  private Tensor place(StoredTensor weight, DType dtype, DeviceBlocks blocks) {
    long bytes = Math.max(1, weight.count() * dtype.bytes());
    LongSupplier address =
        weight.shape().rank() == 2
                && bytes >= SMALLEST_STREAMED
                && residentBytes + bytes > residentLimit
            ? stream(weight, dtype, bytes, blocks)
            : keep(weight, dtype, bytes, blocks);
    Queue<DeviceBlocks> to = ended;
    // Nothing is read through this segment; it ties the blocks to the lifetime of the weight.
    MemorySegment tie =
        MemorySegment.NULL.reinterpret(bytes, weight.lifetime().arena(), _ -> to.add(blocks));
    return Tensor.contiguous(
        new DeviceStorage(weight.name(), blocks, address, bytes, tie),
        0,
        dtype,
        weight.shape(),
        weight.lifetime());
  }

  private LongSupplier keep(StoredTensor weight, DType dtype, long bytes, DeviceBlocks blocks) {
    long address = blocks.allocate(bytes);
    convert(
        weight, dtype, (offset, converted) -> runtime.copyToDevice(address + offset, converted));
    return () -> address;
  }

  private LongSupplier stream(StoredTensor weight, DType dtype, long bytes, DeviceBlocks blocks) {
    StreamedWeights.Weight placed = streamed.add(bytes);
    blocks.add(placed::free);
    convert(weight, dtype, placed::write);
    return placed::address;
  }

  /** Hands over the elements of a weight as a dtype, piece by piece. */
  private static void convert(StoredTensor weight, DType dtype, Sink sink) {
    long count = weight.count();
    boolean small = count <= CONVERSION_TASK;
    // Closing a shared arena stops all threads for a moment, which many small weights would feel.
    try (Arena arena = small ? Arena.ofConfined() : Arena.ofShared()) {
      MemorySegment block =
          arena.allocate(Math.max(1, Math.min(count, CONVERSION_BLOCK)) * dtype.bytes(), 64);
      for (long start = 0; start < count; start += CONVERSION_BLOCK) {
        long first = start;
        long length = Math.min(count - start, CONVERSION_BLOCK);
        LongStream tasks = LongStream.rangeClosed(0, (length - 1) / CONVERSION_TASK);
        (small ? tasks : tasks.parallel())
            .forEach(task -> {
              long at = task * CONVERSION_TASK;
              long part = Math.min(CONVERSION_TASK, length - at);
              weight.read(
                  first + at, dtype, block.asSlice(at * dtype.bytes(), part * dtype.bytes()));
            });
        sink.accept(start * dtype.bytes(), block.asSlice(0, length * dtype.bytes()));
      }
    }
  }

  /** Gives back the memory of weights whose lifetime has ended. */
  public void freeEnded() {
    for (DeviceBlocks blocks = ended.poll(); blocks != null; blocks = ended.poll()) {
      blocks.free();
    }
  }
}
