package io.zoetrope.kernels.cuda.runtime;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The kernels as PTX. They are compiled from {@code src/main/cuda} by its {@code build.sh}, which
 * also writes the manifest: hashes of sources and modules, and which module has which kernel, and
 * what its parameters are called.
 */
public final class PtxLibrary {
  /**
   * A line of the manifest.
   *
   * @param kind what it is about: source, ptx, kernel, or parameters
   * @param value hash of a file, or name of a kernel
   * @param detail the file, or names of parameters, joined by commas
   */
  public record Entry(String kind, String value, String detail) {}

  /** Where {@code build.sh} writes to. */
  private static final String FOLDER = "/io/zoetrope/kernels/cuda/";

  private static final String MANIFEST = "manifest.txt";

  private static final Map<String, List<String>> PARAMETER_NAMES =
      manifest()
          .filter(entry -> entry.kind().equals("parameters"))
          .collect(
              Collectors.toUnmodifiableMap(
                  Entry::value, entry -> List.of(entry.detail().split(","))));

  private final Map<String, String> fileOfKernel = new LinkedHashMap<>();
  private final Map<String, String> texts = new ConcurrentHashMap<>();

  /** The library in this jar. */
  public PtxLibrary() {
    for (Entry entry : (Iterable<Entry>) manifest()::iterator) {
      if (entry.kind().equals("kernel")) {
        fileOfKernel.put(entry.value(), entry.detail());
      }
    }
  }

  /** What the modules were made of. */
  public static Stream<Entry> manifest() {
    return read(MANIFEST)
        .lines()
        .filter(line -> !line.startsWith("#"))
        .map(line -> line.split(" +"))
        .map(fields -> new Entry(fields[0], fields[1], fields[2]));
  }

  /**
   * Returns the names that a kernel's parameters have in its source; none for an unknown kernel.
   */
  static List<String> parameterNames(String kernel) {
    return PARAMETER_NAMES.getOrDefault(kernel, List.of());
  }

  /** Names of all kernels. */
  public Set<String> kernels() {
    return fileOfKernel.keySet();
  }

  /**
   * Text of the module that has a kernel.
   *
   * @throws IllegalArgumentException if there is no such kernel
   */
  public String moduleOf(String kernel) {
    String file = fileOfKernel.get(kernel);
    if (file == null) {
      throw new IllegalArgumentException(
          "kernel '%s' is unknown; there are %s".formatted(kernel, fileOfKernel.keySet()));
    }
    return texts.computeIfAbsent(file, PtxLibrary::read);
  }

  /**
   * Text of a module that has this kernel alone.
   *
   * @throws IllegalArgumentException if there is no such kernel
   */
  public String alone(String kernel) {
    String module = moduleOf(kernel);
    int start = module.indexOf(".visible .entry " + kernel + "(");
    int end = module.indexOf("\n}", start) + 2;
    return module.substring(0, module.indexOf(".visible .entry")) + module.substring(start, end);
  }

  /**
   * Lines of a source that modules were made of; none where this class does not come from a jar,
   * which has the sources beside the modules.
   *
   * @param file its name, without a folder
   */
  public static List<String> source(String file) {
    return PtxLibrary.class.getResource(FOLDER + file) == null
        ? List.of()
        : read(file).lines().toList();
  }

  private static String read(String file) {
    try (InputStream in = PtxLibrary.class.getResourceAsStream(FOLDER + file)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(file, e);
    }
  }
}
