package io.zoetrope.kernels.cuda.memory;

import io.zoetrope.kernels.cuda.runtime.CudaRuntime;

/**
 * Device memory for the numbers of one {@link StoredWeight}, whichever a launch reads next.
 * Launches run in order, so a weight is decoded when whatever read the one before it has ended.
 */
final class DecodingSlot {
  private final CudaRuntime runtime;
  private final StoredWeight.Decoder decoder;
  private long largest;
  private int weights;
  private long address;
  private long bytes;
  private StoredWeight held;

  /** A slot that takes no memory yet. */
  DecodingSlot(CudaRuntime runtime, StoredWeight.Decoder decoder) {
    this.runtime = runtime;
    this.decoder = decoder;
  }

  StoredWeight.Decoder decoder() {
    return decoder;
  }

  /** Makes room for one more weight, whose numbers take so many bytes. */
  void add(long decodedBytes) {
    largest = Math.max(largest, decodedBytes);
    weights++;
  }

  /** Returns where the numbers of a weight are for the next launch. */
  long holding(StoredWeight weight) {
    if (held != weight) {
      grow();
      held = null;
      weight.decode(address);
      held = weight;
    }
    return address;
  }

  /** Forgets one of its weights; after the last one it takes no memory. */
  void remove() {
    held = null;
    if (--weights == 0) {
      largest = 0;
      free();
    }
  }

  private void grow() {
    if (bytes < largest) {
      free();
      address = runtime.allocate(largest);
      bytes = largest;
    }
  }

  private void free() {
    held = null;
    if (bytes > 0) {
      bytes = 0;
      runtime.free(address);
    }
  }
}
