package io.zoetrope.kernels.cuda.driver;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static jcuda.driver.JCudaDriver.cuFuncSetAttribute;
import static jcuda.driver.JCudaDriver.cuModuleGetFunction;
import static jcuda.driver.JCudaDriver.cuModuleLoadDataEx;

import io.zoetrope.kernels.cuda.runtime.CudaException;
import io.zoetrope.kernels.cuda.runtime.KernelSignature;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.Map;
import java.util.function.UnaryOperator;
import jcuda.driver.CUfunction;
import jcuda.driver.CUfunction_attribute;
import jcuda.driver.CUjit_option;
import jcuda.driver.CUmodule;
import jcuda.driver.CUresult;

/** Kernels by name. A module is compiled by the driver when the first of its kernels is wanted. */
final class Modules {
  private static final long LOG_BYTES = 16 << 10;

  /** A kernel, what it takes, and how much dynamic shared memory it is allowed so far. */
  private static final class Kernel {
    private final CUfunction function;
    private final KernelSignature signature;
    private int sharedBytes;

    Kernel(CUfunction function, KernelSignature signature) {
      this.function = function;
      this.signature = signature;
    }
  }

  private final DriverCalls calls;
  private final UnaryOperator<String> ptxOfKernel;
  private final Map<String, CUmodule> modules = new HashMap<>();
  private final Map<String, Kernel> kernels = new HashMap<>();

  /**
   * Modules of a device.
   *
   * @param ptxOfKernel from the name of a kernel to the text of the module that has it
   */
  Modules(DriverCalls calls, UnaryOperator<String> ptxOfKernel) {
    this.calls = calls;
    this.ptxOfKernel = ptxOfKernel;
  }

  /**
   * Returns a kernel that may be launched with so much dynamic shared memory, and with these
   * arguments.
   *
   * @throws IllegalArgumentException for arguments that the kernel does not take
   */
  CUfunction kernel(String name, int sharedBytes, Object... arguments) {
    Kernel kernel = kernels.computeIfAbsent(name, this::find);
    kernel.signature.check(arguments);
    // Beyond 48 KiB, static memory included, the driver wants to be told.
    if (sharedBytes > kernel.sharedBytes) {
      calls.check(
          cuFuncSetAttribute(
              kernel.function,
              CUfunction_attribute.CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES,
              sharedBytes),
          "allowing kernel %s %d bytes of shared memory",
          name,
          sharedBytes);
      kernel.sharedBytes = sharedBytes;
    }
    return kernel.function;
  }

  private Kernel find(String name) {
    String text = ptxOfKernel.apply(name);
    CUmodule module = modules.computeIfAbsent(text, ptx -> load(name, ptx));
    CUfunction function = new CUfunction();
    calls.check(cuModuleGetFunction(function, module, name), "looking for kernel %s", name);
    return new Kernel(function, KernelSignature.read(name, text));
  }

  private CUmodule load(String kernel, String ptx) {
    CUmodule module = new CUmodule();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment log = arena.allocate(LOG_BYTES);
      // The values of options are pointers, or numbers in their place.
      MemorySegment values = arena.allocate(ADDRESS, 2);
      values.setAtIndex(ADDRESS, 0, log);
      values.setAtIndex(ADDRESS, 1, MemorySegment.ofAddress(LOG_BYTES));
      int[] options = {
        CUjit_option.CU_JIT_ERROR_LOG_BUFFER, CUjit_option.CU_JIT_ERROR_LOG_BUFFER_SIZE_BYTES
      };
      int status =
          cuModuleLoadDataEx(
              module,
              new HostPointer(arena.allocateFrom(ptx)),
              options.length,
              options,
              new HostPointer(values));
      if (status == CUresult.CUDA_ERROR_INVALID_PTX) {
        throw new CudaException(
            "compiling the module of kernel %s on %s failed: %s"
                .formatted(kernel, calls.device(), log.getString(0).strip()));
      }
      calls.check(status, "compiling the module of kernel %s", kernel);
    }
    return module;
  }
}
