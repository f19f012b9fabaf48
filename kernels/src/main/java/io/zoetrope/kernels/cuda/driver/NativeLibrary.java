package io.zoetrope.kernels.cuda.driver;

import io.zoetrope.ops.DeviceUnavailableException;
import java.lang.foreign.Arena;
import java.lang.foreign.SymbolLookup;
import java.util.List;
import java.util.Locale;

/**
 * A library that the user's system must have. Looked for before JCuda asks for it: a library that
 * is missing then gives one clear line, and a missing function does not end the virtual machine.
 *
 * @param linux its name on Linux
 * @param windows its name on Windows
 * @param functions what we call of it
 */
record NativeLibrary(String linux, String windows, List<String> functions) {
  /** The functions of the library. */
  static NativeLibrary of(String linux, String windows, String... functions) {
    return new NativeLibrary(linux, windows, List.of(functions));
  }

  /** Its name on this system. */
  String name() {
    return isWindows() ? windows : linux;
  }

  /**
   * Finds the library and every function that we call.
   *
   * @param advice what a user without it can do
   * @throws DeviceUnavailableException if something is missing
   */
  SymbolLookup require(String advice) {
    SymbolLookup lookup;
    try {
      lookup = SymbolLookup.libraryLookup(name(), Arena.global());
    } catch (IllegalArgumentException e) {
      throw new DeviceUnavailableException("%s was not found: %s".formatted(name(), advice), e);
    }
    List<String> missing =
        functions.stream().filter(function -> lookup.find(function).isEmpty()).toList();
    if (!missing.isEmpty()) {
      throw new DeviceUnavailableException(
          "%s is too old, it lacks %s: %s".formatted(name(), String.join(", ", missing), advice));
    }
    return lookup;
  }

  private static boolean isWindows() {
    return System.getProperty("os.name").toLowerCase(Locale.ROOT).startsWith("windows");
  }
}
