package io.zoetrope.kernels.emulator.fault;

/**
 * A line of the source that PTX was compiled from.
 *
 * @param file as the PTX names it
 * @param line from 1
 */
public record SourceLine(String file, int line) implements Comparable<SourceLine> {
  /** By file, then from top to bottom. */
  @Override
  public int compareTo(SourceLine other) {
    int files = file.compareTo(other.file);
    return files != 0 ? files : Integer.compare(line, other.line);
  }

  @Override
  public String toString() {
    return file + ":" + line;
  }
}
