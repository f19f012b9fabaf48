package io.zoetrope.kernels.cuda.driver;

import static jcuda.driver.JCudaDriver.cuCtxCreate;
import static jcuda.driver.JCudaDriver.cuCtxDestroy;
import static jcuda.driver.JCudaDriver.cuCtxSetCurrent;
import static jcuda.driver.JCudaDriver.cuLaunchKernel;
import static jcuda.driver.JCudaDriver.cuMemAlloc;
import static jcuda.driver.JCudaDriver.cuMemFree;
import static jcuda.driver.JCudaDriver.cuMemGetInfo;

import io.zoetrope.kernels.cuda.runtime.CudaException;
import io.zoetrope.kernels.cuda.runtime.CudaRuntime;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import jcuda.driver.CUcontext;
import jcuda.driver.CUctx_flags;
import jcuda.driver.CUfunction;

/** A device of this machine: a context of our own with one stream for all kernels. */
public final class DriverRuntime implements CudaRuntime {
  private final DriverCalls calls;
  private final CUcontext context = new CUcontext();
  private final LaunchArguments arguments = new LaunchArguments(Arena.ofAuto());
  private final Modules modules;
  private final Stream stream;
  private final Stream uploads;
  private final long pinnedPieceBytes;
  private final Staging staging;
  private final Map<Long, PinnedMemory> pinned = new HashMap<>();
  private Thread thread;
  private boolean open = true;

  /**
   * Opens a device.
   *
   * @param ptxOfKernel from the name of a kernel to the text of the PTX module that has it
   * @throws CudaException if the driver fails; nothing is held then
   */
  public DriverRuntime(CudaDevice device, UnaryOperator<String> ptxOfKernel) {
    this(device, ptxOfKernel, PinnedMemory.MAX_BYTES);
  }

  /**
   * Opens a device that pins host memory in pieces of a size.
   *
   * @param pinnedPieceBytes from 1 to {@link PinnedMemory#MAX_BYTES}
   */
  DriverRuntime(CudaDevice device, UnaryOperator<String> ptxOfKernel, long pinnedPieceBytes) {
    if (pinnedPieceBytes < 1 || pinnedPieceBytes > PinnedMemory.MAX_BYTES) {
      throw new IllegalArgumentException(
          "pieces of %d bytes of pinned memory: 1 to %d are needed"
              .formatted(pinnedPieceBytes, PinnedMemory.MAX_BYTES));
    }
    this.pinnedPieceBytes = pinnedPieceBytes;
    calls = new DriverCalls(device);
    calls.check(
        cuCtxCreate(context, CUctx_flags.CU_CTX_SCHED_AUTO, CudaDevice.handle(device.number())),
        "creating a context");
    thread = Thread.currentThread();
    try {
      modules = new Modules(calls, ptxOfKernel);
      stream = new Stream(calls);
      uploads = new Stream(calls);
      staging = new Staging(calls, stream);
    } catch (RuntimeException e) {
      throw Failures.closing(this, e);
    }
  }

  /** The device itself. */
  public CudaDevice device() {
    return calls.device();
  }

  @Override
  public String name() {
    return "%s, compute capability %.1f".formatted(device().name(), device().capability() / 10.0);
  }

  @Override
  public int multiprocessors() {
    return device().multiprocessors();
  }

  @Override
  public int maxSharedBytes() {
    return device().maxSharedBytes();
  }

  @Override
  public long allocate(long bytes) {
    attach();
    DevicePointer pointer = new DevicePointer();
    try {
      calls.check(cuMemAlloc(pointer, bytes), "allocating %d MiB", toMebibytes(bytes));
    } catch (CudaException.OutOfMemory e) {
      throw new CudaException.OutOfMemory(
          "%s: %s; use a smaller size, fewer frames or --vae-tiling"
              .formatted(e.getMessage(), describeMemory()));
    }
    return pointer.address();
  }

  private String describeMemory() {
    long[] total = new long[1];
    long free = freeBytes(total);
    return "%d of %d MiB are free".formatted(free >> 20, total[0] >> 20);
  }

  private long freeBytes(long[] total) {
    long[] free = new long[1];
    calls.check(cuMemGetInfo(free, total), "asking for free memory");
    return free[0];
  }

  @Override
  public long freeBytes() {
    attach();
    return freeBytes(new long[1]);
  }

