package io.zoetrope.kernels.cuda.runtime;

import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * What the kernels need of a device: memory by address, and launches that run in the order in which
 * they were made.
 *
 * <p>One thread uses a runtime at a time. Copies and launches take effect in call order; only
 * {@link #copyToHost} and {@link #synchronize} wait. Failures are unchecked exceptions that name
 * the operation and the device.
 */
public interface CudaRuntime extends AutoCloseable {
  /** Name for logs and reports, e.g. {@code "NVIDIA A100-SXM4-40GB"}. */
  String name();

  /** Number of multiprocessors: how many blocks it takes to keep the device busy. */
  int multiprocessors();

  /** Most bytes of shared memory that a block may ask for, dynamic and static together. */
  int maxSharedBytes();

  /**
   * Device memory with undefined content, aligned to 256 bytes.
   *
   * @param bytes more than 0
   */
  long allocate(long bytes);

  /** Gives back memory of {@link #allocate} once all launches and uploads so far have ended. */
  void free(long address);

  /** Copies the whole segment, native or on the heap, which may be changed when this returns. */
  void copyToDevice(long address, MemorySegment from);

  /** Fills the whole segment, native or on the heap, after everything that was launched before. */
  void copyToHost(MemorySegment to, long address);

  /** Copies between two ranges of device memory that do not overlap. */
  void copyOnDevice(long to, long from, long bytes);

  /**
   * Starts a kernel.
   *
   * @param kernel name of its entry point; the runtime finds the module that has it
   * @param sharedBytes dynamic shared memory, up to {@link #maxSharedBytes}
   * @param arguments in the kernel's order: {@link Long} for an address or a 64-bit integer, {@link
   *     Integer}, {@link Float}, or {@code long[]} for a structure of 64-bit integers by value
   * @throws IllegalArgumentException for arguments that are not what the kernel declares, by {@link
   *     KernelSignature}
   */
  void launch(
      String kernel,
      int gridX,
      int gridY,
      int gridZ,
      int blockX,
      int blockY,
      int blockZ,
      int sharedBytes,
      Object... arguments);

  /** Bytes of device memory that nobody holds. */
  long freeBytes();

  /**
   * Host memory that uploads can start from; it stays until {@link #unpin}.
   *
   * @param bytes more than 0
   * @return the pieces that have so many bytes together, as large as the device can pin at once
   */
  List<MemorySegment> pin(long bytes);

  /** Gives back a piece of {@link #pin} once every upload has ended. */
  void unpin(MemorySegment piece);

  /**
   * Starts a copy that runs beside later launches. It begins when everything that was launched
   * before has ended.
   *
   * @param pinned pieces of {@link #pin}, or parts of them, which follow each other on the device;
   *     they stay unchanged until the upload has ended
   */
  Upload startUpload(long address, List<MemorySegment> pinned);

  /** A copy to the device under way. */
  @FunctionalInterface
  interface Upload {
    /** Lets everything that is launched from now on begin after the copy has ended. */
    void awaitBeforeNextLaunch();
  }

  /**
   * What a device can do at most, by its data sheet.
   *
   * @param tensorFlops dense BF16 operations a second with float32 sums; 0 where it is not known
   * @param memoryBytesPerSecond of device memory; 0 where it is not known
   */
  record Limits(double tensorFlops, double memoryBytesPerSecond) {}

  /** What the device can do at most. */
  Limits limits();

  /** Whether times on this device mean anything: an emulator's do not. */
  boolean hasClock();

  /**
   * A point in the work of the device, which it reaches when everything has ended that was launched
   * before.
   */
  interface Mark extends AutoCloseable {
    /** Waits until the device is here; returns the seconds since it was at an earlier mark. */
    double secondsSince(Mark earlier);

    @Override
    void close();
  }

  /** A mark behind everything that was launched so far. */
  Mark mark();

  /** Seconds that the device takes for what {@code work} launches; waits for it. */
  default double seconds(Runnable work) {
    try (Mark start = mark()) {
      work.run();
      try (Mark end = mark()) {
        return end.secondsSince(start);
      }
    }
  }

  /** Waits until everything that was launched has ended. */
  void synchronize();

  /** Releases the device with all memory that is still allocated. */
  @Override
  void close();
}
