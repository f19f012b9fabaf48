package io.zoetrope.kernels.cuda.driver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zoetrope.ops.DeviceUnavailableException;
import jcuda.LibUtils;
import org.junit.jupiter.api.Test;

/** Whatever keeps native code from loading is named in one line. */
class JCudaNativesTest {
  private static String failure(String resource, Runnable initialize) {
    String folder = System.getProperty("java.io.tmpdir");
    var error =
        assertThrows(
            DeviceUnavailableException.class,
            () -> JCudaNatives.load(resource, "libabsent.so", initialize));
    assertEquals(folder, System.getProperty("java.io.tmpdir"));
    return error.getMessage();
  }

  private static void assertNames(String reason, String message) {
    String start =
        "JCuda's native code does not load on %s, %s: %s: it wants "
            .formatted(System.getProperty("os.name"), System.getProperty("os.arch"), reason);
    assertTrue(message.startsWith(start), message);
    assertEquals(1, message.lines().count(), message);
  }

  @Test
  void aFolderWithoutCodeIsNamed() {
    String reason = "/tmp/libJCudaDriver.so: failed to map segment from shared object";
    assertNames(
        "java.lang.UnsatisfiedLinkError: " + reason,
        failure(
            null,
            () -> {
              throw new UnsatisfiedLinkError(reason);
            }));
  }

  @Test
  void aResourceThatIsMissingIsNamed() {
    assertNames(
        "java.lang.UnsatisfiedLinkError: /lib/absent.so is not on the class path",
        failure("/lib/absent.so", () -> {}));
  }

  /** JCuda says it in many lines. */
  @Test
  void whatJCudaMissesIsNamed() {
    assertNames(
        "java.io.IOException: No resource found with name '/lib/%s'"
            .formatted(LibUtils.createLibraryFileName("absent")),
        failure(null, () -> LibUtils.loadLibrary("absent")));
  }
}
