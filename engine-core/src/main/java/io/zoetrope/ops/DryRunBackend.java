package io.zoetrope.ops;

import io.zoetrope.encoding.StoredTensor;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Storage;
import io.zoetrope.tensor.Tensor;
import java.util.OptionalLong;
import java.util.function.Consumer;

/**
 * Computes nothing and holds no memory: running a model on it tells {@link Ops#peakBytes}, {@link
 * Ops#weightBytes} and {@link Ops#flops} of a job before it starts.
 */
public final class DryRunBackend implements Backend {
  /** Memory that nobody has. No record: two pieces of the same size are not the same. */
  private static final class Imagined implements Storage {
    private final long byteSize;
    private final String name;
    private final OptionalLong storedBytes;

    private Imagined(long byteSize, String name, OptionalLong storedBytes) {
      this.byteSize = byteSize;
      this.name = name;
      this.storedBytes = storedBytes;
    }

    @Override
    public long byteSize() {
      return byteSize;
    }

    @Override
    public boolean isReadAnew() {
      return storedBytes.isPresent();
    }

    @Override
    public long heldBytes(long bytes) {
      return storedBytes.isPresent() ? storedBytes.getAsLong() * bytes / byteSize : bytes;
    }

    @Override
    public String name() {
      return name;
    }
  }

  private final Backend like;
  private final Consumer<Operation> seen;

  /**
   * Weights take the bytes of their elements, as F32 or as BF16 if that is enough for all numbers
   * of their dtype.
   */
  public DryRunBackend() {
    this(new ReferenceBackend());
  }

  /**
   * Weights of convolutions, and workspaces, take as much memory as on another backend, which is
   * not closed with this one; all else as without one.
   */
  public DryRunBackend(Backend like) {
    this(like, _ -> {});
  }

  /**
   * The same, with every operation shown to somebody.
   *
   * @param seen gets each operation that would be computed; its tensors hold nothing
   */
  public DryRunBackend(Backend like, Consumer<Operation> seen) {
    this.like = like;
    this.seen = seen;
  }

  @Override
  public long weightBytes(Operation operation, Tensor weight) {
    return like.weightBytes(operation, weight);
  }

  @Override
  public long workspaceBytes(Operation operation) {
    return like.workspaceBytes(operation);
  }

  @Override
  public long runtimeBytes() {
    return like.runtimeBytes();
  }

  @Override
  public boolean holdsUntouchedMemory() {
    return like.holdsUntouchedMemory();
  }

  @Override
  public String name() {
    return "dry run";
  }

  @Override
  public Storage allocate(long bytes) {
    return new Imagined(bytes, "", OptionalLong.empty());
  }

  @Override
  public void free(Storage storage) {}

  @Override
  public OptionalLong storedBytes(StoredTensor weight) {
    return like.storedBytes(weight);
  }

  @Override
  public OptionalLong weightRoom() {
    return like.weightRoom();
  }

  @Override
  public Tensor place(StoredTensor weight, DType rounding) {
    return place(weight, rounding, Residence.PACKED);
  }

  @Override
  public Tensor place(StoredTensor weight, DType rounding, Residence residence) {
    DType dtype = weight.used(rounding);
    OptionalLong stored = residence.isStored(weight) ? storedBytes(weight) : OptionalLong.empty();
    Storage storage = new Imagined(weight.count() * dtype.bytes(), weight.name(), stored);
    return Tensor.contiguous(storage, 0, dtype, weight.shape(), weight.lifetime());
  }

  @Override
  public void upload(Tensor out, Tensor host) {}

  @Override
  public void download(Tensor host, Tensor x) {}

  @Override
  public void move(Tensor out, Tensor x) {}

  @Override
  public void run(Operation operation) {
    seen.accept(operation);
  }

  @Override
  public void close() {}
}