  private static long toMebibytes(long bytes) {
    return (bytes + (1 << 20) - 1) >> 20;
  }

  @Override
  public void free(long address) {
    attach();
    if (!calls.isLost()) {
      stream.synchronize();
      uploads.synchronize();
      calls.check(cuMemFree(DevicePointer.at(address)), "releasing memory");
    }
  }

  @Override
  public void copyToDevice(long address, MemorySegment from) {
    attach();
    staging.copyToDevice(address, from);
  }

  @Override
  public void copyToHost(MemorySegment to, long address) {
    attach();
    staging.copyToHost(to, address);
  }

  @Override
  public void copyOnDevice(long to, long from, long bytes) {
    attach();
    stream.copyOnDevice(to, from, bytes);
  }

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
    attach();
    CUfunction function = modules.kernel(kernel, sharedBytes, arguments);
    calls.launched(kernel);
    calls.check(
        cuLaunchKernel(
            function,
            gridX,
            gridY,
            gridZ,
            blockX,
            blockY,
            blockZ,
            sharedBytes,
            stream.handle(),
            this.arguments.write(arguments),
            null),
        "launching %s with a grid of %dx%dx%d",
        kernel,
        gridX,
        gridY,
        gridZ);
  }

  @Override
  public List<MemorySegment> pin(long bytes) {
    attach();
    List<MemorySegment> pieces = new ArrayList<>();
    try {
      for (long begin = 0; begin < bytes; begin += pinnedPieceBytes) {
        PinnedMemory piece = new PinnedMemory(calls, Math.min(pinnedPieceBytes, bytes - begin));
        pinned.put(piece.segment().address(), piece);
        pieces.add(piece.segment());
      }
    } catch (RuntimeException e) {
      throw Failures.closing(() -> pieces.forEach(this::unpin), e);
    }
    return pieces;
  }

  @Override
  public void unpin(MemorySegment piece) {
    attach();
    if (!calls.isLost()) {
      uploads.synchronize();
      pinned.remove(piece.address()).close();
    }
  }

  @Override
  public Upload startUpload(long address, List<MemorySegment> pinned) {
    attach();
    // Events may go as soon as waiting for them has been queued.
    try (DeviceEvent launched = DeviceEvent.untimed(calls)) {
      stream.record(launched);
      uploads.waitFor(launched);
    }
    long position = address;
    for (MemorySegment part : pinned) {
      uploads.copyToDevice(position, part);
      position += part.byteSize();
    }
    return () -> {
      attach();
      try (DeviceEvent uploaded = DeviceEvent.untimed(calls)) {
        uploads.record(uploaded);
        stream.waitFor(uploaded);
      }
    };
  }

  @Override
  public Limits limits() {
    return new Limits(device().tensorFlops(), device().memoryBytesPerSecond());
  }

  @Override
  public boolean hasClock() {
    return true;
  }

  @Override
  public Mark mark() {
    attach();
    DeviceEvent event = DeviceEvent.timed(calls);
    try {
      stream.record(event);
    } catch (RuntimeException e) {
      throw Failures.closing(event, e);
    }
    return new EventMark(event);
  }

  private record EventMark(DeviceEvent event) implements Mark {
    @Override
    public double secondsSince(Mark earlier) {
      event.await();
      return event.secondsSince(((EventMark) earlier).event);
    }

    @Override
    public void close() {
      event.close();
    }
  }

  @Override
  public void synchronize() {
    attach();
    stream.synchronize();
  }

  /** cuBLAS, working on the stream of the kernels. */
  Cublas openCublas(NativeLibrary library) {
    attach();
    return new Cublas(library, device(), stream);
  }

  /** cuDNN, working on the stream of the kernels. */
  Cudnn openCudnn(NativeLibrary library) {
    attach();
    return new Cudnn(library, device(), stream);
  }

  /** The driver keeps a current context for each thread. */
  private void attach() {
    if (thread != Thread.currentThread()) {
      calls.check(cuCtxSetCurrent(context), "attaching a thread");
      thread = Thread.currentThread();
    }
  }

  /** The context takes everything along: memory, streams, events and modules. */
  @Override
  public void close() {
    if (open) {
      open = false;
      // A lost device can't be released in any better way, and its loss has been reported.
      int status = cuCtxDestroy(context);
      if (!calls.isLost()) {
        calls.check(status, "releasing the context");
      }
    }
  }
}
