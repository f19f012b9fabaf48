package io.zoetrope.ops;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DeviceSpecTest {
  @Test
  void hasNameNumberAndOptions() {
    assertEquals(new DeviceSpec("cpu", 0, Map.of()), DeviceSpec.parse("cpu"));
    assertEquals(new DeviceSpec("cuda", 3, Map.of()), DeviceSpec.parse("cuda:3"));
    assertEquals(
        new DeviceSpec("cuda", 0, Map.of("conv", "cudnn", "weights", "0.5")),
        DeviceSpec.parse("cuda,conv=cudnn,weights=0.5"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "cuda:", "cuda:-1", "cuda:1:2", "cuda,", "cuda,gemm", "cuda,gemm=", "1"})
  void refusesWhatIsMalformed(String device) {
    var error = assertThrows(DeviceUnavailableException.class, () -> DeviceSpec.parse(device));
    assertEquals(
        "device '%s' is malformed: write NAME, NAME:NUMBER or NAME:NUMBER,OPTION=VALUE"
            .formatted(device),
        error.getMessage());
  }

  @Test
  void refusesUnknownOptions() {
    DeviceSpec spec = DeviceSpec.parse("cuda,speed=9");
    var error =
        assertThrows(
            DeviceUnavailableException.class, () -> spec.requireOptions(Set.of("gemm", "conv")));
    assertEquals("device 'cuda' has no option 'speed': it has conv, gemm", error.getMessage());
    assertThrows(DeviceUnavailableException.class, spec::requirePlain);
  }
}
