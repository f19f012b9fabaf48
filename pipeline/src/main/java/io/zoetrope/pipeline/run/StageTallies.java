package io.zoetrope.pipeline.run;

import io.zoetrope.ops.Backend;
import io.zoetrope.ops.Operation;
import io.zoetrope.pipeline.Progress.Stage;
import java.util.LinkedHashMap;
import java.util.Map;

/** The operations of a job, stage by stage. */
final class StageTallies {
  private final Backend device;
  private final Map<Stage, OperationTally> tallies = new LinkedHashMap<>();

  /** Null before the first stage. */
  private OperationTally current;

  /**
   * Nothing yet.
   *
   * @param device that the job will run on
   */
  StageTallies(Backend device) {
    this.device = device;
  }

  /** A stage begins: what is added from here on is its own. */
  void begin(Stage stage) {
    current = new OperationTally(device);
    tallies.put(stage, current);
  }

  /** Counts an operation of the stage. */
  void add(Operation operation) {
    current.add(operation);
  }

  /** Counts operations of the stage once more, all of which it has had before. */
  void addAgain(OperationTally operations) {
    current.addAgain(operations);
  }

  /** Those of each stage, in order. */
  Map<Stage, OperationTally> stages() {
    return tallies;
  }

  /** Arithmetic of all operations, as {@link OperationTally#flops} counts it. */
  double flops() {
    return tallies.values().stream().mapToDouble(OperationTally::flops).sum();
  }
}
