package io.zoetrope.kernels.cuda;

import io.zoetrope.tensor.Conversions;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.LongStream;

/**
 * Weights in device memory, as F32 or BF16: the types that kernels read. Values change only by the
 * rounding that is asked for: types of 8 bits become BF16, which holds them exactly, F16 and wider
 * ones F32.
 *
 * <p>A weight's memory is freed some time after the lifetime of the host tensor has ended, by the
 * thread of the device.
 */
final class PlacedWeights {
  /** Elements converted at once: some megabytes of host memory. */
  private static final long CONVERSION_BLOCK = 1 << 22;

  private static final long CONVERSION_TASK = 1 << 14;

  private final CudaRuntime runtime;
  private final Queue<DeviceBlocks> ended = new ConcurrentLinkedQueue<>();

  PlacedWeights(CudaRuntime runtime) {
    this.runtime = runtime;
  }

  Tensor place(Tensor weight, DType rounding) {
    freeEnded();
    DType dtype = placedType(weight.dtype(), rounding);
    long bytes = Math.max(1, weight.count() * dtype.bytes());
    long address = runtime.allocate(bytes);
    DeviceBlocks blocks = new DeviceBlocks(address);
    Queue<DeviceBlocks> to = ended;
    // Nothing is read through this segment; it ties the blocks to the lifetime of the weight.
    MemorySegment tie =
        MemorySegment.ofAddress(address)
            .reinterpret(bytes, weight.lifetime().arena(), _ -> to.add(blocks));
    if (weight.dtype() == dtype) {
      runtime.copyToDevice(address, weight.segment());
    } else {
      copyConverted(address, weight, dtype);
    }
    return Tensor.contiguous(
        new DeviceStorage(blocks, address, bytes, tie),
        0,
        dtype,
        weight.shape(),
        weight.lifetime());
  }

  private static DType placedType(DType stored, DType rounding) {
    if (!rounding.isComputable()) {
      throw new IllegalArgumentException("weights are rounded to F32 or BF16, not to " + rounding);
    }
    boolean exact = stored == DType.BF16 || stored.bits() == 8;
    return exact || stored.bits() > 16 && rounding == DType.BF16 ? DType.BF16 : DType.F32;
  }

  private void copyConverted(long address, Tensor weight, DType dtype) {
    MemorySegment from = weight.segment();
    long count = weight.count();
    try (Arena arena = Arena.ofShared()) {
      MemorySegment block = arena.allocate(Math.min(count, CONVERSION_BLOCK) * dtype.bytes(), 64);
      for (long start = 0; start < count; start += CONVERSION_BLOCK) {
        long first = start;
        long length = Math.min(count - start, CONVERSION_BLOCK);
        LongStream.rangeClosed(0, (length - 1) / CONVERSION_TASK)
            .parallel()
            .forEach(task -> {
              long end = Math.min(length, (task + 1) * CONVERSION_TASK);
              for (long i = task * CONVERSION_TASK; i < end; i++) {
                float value = Conversions.toFloat(from, weight.dtype(), first + i);
                Conversions.fromFloat(block, dtype, i, value);
              }
            });
        runtime.copyToDevice(
            address + start * dtype.bytes(), block.asSlice(0, length * dtype.bytes()));
      }
    }
  }

  /** Gives back the memory of weights whose lifetime has ended. */
  void freeEnded() {
    for (DeviceBlocks blocks = ended.poll(); blocks != null; blocks = ended.poll()) {
      blocks.free(runtime);
    }
  }
}
