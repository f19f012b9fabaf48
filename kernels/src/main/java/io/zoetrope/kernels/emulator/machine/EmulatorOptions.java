package io.zoetrope.kernels.emulator.machine;

/**
 * What the emulator checks and with how many threads it runs. Bounds and alignment are always
 * checked, as are divergence and pending asynchronous copies.
 *
 * @param threads of the host that run blocks; kernels with atomics on global memory run on one, so
 *     that their results are the same every time
 * @param checkInitialisation finds reads of unwritten registers and memory
 * @param checkRaces finds races in shared memory
 * @param checkGlobalRaces finds races between blocks in global memory
 * @param instructionLimit most instructions that one warp may run
 */
public record EmulatorOptions(
    int threads,
    boolean checkInitialisation,
    boolean checkRaces,
    boolean checkGlobalRaces,
    long instructionLimit) {
  /** Every check, one thread. */
  public static final EmulatorOptions STRICT =
      new EmulatorOptions(1, true, true, true, 200_000_000L);

  /** Checks the sizes. */
  public EmulatorOptions {
    if (threads < 1 || instructionLimit < 1) {
      throw new IllegalArgumentException(
          "threads " + threads + " and instructionLimit " + instructionLimit + " must be positive");
    }
  }

  /** The same checks on another number of threads. */
  public EmulatorOptions withThreads(int count) {
    return new EmulatorOptions(
        count, checkInitialisation, checkRaces, checkGlobalRaces, instructionLimit);
  }

  /** The same checks with another limit. */
  public EmulatorOptions withInstructionLimit(long limit) {
    return new EmulatorOptions(threads, checkInitialisation, checkRaces, checkGlobalRaces, limit);
  }
}
