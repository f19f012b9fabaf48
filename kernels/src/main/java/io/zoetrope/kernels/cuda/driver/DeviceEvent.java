package io.zoetrope.kernels.cuda.driver;

import static jcuda.driver.JCudaDriver.cuEventCreate;
import static jcuda.driver.JCudaDriver.cuEventDestroy;
import static jcuda.driver.JCudaDriver.cuEventElapsedTime;
import static jcuda.driver.JCudaDriver.cuEventSynchronize;

import jcuda.driver.CUevent;
import jcuda.driver.CUevent_flags;

/** A point in the work of a stream. */
final class DeviceEvent implements AutoCloseable {
  private final DriverCalls calls;
  private final CUevent event = new CUevent();

  private DeviceEvent(DriverCalls calls, int flags) {
    this.calls = calls;
    calls.check(cuEventCreate(event, flags), "creating an event");
  }

  /** Makes an event for order alone, which is cheaper than one with the time. */
  static DeviceEvent untimed(DriverCalls calls) {
    return new DeviceEvent(calls, CUevent_flags.CU_EVENT_DISABLE_TIMING);
  }

  /** Makes an event that knows the time at which it was reached. */
  static DeviceEvent timed(DriverCalls calls) {
    return new DeviceEvent(calls, CUevent_flags.CU_EVENT_DEFAULT);
  }

  CUevent handle() {
    return event;
  }

  /** Lets the host wait until the stream has reached the event; at once if it was not recorded. */
  void await() {
    calls.check(cuEventSynchronize(event), "waiting for the device");
  }

  /** Seconds between two timed events that the stream has reached. */
  double secondsSince(DeviceEvent start) {
    float[] milliseconds = new float[1];
    calls.check(
        cuEventElapsedTime(milliseconds, start.event, event), "asking for the time of events");
    return milliseconds[0] / 1e3;
  }

  @Override
  public void close() {
    if (!calls.isLost()) {
      calls.check(cuEventDestroy(event), "releasing an event");
    }
  }
}
