package io.zoetrope.dit.scheduler;

import java.util.Arrays;

/** What the solvers that reuse earlier model outputs have in common. */
abstract sealed class MultistepScheduler extends Scheduler
    permits UniPCMultistepScheduler, DPMSolverMultistepScheduler {

  /**
   * The data predictions of the latest steps, newest first, and after those a spare array for the
   * next; filled as a run goes on.
   */
  private final float[][] predictions;

  private int stepsTaken;

  MultistepScheduler(SchedulerConfig config) {
    super(config);
    predictions = new float[config.solverOrder() + 1][];
  }

  @Override
  final float timestep(double sigma) {
    return (long) (sigma * config.numTrainTimesteps());
  }

  @Override
  void forgetRun() {
    Arrays.fill(predictions, null);
    stepsTaken = 0;
  }

  /**
   * Converts a model output to a prediction of the data, {@code sample - sigma * modelOutput}.
   *
   * @return n elements that {@link #remember} makes the latest prediction
   */
  final float[] predictData(int index, float[] modelOutput, float[] sample) {
    int spare = predictions.length - 1;
    if (predictions[0] != null) {
      requireSameLength("step", "sample", sample, "the previous step's sample", predictions[0]);
    }
    if (predictions[spare] == null) {
      predictions[spare] = new float[sample.length];
    }
    LinearCombination.into(
        predictions[spare], new double[] {1, -sigma(index)}, sample, modelOutput);
    return predictions[spare];
  }

  /** Makes what {@link #predictData} returned the latest prediction, and the oldest one spare. */
  final void remember() {
    int spare = predictions.length - 1;
    float[] latest = predictions[spare];
    System.arraycopy(predictions, 0, predictions, 1, spare);
    predictions[0] = latest;
    stepsTaken++;
  }

  /** The prediction of so many steps before the latest. */
  final float[] prediction(int age) {
    return predictions[age];
  }

  /** The highest order that the steps of this run allow so far. */
  final int availableOrder() {
    return Math.min(config.solverOrder(), stepsTaken);
  }

  /**
   * Half the log signal-to-noise ratio, {@code log((1 - sigma) / sigma)}; infinite at sigma 0. In
   * float64, where diffusers computes in float32.
   */
  final double lambda(int index) {
    return Math.log(1 - sigma(index)) - Math.log(sigma(index));
  }
}
