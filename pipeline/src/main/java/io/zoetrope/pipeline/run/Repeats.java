package io.zoetrope.pipeline.run;

import io.zoetrope.dit.BlockCache;
import io.zoetrope.dit.Predictor.Branch;
import io.zoetrope.nn.TokenTimesteps;
import io.zoetrope.ops.Backend;
import io.zoetrope.ops.Operation;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Shape;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/**
 * Work that a dry run comes upon in every step, and that takes the same operations each time. The
 * first few times it is done; from then on what the last of them took is counted once more, so that
 * a thousand steps are rehearsed in about the time of ten. What differs from step to step, such as
 * the order of a solver, is done every time.
 */
final class Repeats {
  /** All work is done, however often it comes. */
  static final Repeats NONE = new Repeats(null, Integer.MAX_VALUE, _ -> {});

  /** A prediction; others like it differ in values alone, which decide about no operation. */
  private record Prediction(
      Branch branch, DType dtype, Shape shape, int timesteps, int distinctTimesteps) {}

  private static final class Done {
    private int times;
    private Object result;
    private OperationTally operations;
  }

  private final Backend device;
  private final int mostTimes;
  private final Consumer<OperationTally> again;
  private final Map<Object, Done> known = new HashMap<>();

  /** Of the work under way; null between. */
  private OperationTally recorded;

  /**
   * Of one dry run.
   *
   * @param device that the job will run on
   * @param mostTimes how often the same work is done: more than once, which tells the weights that
   *     it needs anew from those that stay, and until it has taken most memory
   * @param again gets the operations of work that is counted once more
   */
  Repeats(Backend device, int mostTimes, Consumer<OperationTally> again) {
    this.device = device;
    this.mostTimes = mostTimes;
    this.again = again;
  }

  /** Is shown every operation of the dry run. */
  void see(Operation operation) {
    if (recorded != null) {
      recorded.add(operation);
    }
  }

  /** Branches that predict as these do, and the same way again. */
  List<Branch> of(List<Branch> branches) {
    return this == NONE ? branches : branches.stream().map(this::of).toList();
  }

  private Branch of(Branch branch) {
    return (ops, cache, input, timesteps) -> {
      // What a cache leaves out of the blocks is not the same each time.
      if (cache != BlockCache.NONE) {
        return branch.predict(ops, cache, input, timesteps);
      }
      int distinct = TokenTimesteps.of(timesteps).values().length;
      return run(
          new Prediction(branch, input.dtype(), input.shape(), timesteps.length, distinct),
          () -> branch.predict(ops, cache, input, timesteps),
          done -> ops.allocate(done.dtype(), done.shape()));
    };
  }

  /** Does work without a result, or counts it once more. */
  void run(Object what, Runnable work) {
    run(
        what,
        () -> {
          work.run();
          return what;
        },
        done -> done);
  }

  /**
   * Does work, or counts it once more; no work is a part of another.
   *
   * @param what tells the work from other work
   * @param like makes a result like that of the last time
   */
  @SuppressWarnings("unchecked")
  private <T> T run(Object what, Supplier<T> work, UnaryOperator<T> like) {
    if (this == NONE) {
      return work.get();
    }
    Done done = known.computeIfAbsent(what, _ -> new Done());
    if (done.times == mostTimes) {
      again.accept(done.operations);
      return like.apply((T) done.result);
    }
    recorded = new OperationTally(device);
    try {
      T result = work.get();
      if (++done.times == mostTimes) {
        recorded.removeWeightsOf(done.operations);
      }
      done.result = result;
      done.operations = recorded;
      return result;
    } finally {
      recorded = null;
    }
  }
}
