package io.zoetrope.kernels.cuda.driver;

import static jcuda.driver.JCudaDriver.cuEventRecord;
import static jcuda.driver.JCudaDriver.cuMemcpyDtoDAsync;
import static jcuda.driver.JCudaDriver.cuMemcpyDtoHAsync;
import static jcuda.driver.JCudaDriver.cuMemcpyHtoDAsync;
import static jcuda.driver.JCudaDriver.cuStreamCreate;
import static jcuda.driver.JCudaDriver.cuStreamSynchronize;
import static jcuda.driver.JCudaDriver.cuStreamWaitEvent;

import java.lang.foreign.MemorySegment;
import jcuda.driver.CUstream;
import jcuda.driver.CUstream_flags;

/**
 * Work that a device does in order, while the host goes on. Host memory must be pinned and stay
 * unchanged until the work is done. Released with its context.
 */
final class Stream {
  private final DriverCalls calls;
  private final CUstream stream = new CUstream();

  Stream(DriverCalls calls) {
    this.calls = calls;
    calls.check(cuStreamCreate(stream, CUstream_flags.CU_STREAM_NON_BLOCKING), "creating a stream");
  }

  CUstream handle() {
    return stream;
  }

  void copyToDevice(long address, MemorySegment from) {
    calls.check(
        cuMemcpyHtoDAsync(
            DevicePointer.at(address), new HostPointer(from), from.byteSize(), stream),
        "copying %d bytes to the device",
        from.byteSize());
  }

  void copyToHost(MemorySegment to, long address) {
    calls.check(
        cuMemcpyDtoHAsync(new HostPointer(to), DevicePointer.at(address), to.byteSize(), stream),
        "copying %d bytes from the device",
        to.byteSize());
  }

  void copyOnDevice(long to, long from, long bytes) {
    calls.check(
        cuMemcpyDtoDAsync(DevicePointer.at(to), DevicePointer.at(from), bytes, stream),
        "copying %d bytes on the device",
        bytes);
  }

  /** Moves an event here: it is reached when all work so far is done. */
  void record(DeviceEvent event) {
    calls.check(cuEventRecord(event.handle(), stream), "recording an event");
  }

  /** Lets later work of this stream wait for an event of another one. */
  void waitFor(DeviceEvent event) {
    calls.check(cuStreamWaitEvent(stream, event.handle(), 0), "waiting for an event");
  }

  /** Lets the host wait until all work is done. */
  void synchronize() {
    calls.check(cuStreamSynchronize(stream), "waiting for the device");
  }
}
