package io.zoetrope.kernels.emulator.report;

import io.zoetrope.kernels.emulator.fault.SourceLine;

/**
 * Counts what happened at each instruction of a kernel; one for each host thread, added at last.
 */
public final class Profile {
  private final long[] warps;
  private final long[] threads;
  private final long[] divergences;
  private final long[] requests;
  private final long[] bytes;
  private final long[] transactions;
  private final long[] idealTransactions;

  /** Makes counts of zero for a kernel of so many instructions. */
  public Profile(int instructions) {
    warps = new long[instructions];
    threads = new long[instructions];
    divergences = new long[instructions];
    requests = new long[instructions];
    bytes = new long[instructions];
    transactions = new long[instructions];
    idealTransactions = new long[instructions];
  }

  /** A warp issued an instruction with so many active lanes. */
  public void issued(int pc, int lanes) {
    warps[pc]++;
    threads[pc] += lanes;
  }

  /** The lanes of a warp went different ways at a branch. */
  public void diverged(int pc) {
    divergences[pc]++;
  }

  /** A warp asked memory for bytes, in so many sectors or wavefronts. */
  public void request(int pc, int requested, int taken, int ideal) {
    requests[pc]++;
    bytes[pc] += requested;
    transactions[pc] += taken;
    idealTransactions[pc] += ideal;
  }

  /** Adds the counts of another thread. */
  public void add(Profile other) {
    add(warps, other.warps);
    add(threads, other.threads);
    add(divergences, other.divergences);
    add(requests, other.requests);
    add(bytes, other.bytes);
    add(transactions, other.transactions);
    add(idealTransactions, other.idealTransactions);
  }

  private static void add(long[] sum, long[] more) {
    for (int i = 0; i < sum.length; i++) {
      sum[i] += more[i];
    }
  }

  /**
   * The counts of one instruction.
   *
   * @param line of the PTX text
   * @param source that it was compiled from, or null
   * @param text as it is written there
   * @param flops floating-point operations per active lane
   * @param tensorFlops floating-point operations per warp on tensor cores
   */
  public LineProfile line(
      int pc,
      int line,
      SourceLine source,
      String text,
      InstructionClass kind,
      int flops,
      int tensorFlops) {
    return new LineProfile(
        line,
        source,
        text,
        kind,
        warps[pc],
        threads[pc],
        divergences[pc],
        requests[pc],
        bytes[pc],
        transactions[pc],
        idealTransactions[pc],
        threads[pc] * flops,
        warps[pc] * tensorFlops);
  }
}
