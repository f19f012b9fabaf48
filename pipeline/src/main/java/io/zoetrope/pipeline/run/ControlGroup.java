package io.zoetrope.pipeline.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A control group of Linux around this process, such as a container, that limits its memory (kernel
 * documentation, {@code cgroup-v2.rst} and {@code cgroup-v1/memory.rst}).
 *
 * @param limit most bytes that its processes may hold together
 * @param free bytes that they may take beyond what they hold; what the kernel can drop at once, the
 *     pages of files that were read, counts as free
 */
record ControlGroup(long limit, long free) {
  /** Limits from here on are none: v1 has the largest number of whole pages. */
  private static final long NONE = 1L << 60;

  /** A version of control groups, and the names of its files. */
  private enum Version {
    V1("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"),
    V2("memory.max", "memory.current", "inactive_file");

    private final String limitFile;
    private final String usageFile;
    private final String reclaimable;

    Version(String limitFile, String usageFile, String reclaimable) {
      this.limitFile = limitFile;
      this.usageFile = usageFile;
      this.reclaimable = reclaimable;
    }

    /** Whether a line of {@code /proc/self/cgroup}, number:controllers:path, tells our group. */
    boolean isMembership(String[] line) {
      return this == V2
          ? line[0].equals("0") && line[1].isEmpty()
          : Arrays.asList(line[1].split(",")).contains("memory");
    }

    /** Whether a file system of this type and with these options is that of the groups. */
    boolean isMount(String type, String options) {
      return this == V2
          ? type.equals("cgroup2")
          : type.equals("cgroup") && Arrays.asList(options.split(",")).contains("memory");
    }
  }

  /**
   * The group that leaves least, of all those around this process; empty where there is none, or
   * the system does not say.
   *
   * @param root of the file system, {@code /}
   */
  static Optional<ControlGroup> tightest(Path root) {
    return Stream.of(Version.values())
        .flatMap(version -> around(root, version).stream())
        .min(Comparator.comparingLong(ControlGroup::free));
  }

  private static List<ControlGroup> around(Path root, Version version) {
    try {
      Optional<String> path =
          Files.readAllLines(root.resolve("proc/self/cgroup")).stream()
              .map(line -> line.split(":", 3))
              .filter(line -> line.length == 3 && version.isMembership(line))
              .map(line -> line[2])
              .findFirst();
      List<ControlGroup> groups = new ArrayList<>();
      if (path.isPresent()) {
        for (String line : Files.readAllLines(root.resolve("proc/self/mountinfo"))) {
          groups.addAll(mounted(root, version, path.get(), line));
        }
      }
      return groups;
    } catch (IOException _) {
      return List.of();
    }
  }

  /**
   * The groups that a mount shows.
   *
   * @param path of our group in the hierarchy
   * @param line of {@code /proc/self/mountinfo}, see {@code proc_pid_mountinfo(5)}
   */
  private static List<ControlGroup> mounted(Path root, Version version, String path, String line) {
    String[] halves = line.split(" - ", 2);
    String[] place = halves[0].split(" ");
    String[] kind = halves.length == 2 ? halves[1].split(" ") : new String[0];
    if (place.length < 5 || kind.length < 3 || !version.isMount(kind[0], kind[2])) {
      return List.of();
    }
    Path mount = root.resolve(place[4].substring(1));
    // In a container the mount may begin at our own group.
    Path group =
        place[3].equals("/") || !path.startsWith(place[3])
            ? mount.resolve(path.substring(1))
            : mount.resolve(path.substring(place[3].length()).replaceFirst("^/", ""));
    List<ControlGroup> groups = new ArrayList<>();
    for (Path at = Files.isDirectory(group) ? group : mount;
        at != null && at.startsWith(mount);
        at = at.getParent()) {
      read(at, version).ifPresent(groups::add);
    }
    return groups;
  }

  private static Optional<ControlGroup> read(Path group, Version version) {
    try {
      String text = Files.readString(group.resolve(version.limitFile)).strip();
      long limit = text.equals("max") ? NONE : Long.parseLong(text);
      if (limit >= NONE) {
        return Optional.empty();
      }
      long usage = Long.parseLong(Files.readString(group.resolve(version.usageFile)).strip());
      long reclaimable =
          Files.readAllLines(group.resolve("memory.stat")).stream()
              .map(line -> line.split(" "))
              .filter(line -> line[0].equals(version.reclaimable))
              .mapToLong(line -> Long.parseLong(line[1]))
              .findFirst()
              .orElse(0);
      return Optional.of(new ControlGroup(limit, Math.max(0, limit - usage + reclaimable)));
    } catch (IOException | NumberFormatException _) {
      // The root of a hierarchy has no limit, and a hierarchy need not have memory at all.
      return Optional.empty();
    }
  }
}
