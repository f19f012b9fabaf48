package io.zoetrope.kernels.cuda.memory;

import io.zoetrope.encoding.StoredTensor;
import io.zoetrope.kernels.cuda.runtime.CudaRuntime;
import io.zoetrope.ops.Residence;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.stream.LongStream;

/**
 * Weights in device memory, as F32 or BF16: the types that kernels read. A matrix in a {@link
 * StoredForm} may stay in it, and is decoded into a slot then before it is read.
 *
 * <p>A weight's memory is freed some time after the lifetime of the host tensor has ended, by the
 * thread of the device. Large matrices that don't fit any more stay in the form that they are
 * stored in, if it is one that is decoded here; what doesn't fit even so becomes {@link
 * StreamedWeights}.
 */
public final class PlacedWeights {
  /** Elements converted at once: some megabytes of host memory. */
  private static final long CONVERSION_BLOCK = 1 << 22;

  private static final long CONVERSION_TASK = 1 << 18;

  /** Smaller ones are read often and take little. */
  private static final long SMALLEST_STREAMED = 1 << 20;

  /** The two slots of streamed weights take a quarter of the memory. */
  private static final int SLOTS_PER_BUDGET = 8;

  private final CudaRuntime runtime;
  private final StreamedWeights streamed;
  private final DecodingSlot slot;
  private final long residentLimit;
  private final Queue<DeviceBlocks> ended = new ConcurrentLinkedQueue<>();
  private long residentBytes;

  /**
   * Begins without weights.
   *
   * @param weightBytes memory that weights may take
   * @param decoder of weights that stay as they are stored
   */
  public PlacedWeights(CudaRuntime runtime, long weightBytes, StoredWeight.Decoder decoder) {
    this.runtime = runtime;
    this.slot = new DecodingSlot(runtime, decoder);
    this.residentLimit = weightBytes - 2 * weightBytes / SLOTS_PER_BUDGET;
    this.streamed = new StreamedWeights(runtime, weightBytes / SLOTS_PER_BUDGET);
  }

  /** Bytes of matrices that may stay on the device; what is beyond takes turns. */
  public long room() {
    return residentLimit;
  }

  /**
   * Places a weight on the device.
   *
   * @param weight as it is stored; the placed one ends with its lifetime
   * @param rounding what wider elements become, F32 or BF16
   * @param residence whether a matrix in a {@link StoredForm} stays in it even if there is room
   */
  public Tensor place(StoredTensor weight, DType rounding, Residence residence) {
    freeEnded();
    DType dtype = weight.used(rounding);
    DeviceBlocks blocks = new DeviceBlocks(runtime, change -> residentBytes += change);
    try {
      return place(weight, dtype, residence, blocks);
    } catch (RuntimeException | Error e) {
      try {
        blocks.free();
      } catch (RuntimeException again) {
        e.addSuppressed(again);
      }
      throw e;
    }
  }

  private Tensor place(StoredTensor weight, DType dtype, Residence residence, DeviceBlocks blocks) {
    long bytes = Math.max(1, weight.count() * dtype.bytes());
    boolean hasRoom = weight.shape().rank() != 2 || hasRoom(bytes);
    Optional<StoredForm> form =
        StoredForm.of(weight).filter(_ -> residence == Residence.STORED || !hasRoom);
    Queue<DeviceBlocks> to = ended;
    // Nothing is read through this segment; it ties the blocks to the lifetime of the weight.
    MemorySegment tie =
        MemorySegment.NULL.reinterpret(bytes, weight.lifetime().arena(), _ -> to.add(blocks));
    DeviceStorage storage =
        form.isPresent()
            ? new DeviceStorage(
                weight.name(), blocks, stored(form.get(), dtype, bytes, blocks), tie)
            : new DeviceStorage(
                weight.name(),
                blocks,
                address(bytes, hasRoom, blocks, sink -> convert(weight, dtype, sink)),
                bytes,
                tie);
    return Tensor.contiguous(storage, 0, dtype, weight.shape(), weight.lifetime());
  }

  /** Whether a matrix of so many bytes may stay on the device. */
  private boolean hasRoom(long bytes) {
    return bytes < SMALLEST_STREAMED || residentBytes + bytes <= residentLimit;
  }

  private StoredWeight stored(StoredForm form, DType dtype, long decoded, DeviceBlocks blocks) {
    slot.add(decoded);
    blocks.add(slot::remove);
    LongSupplier address = address(form.bytes(), hasRoom(form.bytes()), blocks, form::read);
    return new StoredWeight(form, dtype, address, slot);
  }

  private LongSupplier address(
      long bytes, boolean stays, DeviceBlocks blocks, Consumer<StoredForm.Sink> content) {
    return stays ? keep(bytes, blocks, content) : stream(bytes, blocks, content);
  }

  private LongSupplier keep(long bytes, DeviceBlocks blocks, Consumer<StoredForm.Sink> content) {
    long address = blocks.allocate(bytes);
    content.accept((offset, piece) -> runtime.copyToDevice(address + offset, piece));
    return () -> address;
  }

  private LongSupplier stream(long bytes, DeviceBlocks blocks, Consumer<StoredForm.Sink> content) {
    StreamedWeights.Weight placed = streamed.add(bytes);
    blocks.add(placed::free);
    content.accept(placed::write);
    return placed::address;
  }

  /** Hands over the elements of a weight as a dtype, piece by piece. */
  private static void convert(StoredTensor weight, DType dtype, StoredForm.Sink sink) {
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
