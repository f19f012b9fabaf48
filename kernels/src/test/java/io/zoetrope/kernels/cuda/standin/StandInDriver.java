package io.zoetrope.kernels.cuda.standin;

import io.zoetrope.files.PrivateFolder;
import io.zoetrope.kernels.emulator.fault.DeviceMemoryException;
import io.zoetrope.kernels.emulator.fault.InvalidLaunchException;
import io.zoetrope.kernels.emulator.fault.KernelFault;
import io.zoetrope.kernels.emulator.fault.PtxLoadException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntPredicate;

/**
 * What a driver does, over the PTX emulator: devices, contexts, memory, streams, modules, launches.
 * Stricter than a real one: asynchronous copies want pinned memory, and work is done as late as
 * possible, with all sanitizers of the emulator.
 *
 * <p>The library is loaded once in a process; every test starts a driver of its own behind it.
 */
public final class StandInDriver {
  private static final int SUCCESS = 0;
  private static final int JIT_ERROR_LOG_BUFFER = 5;

  /** What a lost context still answers. */
  private static final Set<String> UNAFFECTED =
      Set.of("cuCtxDestroy_v2", "cuCtxCreate_v2", "cuInit", "cuDeviceGetCount");

  /** What a library does with a lost context, too, though it reports the loss. */
  private static final Set<String> LIBRARY_RELEASES =
      Set.of(
          "cublasDestroy_v2",
          "cudnnDestroy",
          "cudnnDestroyTensorDescriptor",
          "cudnnDestroyFilterDescriptor",
          "cudnnDestroyConvolutionDescriptor");

  private static Path folder;
  private static volatile StandInDriver current;

  /** A failure that a test wants: of the call after so many of the same function. */
  private static final class Failure {
    private final int status;
    private int callsBefore;

    Failure(int status, int callsBefore) {
      this.status = status;
      this.callsBefore = callsBefore;
    }
  }

  private final StreamOrder order;
  private final int version;
  private final List<StandInCard> cards;
  private final Map<String, Failure> failures = new HashMap<>();
  private final Set<String> failingKernels = new HashSet<>();
  private final Set<String> kernelsRun = new HashSet<>();
  private final Map<String, IntPredicate> ignored = new HashMap<>();
  private final List<String> calls = new ArrayList<>();
  private final List<String> errors = new ArrayList<>();
  private final StandInBlas blas = new StandInBlas(this);
  private final StandInDnn dnn = new StandInDnn(this);
  private StandInContext context;
  private long abandonedBytes;
  private int stickyStatus;
  private long nextHandle = 0x1000;

  private StandInDriver(StreamOrder order, int version, List<StandInCard> cards) {
    this.order = order;
    this.version = version;
    this.cards = cards;
  }

  /** A driver for CUDA 12.6 with one usual card. */
  public static StandInDriver start() {
    return start(StreamOrder.LATEST, 12_060, StandInCard.USUAL);
  }

  /** A driver of a version, 1000 major + 10 minor, with any number of cards. */
  public static StandInDriver start(StreamOrder order, int version, StandInCard... cards) {
    loadLibraries();
    current = new StandInDriver(order, version, List.of(cards));
    return current;
  }

