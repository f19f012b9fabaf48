package io.zoetrope.kernels.cuda.emulated;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.zoetrope.kernels.cuda.runtime.CudaException;
import io.zoetrope.kernels.cuda.runtime.CudaRuntime;
import io.zoetrope.kernels.cuda.runtime.KernelSignature;
import io.zoetrope.kernels.cuda.runtime.PtxLibrary;
import io.zoetrope.kernels.emulator.Emulator;
import io.zoetrope.kernels.emulator.PtxModule;
import io.zoetrope.kernels.emulator.fault.DeviceMemoryException;
import io.zoetrope.kernels.emulator.machine.EmulatorOptions;
import io.zoetrope.kernels.emulator.machine.PtxKernel;
import io.zoetrope.kernels.emulator.memory.DeviceMemory;
import io.zoetrope.kernels.emulator.parser.KernelParameter;
import io.zoetrope.kernels.emulator.report.Grid;
import io.zoetrope.kernels.emulator.report.LaunchReport;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Function;

/** The emulator as a device. Everything has ended when a call returns. */
public class EmulatedRuntime implements CudaRuntime {
  /** What the cards have that have the least, those of compute capability 8.6 and 8.9. */
  private static final int MAX_SHARED_BYTES = 99 << 10;

  private static final int MULTIPROCESSORS = 4;

  private static final PtxLibrary LIBRARY = new PtxLibrary();

  /** Modules by their text: reading one takes longer than many a launch. */
  private static final Map<String, PtxModule> MODULES = new ConcurrentHashMap<>();

  private final DeviceMemory memory;
  private final Emulator emulator;
  private final int threads;
  private final Function<String, PtxModule> moduleOfKernel;
  private final Map<String, KernelSignature> signatures = new HashMap<>();
  private Consumer<LaunchReport> watcher = _ -> {};

  /**
   * A device with the kernels of {@link PtxLibrary}.
   *
   * @param threads of the host that run blocks
   * @param capacity bytes of device memory, which lies on the Java heap
   */
  public EmulatedRuntime(int threads, long capacity) {
    this(threads, capacity, EmulatedRuntime::libraryModule);
  }

  /**
   * A device with other kernels.
   *
   * @param threads of the host that run blocks
   * @param capacity bytes of device memory, which lies on the Java heap
   * @param moduleOfKernel from the name of a kernel to the module that has it
   */
  public EmulatedRuntime(int threads, long capacity, Function<String, PtxModule> moduleOfKernel) {
    this.threads = threads;
    this.moduleOfKernel = moduleOfKernel;
    memory = new DeviceMemory(capacity);
    emulator = new Emulator(memory, EmulatorOptions.STRICT.withThreads(threads));
  }

  /** The module of {@link PtxLibrary} that has a kernel. */
  public static PtxModule libraryModule(String kernel) {
    return MODULES.computeIfAbsent(LIBRARY.moduleOf(kernel), PtxModule::parse);
  }

  @Override
  public String name() {
    return "PTX emulator, %d threads".formatted(threads);
  }

  @Override
  public int multiprocessors() {
    return MULTIPROCESSORS;
  }

  @Override
  public int maxSharedBytes() {
    return MAX_SHARED_BYTES;
  }

  @Override
  public long allocate(long bytes) {
    try {
      return memory.allocate(bytes);
    } catch (DeviceMemoryException e) {
      throw new CudaException.OutOfMemory(
          "%s: %s; give Java more memory with ZOETROPE_JAVA_OPTIONS=-Xmx..., or use a smaller size"
              .formatted(name(), e.getMessage()));
    }
  }

  @Override
  public void free(long address) {
    memory.free(address);
  }

  @Override
  public void copyToDevice(long address, MemorySegment from) {
    memory.write(address, from);
  }

  @Override
  public void copyToHost(MemorySegment to, long address) {
    memory.read(address, to);
  }

  @Override
  public void copyOnDevice(long to, long from, long bytes) {
    memory.copy(to, from, bytes);
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
    PtxKernel entry = moduleOfKernel.apply(kernel).kernel(kernel);
    watcher.accept(
        emulator.launch(
            entry,
            Grid.of(gridX, gridY, gridZ, blockX, blockY, blockZ),
            sharedBytes,
            parameters(entry, arguments)));
  }

  /** Lets somebody hear of every launch from now on, for profiles. */
  public final void watch(Consumer<LaunchReport> newWatcher) {
    watcher = newWatcher;
  }

  private MemorySegment parameters(PtxKernel kernel, Object... arguments) {
    signatures.computeIfAbsent(kernel.name(), _ -> signature(kernel)).check(arguments);
    // Of longs, so that every value is aligned.
    MemorySegment buffer =
        MemorySegment.ofArray(new long[Math.ceilDiv(kernel.parameterBytes(), Long.BYTES)]);
    for (int i = 0; i < arguments.length; i++) {
      KernelParameter parameter = kernel.parameters().get(i);
      MemorySegment place = buffer.asSlice(parameter.offset(), parameter.bytes());
      switch (arguments[i]) {
        case Long value -> place.set(JAVA_LONG, 0, value);
        case Integer value -> place.set(JAVA_INT, 0, value);
        case Float value -> place.set(JAVA_FLOAT, 0, value);
        case long[] structure -> place.copyFrom(MemorySegment.ofArray(structure));
        default -> throw new AssertionError(arguments[i]);
      }
    }
    return buffer.asSlice(0, kernel.parameterBytes());
  }

  private static KernelSignature signature(PtxKernel kernel) {
    List<KernelSignature.Parameter> parameters =
        kernel.parameters().stream()
            .map(parameter ->
                new KernelSignature.Parameter(
                    parameter.name(),
                    parameter.type().name().toLowerCase(Locale.ROOT),
                    parameter.bytes()))
            .toList();
    return new KernelSignature(kernel.name(), parameters).named();
  }

  @Override
  public long freeBytes() {
    return memory.capacity() - memory.used();
  }

  @Override
  public List<MemorySegment> pin(long bytes) {
    return List.of(Arena.ofAuto().allocate(bytes, Long.BYTES));
  }

  @Override
  public void unpin(MemorySegment piece) {
    // Goes when it is unreachable.
  }

  @Override
  public Upload startUpload(long address, List<MemorySegment> pinned) {
    long position = address;
    for (MemorySegment part : pinned) {
      memory.write(position, part);
      position += part.byteSize();
    }
    return () -> {};
  }

  @Override
  public Limits limits() {
    return new Limits(0, 0);
  }

  @Override
  public boolean hasClock() {
    return false;
  }

  /** The time of the host, which is the emulator's. */
  @Override
  public Mark mark() {
    return new HostMark(System.nanoTime());
  }

  private record HostMark(long nanos) implements Mark {
    @Override
    public double secondsSince(Mark earlier) {
      return (nanos - ((HostMark) earlier).nanos) / 1e9;
    }

    @Override
    public void close() {
      // Nothing is held.
    }
  }

  @Override
  public void synchronize() {
    // Nothing is under way.
  }

  @Override
  public void close() {
    // All is on the Java heap.
  }
}
