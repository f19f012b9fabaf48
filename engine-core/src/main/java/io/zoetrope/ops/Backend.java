package io.zoetrope.ops;

import io.zoetrope.encoding.StoredTensor;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Storage;
import io.zoetrope.tensor.Tensor;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What a device does. {@link Ops} has checked shapes, dtypes and lifetimes and has allocated the
 * results, so a backend only computes: it holds memory, moves tensors, and runs each {@link
 * Operation} by a switch over the sealed hierarchy. {@link ReferenceBackend} is the definition of
 * every operation.
 */
public interface Backend extends AutoCloseable {
  /** Name for logs and reports, e.g. {@code "cpu (vector, 256 bit, 2 threads)"}. */
  String name();

  /**
   * Why this is not the next faster way of computing that the device's backends know, in one line;
   * empty if nothing stands against that way, or there is none.
   */
  default Optional<String> limit() {
    return Optional.empty();
  }

  /**
   * What this device can do at best, measured at the first call, which takes about a second. Empty
   * for backends whose speed is of no interest: those that define or count operations.
   */
  default Optional<Roofline> roofline() {
    return Optional.empty();
  }

  /**
   * Whether weights and scratch lie in the memory of the machine, not in one of the device's own.
   */
  default boolean computesInMainMemory() {
    return true;
  }

  /** A block of scratch memory; its content is undefined. */
  Storage allocate(long bytes);

  /** Gives back a block from {@link #allocate}. */
  void free(Storage storage);

  /**
   * Makes a weight usable on this device, under the same shape, in the dtype that {@link
   * StoredTensor#used} says. The result lives as long as the weight it was made from, which may be
   * read until then.
   *
   * @param rounding F32, or BF16 for numbers that it does not hold to be rounded to it
   */
  Tensor place(StoredTensor weight, DType rounding);

  /**
   * As {@link #place(StoredTensor, DType)}, with a say in what stays in memory of the weight. A
   * backend that does not {@linkplain #storedBytes multiply by stored weights} takes no notice of
   * it.
   */
  default Tensor place(StoredTensor weight, DType rounding, Residence residence) {
    return place(weight, rounding);
  }

  /**
   * Bytes of the device's memory that a matrix takes which products decode anew: {@link
   * Residence#STORED}. Empty if they cannot do so with matrices that are stored as this one is.
   */
  default OptionalLong storedBytes(StoredTensor weight) {
    return OptionalLong.empty();
  }

  /**
   * Bytes of matrices that there is room for in memory of the device's own; empty if weights lie in
   * the memory of the machine.
   */
  default OptionalLong weightRoom() {
    return OptionalLong.empty();
  }

  /**
   * As {@link #place(StoredTensor, DType)}, of a contiguous tensor in host memory that stays as it
   * is.
   */
  default Tensor place(Tensor weight, DType rounding) {
    return place(StoredTensor.of("", weight), rounding);
  }

  /** Copies a contiguous host tensor into {@code out} of the same dtype and shape. */
  void upload(Tensor out, Tensor host);

  /** Copies {@code x} into a contiguous host tensor of the same dtype and shape. */
  void download(Tensor host, Tensor x);

  /**
   * Copies a contiguous {@code x} to a contiguous {@code out} of the same dtype; they may overlap.
   */
  void move(Tensor out, Tensor x);

  /** Computes an operation, whose operands have been checked. */
  void run(Operation operation);

  /**
   * Waits until everything that was asked for has been done. There is nothing to wait for unless
   * this backend returns before.
   */
  default void await() {}

  /** A clock for what this backend does. */
  default Stopwatch stopwatch() {
    return Stopwatch.ofThisMachine();
  }

  /** Lets somebody hear what this backend does within operations, from the next one on. */
  default void watch(DeviceWatcher watcher) {}

  /**
   * Bytes that one of an operation's {@link Operation#weights} takes in the form in which this
   * backend multiplies by it.
   */
  default long weightBytes(Operation operation, Tensor weight) {
    return weight.storage().heldBytes(weight.byteSize());
  }

  /**
   * Bytes that this backend keeps beside all tensors once its threads have run an operation; others
   * of its class use the same memory.
   */
  default long workspaceBytes(Operation operation) {
    return 0;
  }

  /**
   * Whether memory that was {@linkplain #allocate allocated} takes room before it is written to.
   */
  default boolean holdsUntouchedMemory() {
    return true;
  }

  /**
   * Physical memory of a process that computes with this backend, beside all tensors and
   * workspaces: the Java runtime with its heap and the code that it compiles, and FFmpeg. Measured
   * on x86-64 with the options of the launcher; docs/performance.md says how.
   */
  default long runtimeBytes() {
    return 120L << 20;
  }

  /** Releases threads and device resources. */
  @Override
  void close();
}
