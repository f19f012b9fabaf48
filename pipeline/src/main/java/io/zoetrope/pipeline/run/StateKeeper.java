package io.zoetrope.pipeline.run;

import io.zoetrope.dit.cache.StepCache;
import io.zoetrope.dit.scheduler.Scheduler;
import io.zoetrope.ops.Backend;
import io.zoetrope.ops.Ops;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.HostStorage;
import io.zoetrope.tensor.Lifetime;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.weights.WeightsException;
import java.lang.foreign.Arena;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Keeps the state of a job as its last finished step has left it: in memory after each step, and in
 * a file every so many steps, behind the last one, and when the job ends before that. Any thread
 * may have it written.
 */
final class StateKeeper implements AutoCloseable {
  private static final int ALIGNMENT = 64;

  private final int every;
  private final int last;
  private final Supplier<Tensor> generator;
  private final Consumer<Checkpoint> file;
  private final boolean makesCopies;
  private final Arena arena = Arena.ofShared();

  /** Copies, which each step overwrites. */
  private final Map<String, Tensor> copies = new HashMap<>();

  /** Null before the first step, and while the copies are made. */
  private Checkpoint kept;

  private int written;
  private WeightsException failure;

  /**
   * A keeper of one run.
   *
   * @param every after how many steps the state is written
   * @param last number of steps behind which it is written, too
   * @param generator gives the state of the random numbers
   * @param file writes a state, or throws {@link WeightsException}
   */
  StateKeeper(int every, int last, Supplier<Tensor> generator, Consumer<Checkpoint> file) {
    this(every, last, generator, file, true);
  }

  private StateKeeper(
      int every, int last, Supplier<Tensor> generator, Consumer<Checkpoint> file, boolean copies) {
    this.every = every;
    this.last = last;
    this.generator = generator;
    this.file = file;
    this.makesCopies = copies;
  }

  /** A keeper for a dry run, whose state takes memory and is nowhere. */
  static StateKeeper counting() {
    return new StateKeeper(1, 1, () -> Tensor.zeros(DType.I32, 1), _ -> {}, false);
  }

  /** Keeps the state behind so many steps. */
  synchronized void keep(
      Ops ops,
      int steps,
      Tensor latents,
      Scheduler scheduler,
      StepCache cache,
      ReusedSteps reused) {
    kept = null;
    // An interrupt ends operations of Ops, and half a copy would be none.
    Backend device = ops.backend();
    Tensor copied = copy(ops, device, Checkpoint.LATENTS, latents);
    Map<String, Tensor> state = new HashMap<>();
    scheduler.state().forEach((name, tensor) -> state.put(name, copy(ops, device, name, tensor)));
    Map<String, Tensor> remembered = new HashMap<>();
    cache
        .state()
        .forEach((name, tensor) ->
            remembered.put(name, copy(ops, device, Checkpoint.CACHE + name, tensor)));
    if (!makesCopies) {
      return;
    }
    kept = new Checkpoint(steps, copied, state, remembered, reused.state(), generator.get());
    if (steps % every == 0 || steps == last) {
      write();
    }
  }

  private Tensor copy(Ops ops, Backend device, String name, Tensor tensor) {
    if (tensor.count() == 1) {
      // Single numbers lie in host memory already.
      return tensor;
    }
    Tensor copy =
        copies.computeIfAbsent(
            name,
            _ -> {
              ops.countHeld(tensor.byteSize());
              return !makesCopies
                  ? tensor
                  : Tensor.contiguous(
                      new HostStorage(arena.allocate(tensor.byteSize(), ALIGNMENT)),
                      0,
                      tensor.dtype(),
                      tensor.shape(),
                      Lifetime.UNBOUNDED);
            });
    if (makesCopies) {
      device.download(copy, tensor);
    }
    return copy;
  }

  /** Bytes of what is kept of a step cache. */
  synchronized long cacheBytes() {
    return copies.entrySet().stream()
        .filter(entry -> entry.getKey().startsWith(Checkpoint.CACHE))
        .mapToLong(entry -> entry.getValue().byteSize())
        .sum();
  }

  /** Writes what is kept, unless that is done already; a failure is told by {@link #failure}. */
  synchronized void write() {
    if (kept == null || kept.steps() == written) {
      return;
    }
    // Files refuse to be written by a thread that is interrupted.
    boolean interrupted = Thread.interrupted();
    try {
      file.accept(kept);
      written = kept.steps();
      failure = null;
    } catch (WeightsException e) {
      failure = e;
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Steps behind which the file's state is; 0 if this run has written none. */
  synchronized int written() {
    return written;
  }

  /** Why the file could not be written when it was last tried; empty if it was. */
  synchronized Optional<WeightsException> failure() {
    return Optional.ofNullable(failure);
  }

  /** Releases the copies. */
  @Override
  public synchronized void close() {
    kept = null;
    copies.clear();
    arena.close();
  }
}
