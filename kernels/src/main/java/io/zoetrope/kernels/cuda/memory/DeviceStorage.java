package io.zoetrope.kernels.cuda.memory;

import io.zoetrope.tensor.Shape;
import io.zoetrope.tensor.Storage;
import io.zoetrope.tensor.Tensor;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/** A block of device memory. */
public final class DeviceStorage implements Storage {
  /** Which part of the storage has another form, and as which shape. */
  private record Part(long offset, Shape shape) {}

  private final String name;
  private final DeviceBlocks blocks;
  private final LongSupplier address;
  private final Optional<StoredWeight> stored;
  private final long byteSize;
  private final Object tie;
  private final Map<Part, Tensor> derived = new HashMap<>();

  /**
   * Storage of an address.
   *
   * @param name of the weight that it holds, or empty
   * @param blocks what is freed with this storage; has the memory already
   * @param address where the memory is for the next launch
   * @param tie whatever must not be collected before this storage, or null
   */
  public DeviceStorage(
      String name, DeviceBlocks blocks, LongSupplier address, long byteSize, Object tie) {
    this(name, blocks, address, Optional.empty(), byteSize, tie);
  }

  /** Storage of a weight that stays as it is stored. */
  DeviceStorage(String name, DeviceBlocks blocks, StoredWeight stored, Object tie) {
    this(name, blocks, stored::address, Optional.of(stored), stored.decodedBytes(), tie);
  }

  private DeviceStorage(
      String name,
      DeviceBlocks blocks,
      LongSupplier address,
      Optional<StoredWeight> stored,
      long byteSize,
      Object tie) {
    this.name = name;
    this.blocks = blocks;
    this.tie = tie;
    this.address = address;
    this.stored = stored;
    this.byteSize = byteSize;
  }

  @Override
  public long byteSize() {
    return byteSize;
  }

  @Override
  public boolean isReadAnew() {
    return stored.isPresent();
  }

  @Override
  public long heldBytes(long bytes) {
    return stored.map(weight -> weight.bytes() * bytes / byteSize).orElse(bytes);
  }

  @Override
  public String name() {
    return name;
  }

  /** Returns the blocks that this storage is freed with. */
  public DeviceBlocks blocks() {
    return blocks;
  }

  /** Address of a tensor's first element for the next launch, or 0 for no tensor. */
  public static long addressOf(Tensor tensor) {
    return tensor == null
        ? 0
        : of(tensor).address.getAsLong() + tensor.offset() * tensor.dtype().bytes();
  }

  /** The weight that a tensor is a part of, if it stays on the device as it is stored. */
  public static Optional<StoredWeight> storedOf(Tensor tensor) {
    return of(tensor).stored;
  }

  /**
   * Another form of a weight, such as one with its channels last; made on first use and freed with
   * the weight.
   *
   * @param fill computes the form into a new contiguous tensor of its shape
   */
  public static Tensor derivedFrom(Tensor weight, Shape shape, Consumer<Tensor> fill) {
    DeviceStorage storage = of(weight);
    return storage.derived.computeIfAbsent(
        new Part(weight.offset(), weight.shape()),
        _ -> {
          long made = storage.blocks.allocate(weight.byteSize());
          DeviceStorage form =
              new DeviceStorage(
                  storage.name, storage.blocks, () -> made, weight.byteSize(), storage.tie);
          Tensor tensor = Tensor.contiguous(form, 0, weight.dtype(), shape, weight.lifetime());
          fill.accept(tensor);
          return tensor;
        });
  }

  private static DeviceStorage of(Tensor tensor) {
    if (tensor.storage() instanceof DeviceStorage storage) {
      return storage;
    }
    throw new IllegalStateException(tensor + " is not on the device: upload or place it first");
  }
}
