package io.zoetrope.ops;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class BackendProviderTest {
  @Test
  void opensDevicesByName() {
    assertInstanceOf(ReferenceBackend.class, BackendProvider.open("reference", 0));
    assertTrue(BackendProvider.computesInJava("reference"));
    var error =
        assertThrows(DeviceUnavailableException.class, () -> BackendProvider.open("abacus", 0));
    assertEquals("device 'abacus' is unknown: this installation has reference", error.getMessage());
  }
}
