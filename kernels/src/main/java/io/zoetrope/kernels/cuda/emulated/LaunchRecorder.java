package io.zoetrope.kernels.cuda.emulated;

import io.zoetrope.kernels.cuda.runtime.CudaRuntime;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** A device that computes nothing and notes which kernels were launched. */
public final class LaunchRecorder implements CudaRuntime {
  private static final long ALIGNMENT = 256;

  private final int multiprocessors;
  private final long freeBytes;
  private final Set<String> kernels = new TreeSet<>();
  private long end = ALIGNMENT;

  /** A device of so many multiprocessors, with memory for everything. */
  public LaunchRecorder(int multiprocessors) {
    this(multiprocessors, Long.MAX_VALUE);
  }

  /**
   * A device with so much memory.
   *
   * @param freeBytes that it says it has; nothing is refused
   */
  public LaunchRecorder(int multiprocessors, long freeBytes) {
    this.multiprocessors = multiprocessors;
    this.freeBytes = freeBytes;
  }

  /** The kernels that were launched since the last call. */
  public Set<String> launched() {
    Set<String> launched = new TreeSet<>(kernels);
    kernels.clear();
    return launched;
  }

  @Override
  public String name() {
    return "recorder";
  }

  @Override
  public int multiprocessors() {
    return multiprocessors;
  }

  @Override
  public int maxSharedBytes() {
    return Integer.MAX_VALUE;
  }

  @Override
  public long allocate(long bytes) {
    long address = end;
    end += Math.ceilDiv(bytes, ALIGNMENT) * ALIGNMENT;
    return address;
  }

  @Override
  public void free(long address) {}

  @Override
  public void copyToDevice(long address, MemorySegment from) {}

  @Override
  public void copyToHost(MemorySegment to, long address) {}

  @Override
  public void copyOnDevice(long to, long from, long bytes) {}

  @Override
  public void launch(
      String kernel,
      int gridX,
      int gridY,
      int gridZ,
      int blockX,
      int blockY,
      int blockZ,
      int sharedBytes,
      Object... arguments) {
    kernels.add(kernel);
  }

  @Override
  public long freeBytes() {
    return freeBytes;
  }

  @Override
  public List<MemorySegment> pin(long bytes) {
    throw new UnsupportedOperationException("nothing is streamed");
  }

  @Override
  public void unpin(MemorySegment piece) {
    throw new UnsupportedOperationException("nothing is streamed");
  }

  @Override
  public Upload startUpload(long address, List<MemorySegment> pinned) {
    throw new UnsupportedOperationException("nothing is streamed");
  }

  @Override
  public Limits limits() {
    return new Limits(0, 0);
  }

  @Override
  public boolean hasClock() {
    return false;
  }

  @Override
  public Mark mark() {
    throw new UnsupportedOperationException("there is no clock");
  }

  @Override
  public void synchronize() {}

  @Override
  public void close() {}
}
