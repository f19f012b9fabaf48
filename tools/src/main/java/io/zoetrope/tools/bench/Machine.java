package io.zoetrope.tools.bench;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Where and of which version something was measured, as far as that makes a difference: nothing
 * that names the machine or its user.
 */
public final class Machine {
  private static final Path CPU_INFO = Path.of("/proc/cpuinfo");
  private static final Path LOAD_AVERAGE = Path.of("/proc/loadavg");

  /** Families of instructions that decide about speed. */
  private static final List<String> FLAGS =
      List.of("avx", "fma", "f16c", "amx", "asimd", "sve", "bf16");

  private Machine() {}

  /**
   * Processor, memory, Java runtime, load, time and version.
   *
   * @param home folder of the checkout, whose commit is named
   */
  public static Map<String, Object> describe(Path home) {
    OperatingSystemMXBean system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
    Map<String, Object> json = new LinkedHashMap<>();
    json.put(
        "time",
        java.time.Instant.now().truncatedTo(java.time.temporal.ChronoUnit.SECONDS).toString());
    json.put("commit", commit(home));
    json.put("cpu", cpuInfo("model name").orElse(System.getProperty("os.arch")));
    json.put("cores", Runtime.getRuntime().availableProcessors());
    json.put("flags", flags());
    json.put("memory_bytes", system.getTotalMemorySize());
    json.put("jdk", Runtime.version().toString());
    json.put("load_average", loadAverage());
    return json;
  }

  /** Runnable processes in the last 1, 5 and 15 minutes, this one included; empty if unknown. */
  public static List<Double> loadAverage() {
    try {
      return Arrays.stream(Files.readString(LOAD_AVERAGE).split(" "))
          .limit(3)
          .map(Double::valueOf)
          .toList();
    } catch (IOException | NumberFormatException _) {
      return List.of();
    }
  }

  private static List<String> flags() {
    String all = cpuInfo("flags").or(() -> cpuInfo("Features")).orElse("");
    return Arrays.stream(all.split(" "))
        .filter(flag -> FLAGS.stream().anyMatch(flag::contains))
        .toList();
  }

  private static Optional<String> cpuInfo(String key) {
    try (Stream<String> lines = Files.lines(CPU_INFO)) {
      return lines
          .filter(line -> line.startsWith(key))
          .map(line -> line.substring(line.indexOf(':') + 1).strip())
          .findFirst();
    } catch (IOException | java.io.UncheckedIOException _) {
      return Optional.empty();
    }
  }

  /** Short name of the commit, with a plus sign when files differ from it. */
  private static String commit(Path home) {
    return git(home, "rev-parse", "--short=12", "HEAD")
        .map(commit -> {
          boolean clean =
              git(home, "status", "--porcelain", "--untracked-files=no").orElse("").isEmpty();
          return clean ? commit : commit + "+";
        })
        .orElse("unknown");
  }

  private static Optional<String> git(Path home, String... args) {
    List<String> command =
        Stream.concat(Stream.of("git", "-C", home.toString()), Arrays.stream(args)).toList();
    try {
      Process process =
          new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
      process.getOutputStream().close();
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return process.waitFor() == 0 ? Optional.of(output.strip()) : Optional.empty();
    } catch (IOException _) {
      return Optional.empty();
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    }
  }
}
