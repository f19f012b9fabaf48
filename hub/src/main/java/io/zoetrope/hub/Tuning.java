package io.zoetrope.hub;

import java.nio.file.Files;

/**
 * How a pull goes about it.
 *
 * @param pauses how it waits
 * @param pieceBytes bytes of a range that is asked for at once
 * @param headerBytes of a file of weights that are asked for first; the headers of most published
 *     files are smaller
 * @param width connections at a time
 * @param linker makes the links of snapshots
 */
record Tuning(
    Pauses pauses, long pieceBytes, long headerBytes, int width, ModelCache.Linker linker) {
  /** What real hubs and real disks are asked in. */
  static final Tuning REAL =
      new Tuning(Pauses.REAL, 32L << 20, 1 << 18, 8, Files::createSymbolicLink);
}
