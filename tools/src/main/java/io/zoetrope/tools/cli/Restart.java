package io.zoetrope.tools.cli;

import io.zoetrope.ops.BackendProvider;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * Lets the launcher begin again in place of this process, with a virtual machine that has the
 * Vector API and compiles thoroughly. The launcher first starts one that has neither, because
 * generated code and cards need neither and are ready sooner without; what a device needs is known
 * here and nowhere else.
 */
public final class Restart {
  /** Path of the launcher, which it sets when it can start a more thorough virtual machine. */
  private static final String LAUNCHER_PROPERTY = "zoetrope.launcher";

  private static final String VARIABLE = "ZOETROPE_COMPILES_THOROUGHLY";

  private static String[] arguments = {};

  private Restart() {}

  /** Keeps what this process was started with. */
  public static void remember(String[] args) {
    arguments = args.clone();
  }

  /**
   * Starts again if a device computes in Java and this virtual machine is not made for it. Returns
   * only if it is.
   *
   * @param device as users name it
   * @throws io.zoetrope.ops.DeviceUnavailableException if the name is malformed
   * @throws IllegalStateException if the launcher cannot be started
   */
  public static void ifThoroughIsNeeded(String device) {
    String launcher = System.getProperty(LAUNCHER_PROPERTY);
    if (launcher != null && BackendProvider.computesInJava(device)) {
      replaceProcess(launcher);
    }
  }

  private static void replaceProcess(String launcher) {
    Linker linker = Linker.nativeLinker();
    MethodHandle setenv =
        linker.downcallHandle(
            linker.defaultLookup().findOrThrow("setenv"),
            FunctionDescriptor.of(
                ValueLayout.JAVA_INT,
                ValueLayout.ADDRESS,
                ValueLayout.ADDRESS,
                ValueLayout.JAVA_INT));
    MethodHandle execv =
        linker.downcallHandle(
            linker.defaultLookup().findOrThrow("execv"),
            FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.ADDRESS));
    try (Arena arena = Arena.ofConfined()) {
      // The last element stays a null pointer.
      MemorySegment vector = arena.allocate(ValueLayout.ADDRESS, arguments.length + 2L);
      vector.setAtIndex(ValueLayout.ADDRESS, 0, arena.allocateFrom(launcher));
      for (int i = 0; i < arguments.length; i++) {
        vector.setAtIndex(ValueLayout.ADDRESS, i + 1L, arena.allocateFrom(arguments[i]));
      }
      int set =
          (int) setenv.invokeExact(arena.allocateFrom(VARIABLE), arena.allocateFrom("true"), 1);
      int result = (int) execv.invokeExact(arena.allocateFrom(launcher), vector);
      throw new IllegalStateException(
          "%s cannot be started again for a device that computes in Java (%d, %d)"
              .formatted(launcher, set, result));
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }
}
