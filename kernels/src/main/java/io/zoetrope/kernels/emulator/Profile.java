package io.zoetrope.kernels.emulator;

/**
 * Counts what happened at each instruction of a kernel; one for each host thread, added at last.
 */
final class Profile {
  private final long[] warps;
  private final long[] threads;
  private final long[] divergences;
  private final long[] requests;
  private final long[] bytes;
  private final long[] transactions;
  private final long[] idealTransactions;

  Profile(int instructions) {
    warps = new long[instructions];
    threads = new long[instructions];
    divergences = new long[instructions];
    requests = new long[instructions];
    bytes = new long[instructions];
    transactions = new long[instructions];
    idealTransactions = new long[instructions];
  }

  /** A warp issued an instruction with so many active lanes. */
  void issued(int pc, int lanes) {
    warps[pc]++;
    threads[pc] += lanes;
  }

  /** The lanes of a warp went different ways at a branch. */
  void diverged(int pc) {
    divergences[pc]++;
  }

  /** A warp asked memory for bytes, in so many sectors or wavefronts. */
  void request(int pc, int requested, int taken, int ideal) {
    requests[pc]++;
    bytes[pc] += requested;
    transactions[pc] += taken;
    idealTransactions[pc] += ideal;
  }

  /** Adds the counts of another thread. */
  void add(Profile other) {
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

  /** The counts of one instruction. */
  LineProfile line(int pc, Instruction instruction) {
    return new LineProfile(
        instruction.line(),
        instruction.text(),
        instruction.kind(),
        warps[pc],
        threads[pc],
        divergences[pc],
        requests[pc],
        bytes[pc],
        transactions[pc],
        idealTransactions[pc],
        threads[pc] * instruction.flops(),
        warps[pc] * instruction.tensorFlops());
  }
}
