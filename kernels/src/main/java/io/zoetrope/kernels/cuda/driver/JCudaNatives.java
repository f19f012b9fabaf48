package io.zoetrope.kernels.cuda.driver;

import io.zoetrope.files.OutputFile;
import io.zoetrope.files.PrivateFolder;
import io.zoetrope.ops.DeviceUnavailableException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Loads JCuda's native libraries from a private folder.
 *
 * <p>JCuda unpacks them under fixed names in {@code java.io.tmpdir} and takes a file of that name
 * that is there already, whoever put it there. So that property names a fresh folder of our own
 * while a library loads.
 */
final class JCudaNatives {
  private static final String FOLDER_PROPERTY = "java.io.tmpdir";

  private JCudaNatives() {}

  /**
   * Loads a library.
   *
   * @param initialize touches the JCuda class that loads it
   * @throws DeviceUnavailableException if JCuda has none for this system, or if it does not load:
   *     Windows wants all functions of a driver that JCuda knows, Linux only those that are called
   */
  static void load(Runnable initialize) {
    load(null, null, initialize);
  }

  /**
   * Loads a library that JCuda expects under another name than it has.
   *
   * @param resource the library in JCuda's jar; null if JCuda finds it by itself
   * @param name the file name that JCuda asks for
   */
  static synchronized void load(String resource, String name, Runnable initialize) {
    String usual = System.getProperty(FOLDER_PROPERTY);
    Path folder = null;
    try {
      folder = PrivateFolder.fresh("jcuda");
      if (resource != null) {
        unpack(resource, folder.resolve(name));
      }
      System.setProperty(FOLDER_PROPERTY, folder.toString());
      initialize.run();
    } catch (LinkageError e) {
      throw new DeviceUnavailableException(
          "JCuda's native code does not load on %s, %s: %s: it wants Linux on x86-64, or Windows on x86-64 with a driver for CUDA 12.0 or newer, and a temporary folder that may hold code; or use --device cpu"
              .formatted(System.getProperty("os.name"), System.getProperty("os.arch"), reason(e)),
          e);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot unpack JCuda's libraries: " + e.getMessage(), e);
    } finally {
      System.setProperty(FOLDER_PROPERTY, usual);
      // Linux lets go of the names of loaded libraries at once, Windows when the process ends.
      if (folder != null) {
        OutputFile.deleteQuietly(folder);
      }
    }
  }

  /** JCuda's own message has the stack trace of each of its attempts: the last one counts. */
  private static String reason(LinkageError e) {
    return e.toString()
        .lines()
        .filter(line -> !line.isBlank() && !line.startsWith("\t") && !line.startsWith("---"))
        .reduce("", (_, line) -> line);
  }

  private static void unpack(String resource, Path file) throws IOException {
    try (InputStream in = JCudaNatives.class.getResourceAsStream(resource)) {
      if (in == null) {
        throw new UnsatisfiedLinkError(resource + " is not on the class path");
      }
      Files.copy(in, file);
    }
  }
}
