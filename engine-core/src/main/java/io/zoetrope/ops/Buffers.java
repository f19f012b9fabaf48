package io.zoetrope.ops;

import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Lifetime;
import io.zoetrope.tensor.Shape;
import io.zoetrope.tensor.Storage;
import io.zoetrope.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/** Tensors that outlive scopes, such as the frames a causal convolution remembers. */
public final class Buffers implements Lifetime, AutoCloseable {
  private final Memory memory;
  private final String name;
  private final List<Storage> blocks = new ArrayList<>();
  private boolean open = true;

  Buffers(Memory memory, String name) {
    this.memory = memory;
    this.name = name;
  }

  /** An uninitialised tensor that lives until {@link #close}. */
  public Tensor allocate(DType dtype, Shape shape) {
    if (!open) {
      throw new IllegalStateException(this + " is closed");
    }
    Storage storage = memory.allocateBuffer(Math.max(1, shape.count() * dtype.bytes()));
    blocks.add(storage);
    return Tensor.contiguous(storage, 0, dtype, shape, this);
  }

  @Override
  public boolean isOpen() {
    return open;
  }

  @Override
  public void close() {
    open = false;
    blocks.forEach(memory::freeBuffer);
    blocks.clear();
  }

  @Override
  public String toString() {
    return "buffers '" + name + "'";
  }
}
