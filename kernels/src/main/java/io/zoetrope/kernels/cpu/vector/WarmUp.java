package io.zoetrope.kernels.cpu.vector;

import io.zoetrope.kernels.cpu.vector.Workspace.Piece;

/**
 * Brings the loops of vector instructions into compiled form while the program still reads its
 * weights. Interpreted, they are some thousand times slower, so that the first operations on real
 * sizes would take seconds; on tiny sizes the compiler's call counts are reached soon. One loop
 * after the other, the most important first, because the compiler would take all at once in any
 * order.
 */
final class WarmUp {
  private static final int CALLS = 500;

  private static final int FEW = 2;
  private static final int MANY = 128;

  /** A step of a compiled loop takes less than this, of an interpreted one far more. */
  private static final long NANOS_PER_STEP = 50;

  /**
   * After this, whatever is not compiled yet never will be: the compiler is switched off or busy.
   */
  private static final long LONGEST_NANOS = 1_000_000_000;

  /** A loop of vector instructions with the given number of steps. */
  @FunctionalInterface
  private interface Loop {
    void run(int steps);
  }

  private final Thread thread;

  WarmUp(GemmKernel kernel) {
    thread = Thread.ofPlatform().daemon().name("zoetrope-warm-up").start(() -> run(kernel));
  }

  private static void run(GemmKernel kernel) {
    Workspace workspace = new Workspace();
    int lanes = Elements.LANES;
    float[] a = workspace.floats(Piece.LEFT, 4096);
    float[] b = workspace.floats(Piece.PANEL, 4096);
    float[] c = workspace.floats(Piece.RESULT, kernel.rows() * kernel.columns());
    short[] shorts = workspace.staging;
    long end = System.nanoTime() + LONGEST_NANOS;
    compile(end, steps -> kernel.multiply(steps, a, 0, steps, b, 0, c, 0, kernel.columns()));
    compile(end, steps -> PackedMatrix.widen(workspace.pairs, steps * lanes, b, 0));
    compile(end, steps -> VectorMath.exp(b, 0, steps * lanes, 1));
    compile(end, steps -> VectorMath.sumOfSquares(b, 0, steps * lanes));
    compile(end, steps -> VectorMath.sum(b, 0, steps * lanes));
    compile(end, steps -> VectorMath.max(b, 0, steps * lanes));
    compile(end, steps -> Elements.widen(shorts, b, 0, steps * lanes));
    compile(end, steps -> Elements.narrow(b, 0, shorts, steps * lanes));
  }

  /** Runs a loop with few steps until it is fast with many. */
  private static void compile(long end, Loop loop) {
    long nanos;
    do {
      for (int i = 0; i < CALLS; i++) {
        loop.run(FEW);
      }
      long start = System.nanoTime();
      loop.run(MANY);
      nanos = System.nanoTime() - start;
    } while (nanos > MANY * NANOS_PER_STEP && System.nanoTime() < end);
  }

  /**
   * Returns when the loops are compiled, or nearly so; waiting is faster than interpreting them.
   */
  void await() {
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
