package io.zoetrope.kernels.cuda;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The compiled kernels that come with this program: which PTX module has which kernel. */
public final class PtxModules {
  private static final String MANIFEST = "manifest.txt";
  private static final Pattern MODULE = Pattern.compile("(?m)^[0-9a-f]{64}  (\\w+\\.ptx)$");
  private static final Pattern ENTRY = Pattern.compile("(?m)^\\.visible \\.entry (\\w+)\\(");

  private static final Map<String, String> BY_KERNEL = read();

  private PtxModules() {}

  /**
   * The text of the module that has a kernel.
   *
   * @throws IllegalArgumentException if none has
   */
  public static String ofKernel(String kernel) {
    String ptx = BY_KERNEL.get(kernel);
    if (ptx == null) {
      throw new IllegalArgumentException("no PTX module has a kernel '%s'".formatted(kernel));
    }
    return ptx;
  }

  private static Map<String, String> read() {
    Map<String, String> byKernel = new HashMap<>();
    List<String> modules =
        MODULE.matcher(text(MANIFEST)).results().map(match -> match.group(1)).toList();
    for (String module : modules) {
      String ptx = text(module);
      Matcher entries = ENTRY.matcher(ptx);
      while (entries.find()) {
        byKernel.put(entries.group(1), ptx);
      }
    }
    return byKernel;
  }

  private static String text(String resource) {
    try (InputStream in = PtxModules.class.getResourceAsStream(resource)) {
      return new String(in.readAllBytes(), StandardCharsets.US_ASCII);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
