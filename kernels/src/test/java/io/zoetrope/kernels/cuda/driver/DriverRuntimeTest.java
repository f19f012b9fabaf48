package io.zoetrope.kernels.cuda.driver;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.zoetrope.kernels.cuda.PtxLibrary;
import io.zoetrope.kernels.cuda.standin.StandInDriver;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;

class DriverRuntimeTest {
  @Test
  void copies() {
    StandInDriver standIn = StandInDriver.start();
    CudaDriver driver = CudaDriver.open();
    System.out.println(driver.version() + " " + driver.devices());
    try (DriverRuntime runtime = new DriverRuntime(driver.device(0), new PtxLibrary()::moduleOf)) {
      byte[] bytes = new byte[20 << 20];
      new java.util.Random(1).nextBytes(bytes);
      long a = runtime.allocate(bytes.length);
      long b = runtime.allocate(bytes.length);
      runtime.copyToDevice(a, MemorySegment.ofArray(bytes));
      runtime.copyOnDevice(b, a, bytes.length);
      byte[] back = new byte[bytes.length];
      runtime.copyToHost(MemorySegment.ofArray(back), b);
      assertEquals(-1, MemorySegment.ofArray(bytes).mismatch(MemorySegment.ofArray(back)));
      runtime.launch("rope", 1, 1, 1, 256, 1, 1, 0, a, 1, a, b, b, 2, 64);
      runtime.synchronize();
    }
  }
}
