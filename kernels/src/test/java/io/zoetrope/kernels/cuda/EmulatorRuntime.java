package io.zoetrope.kernels.cuda;

import io.zoetrope.kernels.emulator.DeviceMemory;
import io.zoetrope.kernels.emulator.Emulator;
import io.zoetrope.kernels.emulator.EmulatorOptions;
import io.zoetrope.kernels.emulator.Grid;
import io.zoetrope.kernels.emulator.KernelParameter;
import io.zoetrope.kernels.emulator.PtxKernel;
import io.zoetrope.kernels.emulator.PtxModule;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;

/** The emulator as a device with the limits of an RTX 4090 and few multiprocessors. */
final class EmulatorRuntime implements CudaRuntime {
  private static final long MEMORY = 1L << 30;
  private static final int MULTIPROCESSORS = 4;
  private static final int SHARED_BYTES = 99 << 10;

  private static final PtxLibrary LIBRARY = new PtxLibrary();

  /** Modules by their text: decoding takes longer than many a test. */
  private static final Map<String, PtxModule> MODULES = new ConcurrentHashMap<>();

  private final DeviceMemory memory = new DeviceMemory(MEMORY);
  private final Emulator emulator = new Emulator(memory, EmulatorOptions.STRICT.withThreads(2));
  private final Map<String, PtxModule> replaced;
  private final Set<String> launched = new TreeSet<>();

  /** A device with the kernels of the library. */
  EmulatorRuntime() {
    this(Map.of());
  }

  /** A device with other modules for some kernels, by the kernel's name. */
  EmulatorRuntime(Map<String, PtxModule> replaced) {
    this.replaced = replaced;
  }

  /** Kernels that were launched so far. */
  Set<String> launched() {
    return launched;
  }

  @Override
  public String name() {
    return "emulator";
  }

  @Override
  public int multiprocessors() {
    return MULTIPROCESSORS;
  }

  @Override
  public int maxSharedBytes() {
    return SHARED_BYTES;
  }

  @Override
  public long allocate(long bytes) {
    return memory.allocate(bytes);
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
      String name,
      int gridX,
      int gridY,
      int gridZ,
      int blockX,
      int blockY,
      int blockZ,
      int sharedBytes,
      Object... arguments) {
    launched.add(name);
    PtxModule module = replaced.get(name);
    if (module == null) {
      module = MODULES.computeIfAbsent(LIBRARY.moduleOf(name), PtxModule::parse);
    }
    PtxKernel kernel = module.kernel(name);
    emulator.launch(
        kernel,
        Grid.of(gridX, gridY, gridZ, blockX, blockY, blockZ),
        sharedBytes,
        buffer(kernel, arguments));
  }

  private static MemorySegment buffer(PtxKernel kernel, Object... arguments) {
    List<KernelParameter> parameters = kernel.parameters();
    if (parameters.size() != arguments.length) {
      throw new IllegalArgumentException(
          "%s has %d parameters, not %d"
              .formatted(kernel.name(), parameters.size(), arguments.length));
    }
    MemorySegment buffer = MemorySegment.ofArray(new long[kernel.parameterBytes() / 8 + 1]);
    for (int i = 0; i < arguments.length; i++) {
      MemorySegment at = buffer.asSlice(parameters.get(i).offset(), parameters.get(i).bytes());
      switch (arguments[i]) {
        case Long value -> at.set(ValueLayout.JAVA_LONG, 0, value);
        case Integer value when at.byteSize() == 4 -> at.set(ValueLayout.JAVA_INT, 0, value);
        case Float value when at.byteSize() == 4 -> at.set(ValueLayout.JAVA_FLOAT, 0, value);
        case long[] structure when at.byteSize() == 8L * structure.length ->
            at.copyFrom(MemorySegment.ofArray(structure));
        default ->
            throw new IllegalArgumentException(
                "%s: parameter %d has %d bytes, the argument is %s"
                    .formatted(kernel.name(), i, at.byteSize(), arguments[i]));
      }
    }
    return buffer;
  }

  @Override
  public void synchronize() {}

  @Override
  public void close() {}
}
