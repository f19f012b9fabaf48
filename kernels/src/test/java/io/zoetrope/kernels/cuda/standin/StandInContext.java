package io.zoetrope.kernels.cuda.standin;

import io.zoetrope.kernels.emulator.Emulator;
import io.zoetrope.kernels.emulator.PtxModule;
import io.zoetrope.kernels.emulator.fault.Finding;
import io.zoetrope.kernels.emulator.fault.KernelFault;
import io.zoetrope.kernels.emulator.machine.EmulatorOptions;
import io.zoetrope.kernels.emulator.machine.PtxKernel;
import io.zoetrope.kernels.emulator.memory.DeviceMemory;
import io.zoetrope.kernels.emulator.parser.KernelParameter;
import io.zoetrope.kernels.emulator.report.Grid;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/** Everything that goes when a context is destroyed. */
final class StandInContext {
  private static final long DEFAULT_SHARED_BYTES = 48 << 10;

  /** Of the host: blocks that run one after the other show every race in global memory. */
  private static final int THREADS = 1;

  /** Modules by their text: a process loads the same ones again and again. */
  private static final Map<String, PtxModule> PARSED = new ConcurrentHashMap<>();

  /** A kernel, and its limit of dynamic shared memory. */
  private static final class Function {
    private final PtxKernel kernel;
    private long sharedBytes;

    Function(PtxKernel kernel) {
      this.kernel = kernel;
      this.sharedBytes = DEFAULT_SHARED_BYTES - kernel.staticSharedBytes();
    }
  }

  private final StandInCard card;
  private final DeviceMemory memory;
  private final Emulator emulator;
  private final StandInStreams streams;
  private final PinnedBlocks pinned = new PinnedBlocks();
  private final Map<Long, PtxModule> modules = new HashMap<>();
  private final Map<Long, Function> functions = new HashMap<>();

  StandInContext(StandInCard card, StreamOrder order) {
    this.card = card;
    memory = new DeviceMemory(card.memoryBytes());
    emulator = new Emulator(memory, EmulatorOptions.STRICT.withThreads(THREADS));
    streams = new StandInStreams(order);
  }

  DeviceMemory memory() {
    return memory;
  }

  PinnedBlocks pinned() {
    return pinned;
  }

  StandInStreams streams() {
    return streams;
  }

  void load(long module, String ptx) {
    modules.put(module, PARSED.computeIfAbsent(ptx, PtxModule::parse));
  }

  void findFunction(long function, long module, String name) {
    PtxModule loaded = require(modules, module);
    if (!loaded.kernelNames().contains(name)) {
      throw new StandInError(StandInError.NOT_FOUND, "no kernel " + name);
    }
    functions.put(function, new Function(loaded.kernel(name)));
  }

  void allowSharedBytes(long function, int bytes) {
    Function allowed = require(functions, function);
    if (bytes < 0 || bytes > card.maxSharedBytes() - allowed.kernel.staticSharedBytes()) {
      throw new StandInError(
          StandInError.INVALID_VALUE,
          "%s: a block can't have %d bytes of dynamic shared memory"
              .formatted(allowed.kernel.name(), bytes));
    }
    allowed.sharedBytes = bytes;
  }

  /**
   * Queues a launch, whose arguments are read now.
   *
   * @param call of cuLaunchKernel
   * @param running is told the name of the kernel when it runs, and may let it fail
   */
  void launch(NativeCall call, Consumer<String> running) {
    Function function = require(functions, call.longAt(0));
    PtxKernel kernel = function.kernel;
    int sharedBytes = call.intAt(7);
    if (sharedBytes > function.sharedBytes) {
      throw new StandInError(
          StandInError.INVALID_VALUE,
          "%s may have %d bytes of dynamic shared memory, not %d"
              .formatted(kernel.name(), function.sharedBytes, sharedBytes));
    }
    Grid grid =
        Grid.of(
            call.intAt(1),
            call.intAt(2),
            call.intAt(3),
            call.intAt(4),
            call.intAt(5),
            call.intAt(6));
    MemorySegment parameters = MemorySegment.ofArray(new byte[kernel.parameterBytes()]);
    int number = 0;
    for (KernelParameter parameter : kernel.parameters()) {
      MemorySegment value = NativeCall.memory(call.pointerBehind(9, number++), parameter.bytes());
      parameters.asSlice(parameter.offset(), parameter.bytes()).copyFrom(value);
    }
    streams.add(
        requireStream(call.longAt(8)),
        () -> {
          running.accept(kernel.name());
          emulator.launch(kernel, grid, sharedBytes, parameters);
        });
  }

  void copyToDevice(long to, long from, long bytes, long stream) {
    MemorySegment source = pinned.range(from, bytes);
    streams.add(requireStream(stream), () -> memory.write(to, source));
  }

  void copyToHost(long to, long from, long bytes, long stream) {
    MemorySegment target = pinned.range(to, bytes);
    streams.add(requireStream(stream), () -> memory.read(from, target));
  }

  void copyOnDevice(long to, long from, long bytes, long stream) {
    streams.add(requireStream(stream), () -> memory.copy(to, from, bytes));
  }

  long requireStream(long stream) {
    return requireHandle(streams.has(stream), stream);
  }

  long requireEvent(long event) {
    return requireHandle(streams.hasEvent(event), event);
  }

  /** What a driver would say of a fault. */
  static int status(KernelFault fault) {
    return switch (fault.finding()) {
      case Finding.OUT_OF_BOUNDS -> StandInError.ILLEGAL_ADDRESS;
      case Finding.MISALIGNED -> StandInError.MISALIGNED_ADDRESS;
      default -> StandInError.LAUNCH_FAILED;
    };
  }

  private static <T> T require(Map<Long, T> objects, long handle) {
    requireHandle(objects.containsKey(handle), handle);
    return objects.get(handle);
  }

  private static long requireHandle(boolean known, long handle) {
    if (!known) {
      throw new StandInError(StandInError.INVALID_HANDLE, "no object 0x%x".formatted(handle));
    }
    return handle;
  }
}