  /** Where this process keeps its compiled libraries. */
  static synchronized Path folder() {
    if (folder == null) {
      try {
        folder = PrivateFolder.fresh("standin");
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return folder;
  }

  private static synchronized void loadLibraries() {
    if (current == null) {
      for (String name : List.of("libcuda.so.1", "libcublas.so.12", "libcudnn.so.8")) {
        StandInLibrary.compile(folder(), name, name, Set.of()).load(call -> current.handle(call));
      }
    }
  }

  // ---------------------------------------------------------------- what tests ask for

  /** Lets a function fail after so many calls that succeed. */
  public void fail(String function, int status, int callsBefore) {
    failures.put(function, new Failure(status, callsBefore));
  }

  /** Lets a function do nothing, and say that it has. */
  public void ignore(String function) {
    ignored.put(function, _ -> true);
  }

  /**
   * Lets every second call of a function do nothing, and say that it has.
   *
   * @param first how many calls from now on still do something before, 0 or 1
   */
  public void ignoreEverySecond(String function, int first) {
    int before = Collections.frequency(calls, function);
    ignored.put(function, call -> (call - before) % 2 == first);
  }

  /** Ends what {@link #fail}, {@link #ignore} and {@link #ignoreEverySecond} began. */
  public void heed(String function) {
    failures.remove(function);
    ignored.remove(function);
  }

  private boolean isIgnored(String function) {
    IntPredicate wanted = ignored.get(function);
    return wanted != null && wanted.test(Collections.frequency(calls, function) - 1);
  }

  /** Lets a kernel fail whenever it runs. */
  public void failKernel(String kernel) {
    failingKernels.add(kernel);
  }

  /** Names of the kernels that ran so far. */
  public Set<String> kernelsRun() {
    return kernelsRun;
  }

  /** The functions called so far. */
  public List<String> calls() {
    return calls;
  }

  /** Why calls failed. */
  public List<String> errors() {
    return errors;
  }

  /** Whether a context is open. */
  public boolean hasContext() {
    return context != null;
  }

  /** Bytes of device memory in use; none once the context is gone. */
  public long usedBytes() {
    return context == null ? 0 : context.memory().used();
  }

  /** Bytes of device memory that were still in use when the last context was destroyed. */
  public long abandonedBytes() {
    return abandonedBytes;
  }

  /** Pieces of host memory that are pinned; none once the context is gone. */
  public int pinnedBlocks() {
    return context == null ? 0 : context.pinned().count();
  }

  /** The version that cuDNN says it has, e.g. 8906. */
  public void setCudnnVersion(int cudnnVersion) {
    dnn.setVersion(cudnnVersion);
  }

  /** Lets the products of cuBLAS be off by a factor. */
  public void falsifyCublas(float factor) {
    blas.falsify(factor);
  }

  /** Handles and descriptors of cuBLAS and cuDNN that were not given back. */
  public int libraryObjects() {
    return blas.handles() + dnn.objects();
  }

  /**
   * A library that lacks a function; it is not loaded. Returns its file.
   *
   * @param library e.g. {@code "libcuda.so.1"}
   */
  public static String compileWithout(String library, String function) {
    String name = library.replace(".so", "-without-" + function + ".so");
    return StandInLibrary.compile(folder(), library, name, Set.of(function)).file().toString();
  }

  // ---------------------------------------------------------------- calls

  private int handle(NativeCall call) {
    calls.add(call.function());
    try {
      Failure failure = failures.get(call.function());
      if (failure != null && failure.callsBefore-- <= 0) {
        throw new StandInError(failure.status, call.function() + " was to fail");
      }
      if (stickyStatus != SUCCESS && !UNAFFECTED.contains(call.function())) {
        if (LIBRARY_RELEASES.contains(call.function())) {
          dispatch(call);
        }
        return stickyStatus;
      }
      return isIgnored(call.function()) ? SUCCESS : dispatch(call);
    } catch (StandInError e) {
      return failed(call, e, e.status());
    } catch (KernelFault e) {
      return failed(call, e, StandInContext.status(e));
    } catch (DeviceMemoryException e) {
      return failed(
          call, e, e.outOfMemory() ? StandInError.OUT_OF_MEMORY : StandInError.ILLEGAL_ADDRESS);
    } catch (InvalidLaunchException e) {
      return failed(call, e, StandInError.INVALID_VALUE);
    } catch (Throwable e) {
      // An exception can't pass through native code.
      return failed(call, e, StandInError.UNKNOWN);
    }
  }

  private int failed(NativeCall call, Throwable cause, int status) {
    errors.add(call.function() + ": " + cause);
    // A launch that asks for too much is refused before it harms anything.
    if (status >= StandInError.ILLEGAL_ADDRESS
        && status <= StandInError.LAUNCH_FAILED
        && status != StandInError.LAUNCH_OUT_OF_RESOURCES) {
      stickyStatus = status;
    }
    return status;
  }

  private int dispatch(NativeCall call) {
    if (call.function().startsWith("cublas")) {
      return blas.dispatch(call);
    }
    if (call.function().startsWith("cudnn")) {
      return dnn.dispatch(call);
    }
    switch (call.function()) {
      case "cuInit" -> {
        if (cards.isEmpty()) {
          return StandInError.NO_DEVICE;
        }
      }
      case "cuDriverGetVersion" -> call.putInt(0, version);
      case "cuDeviceGetCount" -> call.putInt(0, cards.size());
      case "cuDeviceGet" -> {
        if (call.intAt(1) >= cards.size()) {
          return StandInError.INVALID_DEVICE;
        }
        call.putInt(0, call.intAt(1));
      }
      case "cuDeviceGetName" -> call.putText(0, cards.get(call.intAt(2)).name());
      case "cuDeviceGetAttribute" ->
          call.putInt(0, cards.get(call.intAt(2)).attribute(call.intAt(1)));
      case "cuCtxCreate_v2" -> {
        context = new StandInContext(cards.get(call.intAt(2)), order);
        call.putLong(0, newHandle());
      }
      case "cuCtxDestroy_v2" -> {
        abandonedBytes = requireContext().memory().used();
        requireContext().pinned().freeAll();
        context = null;
        stickyStatus = SUCCESS;
      }
      case "cuCtxSetCurrent" -> requireContext();
      default -> {
        return dispatch(requireContext(), call);
      }
    }
    return SUCCESS;
  }

  private int dispatch(StandInContext context, NativeCall call) {
    StandInStreams streams = context.streams();
    switch (call.function()) {
      case "cuMemGetInfo_v2" -> {
        call.putLong(0, context.memory().capacity() - context.memory().used());
        call.putLong(1, context.memory().capacity());
      }
      case "cuMemAlloc_v2" -> call.putLong(0, context.memory().allocate(call.longAt(1)));
      case "cuMemFree_v2" -> context.memory().free(call.longAt(0));
      case "cuMemAllocHost_v2" -> call.putLong(0, context.pinned().allocate(call.longAt(1)));
      case "cuMemFreeHost" -> context.pinned().free(call.longAt(0));
      case "cuMemcpyHtoDAsync_v2" ->
          context.copyToDevice(call.longAt(0), call.longAt(1), call.longAt(2), call.longAt(3));
      case "cuMemcpyDtoHAsync_v2" ->
          context.copyToHost(call.longAt(0), call.longAt(1), call.longAt(2), call.longAt(3));
      case "cuMemcpyDtoDAsync_v2" ->
          context.copyOnDevice(call.longAt(0), call.longAt(1), call.longAt(2), call.longAt(3));
      case "cuModuleLoadDataEx" -> load(context, call);
      case "cuModuleGetFunction" -> {
        long function = newHandle();
        context.findFunction(function, call.longAt(1), call.textAt(2));
        call.putLong(0, function);
      }
      case "cuFuncSetAttribute" -> context.allowSharedBytes(call.longAt(0), call.intAt(2));
      case "cuLaunchKernel" -> context.launch(call, this::run);
      case "cuStreamCreate" -> {
        long stream = newHandle();
        streams.createStream(stream);
        call.putLong(0, stream);
      }
      case "cuStreamSynchronize" ->
          streams.synchronizeStream(context.requireStream(call.longAt(0)));
      case "cuStreamWaitEvent" ->
          streams.wait(context.requireStream(call.longAt(0)), context.requireEvent(call.longAt(1)));
      case "cuEventCreate" -> {
        long event = newHandle();
        streams.createEvent(event);
        call.putLong(0, event);
      }
      case "cuEventRecord" ->
          streams.record(
              context.requireEvent(call.longAt(0)), context.requireStream(call.longAt(1)));
      case "cuEventSynchronize" -> streams.synchronizeEvent(context.requireEvent(call.longAt(0)));
      case "cuEventElapsedTime" -> {
        float milliseconds = streams.elapsed(call.longAt(1), call.longAt(2));
        if (Float.isNaN(milliseconds)) {
          return StandInError.NOT_READY;
        }
        call.putFloat(0, milliseconds);
      }
      case "cuEventDestroy_v2" -> streams.destroyEvent(context.requireEvent(call.longAt(0)));
      default ->
          throw new StandInError(
              StandInError.NOT_SUPPORTED, "the stand-in driver lacks " + call.function());
    }
    return SUCCESS;
  }

  private void run(String kernel) {
    if (failingKernels.contains(kernel)) {
      throw new StandInError(StandInError.LAUNCH_FAILED, kernel + " was to fail");
    }
    kernelsRun.add(kernel);
  }

  private void load(StandInContext context, NativeCall call) {
    long module = newHandle();
    try {
      context.load(module, call.textAt(1));
    } catch (PtxLoadException e) {
      int[] options = call.intsAt(3, call.intAt(2));
      for (int i = 0; i < options.length; i++) {
        if (options[i] == JIT_ERROR_LOG_BUFFER) {
          NativeCall.memory(call.pointerBehind(4, i), Long.MAX_VALUE).setString(0, e.getMessage());
        }
      }
      throw new StandInError(StandInError.INVALID_PTX, e.getMessage());
    }
    call.putLong(0, module);
  }

  StandInContext requireContext() {
    if (context == null) {
      throw new StandInError(StandInError.INVALID_CONTEXT, "there is no context");
    }
    return context;
  }

  long newHandle() {
    nextHandle += 16;
    return nextHandle;
  }
}
