package io.zoetrope.tools.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The most physical memory that a process held since a moment, mapped files included: {@code VmHWM}
 * of Linux (proc(5)).
 */
public final class PeakMemory {
  private static final Path STATUS = Path.of("/proc/self/status");
  private static final Path RESET = Path.of("/proc/self/clear_refs");
  private static final String RESET_PEAK = "5";
  private static final Pattern PEAK = Pattern.compile("VmHWM:\\s+(\\d+) kB");

  private final boolean known;

  private PeakMemory(boolean known) {
    this.known = known;
  }

  /** Begins anew, without what nobody needs any more, where the system can do that. */
  public static PeakMemory reset() {
    System.gc();
    try {
      Files.writeString(RESET, RESET_PEAK);
      return new PeakMemory(true);
    } catch (IOException | UnsupportedOperationException _) {
      return new PeakMemory(false);
    }
  }

  /** Bytes; empty where the system doesn't tell. */
  public OptionalLong bytes() {
    return known ? read(STATUS) : OptionalLong.empty();
  }

  /** The same of another process since its start; empty when it has ended, too. */
  public static OptionalLong of(long processId) {
    return read(Path.of("/proc", Long.toString(processId), "status"));
  }

  private static OptionalLong read(Path status) {
    try {
      Matcher peak = PEAK.matcher(Files.readString(status));
      return peak.find()
          ? OptionalLong.of(Long.parseLong(peak.group(1)) << 10)
          : OptionalLong.empty();
    } catch (IOException _) {
      return OptionalLong.empty();
    }
  }
}
