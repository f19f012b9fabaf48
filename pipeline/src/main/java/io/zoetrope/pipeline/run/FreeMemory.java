package io.zoetrope.pipeline.run;

import com.sun.management.OperatingSystemMXBean;
import io.zoetrope.pipeline.PipelineException;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;

/**
 * The memory that this process may have, with what it holds already: on Linux what the machine has
 * free and what the control groups around the process leave, elsewhere all memory of the machine.
 * The size of the Java heap says nothing about it.
 *
 * @param bytes how much
 * @param reason what sets the limit, as the end of a sentence for people
 */
public record FreeMemory(long bytes, String reason) {
  private static final Path ROOT = Path.of("/");

  /** GiB that the process may have, where whoever starts it says so. */
  private static final String LIMIT = "zoetrope.memory";

  private static final double GIBIBYTE = 1L << 30;

  /** What there is now. */
  public static FreeMemory now() {
    FreeMemory there = now(ROOT);
    String limit = System.getProperty(LIMIT);
    return limit == null ? there : there.within(limit);
  }

  /** No more than a property says. */
  FreeMemory within(String gibibytes) {
    double limit;
    try {
      limit = Double.parseDouble(gibibytes) * GIBIBYTE;
    } catch (NumberFormatException _) {
      limit = Double.NaN;
    }
    if (!(limit > 0)) {
      throw new PipelineException("-D%s=%s is no number of GiB".formatted(LIMIT, gibibytes));
    }
    long most = (long) limit;
    return bytes <= most
        ? this
        : new FreeMemory(most, "-D%s=%s leaves %d MiB".formatted(LIMIT, gibibytes, most >> 20));
  }

  /**
   * What there is now.
   *
   * @param root of the file system that tells
   */
  static FreeMemory now(Path root) {
    OptionalLong free = kibibytes(root.resolve("proc/meminfo"), "MemAvailable");
    if (free.isEmpty()) {
      long total =
          ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getTotalMemorySize();
      return new FreeMemory(total, "this machine has %d MiB".formatted(total >> 20));
    }
    long own =
        Stream.of("RssAnon", "RssShmem")
            .mapToLong(name -> kibibytes(root.resolve("proc/self/status"), name).orElse(0))
            .sum();
    long machine = free.getAsLong() + own;
    Optional<ControlGroup> group =
        ControlGroup.tightest(root).filter(tightest -> tightest.free() + own < machine);
    return group
        .map(tightest ->
            new FreeMemory(
                tightest.free() + own,
                "its container or control group leaves %d of %d MiB"
                    .formatted((tightest.free() + own) >> 20, tightest.limit() >> 20)))
        .orElseGet(
            () -> new FreeMemory(machine, "this machine has %d MiB free".formatted(machine >> 20)));
  }

  /** The bytes behind a name in a file of lines as {@code "MemAvailable: 1234 kB"}. */
  private static OptionalLong kibibytes(Path file, String name) {
    try (Stream<String> lines = Files.lines(file)) {
      return lines
          .filter(line -> line.startsWith(name + ":"))
          .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
          .findFirst();
    } catch (IOException | NumberFormatException _) {
      return OptionalLong.empty();
    }
  }
}
