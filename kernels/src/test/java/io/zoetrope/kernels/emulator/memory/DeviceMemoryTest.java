package io.zoetrope.kernels.emulator.memory;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zoetrope.kernels.emulator.Arguments;
import io.zoetrope.kernels.emulator.Emulator;
import io.zoetrope.kernels.emulator.PtxModule;
import io.zoetrope.kernels.emulator.Snippet;
import io.zoetrope.kernels.emulator.fault.DeviceMemoryException;
import io.zoetrope.kernels.emulator.fault.InvalidLaunchException;
import io.zoetrope.kernels.emulator.machine.EmulatorOptions;
import io.zoetrope.kernels.emulator.machine.PtxKernel;
import io.zoetrope.kernels.emulator.report.Grid;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;

class DeviceMemoryTest {
  private final DeviceMemory memory = new DeviceMemory(10_000);

  private int[] read(long address, int count) {
    int[] values = new int[count];
    memory.read(address, MemorySegment.ofArray(values));
    return values;
  }

  @Test
  void allocationsAreApartAndStartAsGarbage() {
    long first = memory.allocate(100);
    long second = memory.allocate(300);
    assertEquals(0, first % 256);
    assertEquals(0, second % 256);
    assertTrue(second >= first + 100 + 256);
    assertArrayEquals(new int[] {-1, -1}, read(first, 2));
    assertEquals(400, memory.used());
    memory.free(first);
    assertEquals(300, memory.used());
    assertEquals(1, memory.allocations());
    assertNotEquals(first, memory.allocate(100));
  }

  @Test
  void copies() {
    long a = memory.allocate(64);
    long b = memory.allocate(64);
    memory.write(a + 8, MemorySegment.ofArray(new int[] {1, 2, 3}));
    memory.copy(b, a + 12, 8);
    assertArrayEquals(new int[] {2, 3, -1}, read(b, 3));
    memory.memset(b + 4, 0x12345678, 2, 3);
    assertArrayEquals(new int[] {2, 0x56785678, 0xFFFF5678}, read(b, 3));
    memory.copy(a + 8, a + 12, 8);
    assertArrayEquals(new int[] {2, 3, 3}, read(a + 8, 3));
  }

  @Test
  void outOfMemoryIsTold() {
    memory.allocate(9_000);
    DeviceMemoryException full =
        assertThrows(DeviceMemoryException.class, () -> memory.allocate(1_001));
    assertTrue(full.outOfMemory());
    assertEquals(
        "out of device memory: 1001 bytes asked for, 9000 of 10000 in use", full.getMessage());
    assertFalse(assertThrows(DeviceMemoryException.class, () -> memory.allocate(0)).outOfMemory());
  }

  @Test
  void wrongAddressesAreRefused() {
    long a = memory.allocate(64);
    assertThrows(DeviceMemoryException.class, () -> memory.free(a + 1));
    assertThrows(DeviceMemoryException.class, () -> read(a + 60, 2));
    assertThrows(DeviceMemoryException.class, () -> memory.memset(a, 0, 4, 17));
    assertThrows(DeviceMemoryException.class, () -> memory.copy(a, a + 32, 33));
    memory.free(a);
    assertThrows(DeviceMemoryException.class, () -> memory.free(a));
    assertThrows(DeviceMemoryException.class, () -> read(a, 1));
  }

  @Test
  void launchesAreChecked() {
    PtxKernel kernel =
        PtxModule.parse(new Snippet("").text().replace("{\n.reg", ".maxntid 64\n{\n.reg"))
            .kernel("snippet");
    Emulator emulator = new Emulator(memory, EmulatorOptions.STRICT);
    assertThrows(
        InvalidLaunchException.class,
        () -> emulator.launch(kernel, Grid.of(1, 65), 0, Arguments.of(0, 0)));
    assertThrows(
        InvalidLaunchException.class,
        () -> emulator.launch(kernel, Grid.of(1, 64), 1 << 20, Arguments.of(0, 0)));
    assertThrows(
        InvalidLaunchException.class,
        () -> emulator.launch(kernel, Grid.of(1, 64), 0, Arguments.of(0)));
    assertThrows(InvalidLaunchException.class, () -> Grid.of(0, 64));
    assertThrows(InvalidLaunchException.class, () -> Grid.of(1, 1025));
  }
}
