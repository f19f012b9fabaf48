package io.zoetrope.dit.scheduler.flow;

import io.zoetrope.ops.Buffers;
import io.zoetrope.ops.Ops;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Shape;
import io.zoetrope.tensor.Tensor;
import java.util.Arrays;
import java.util.Map;

/** What the solvers that reuse earlier model outputs have in common. */
abstract class MultistepScheduler extends FlowScheduler {
  private static final String STEPS_TAKEN = "steps_taken";

  /** Followed by the number of a prediction, the newest first. */
  private static final String PREDICTION = "prediction_";

  private final MultistepSettings solver;

  /**
   * The data predictions of the latest steps, newest first; the last place is where the next one is
   * written. Filled as a run goes on.
   */
  private final Tensor[] predictions;

  /** Holds them; null before the first step of a run. */
  private Buffers history;

  private int stepsTaken;

  /**
   * A scheduler.
   *
   * @param predictions most that are needed at a time, the one of the step at hand included
   */
  MultistepScheduler(
      String name, FlowSettings settings, MultistepSettings solver, int predictions) {
    super(name, settings);
    this.solver = solver;
    this.predictions = new Tensor[predictions];
  }

  final MultistepSettings solver() {
    return solver;
  }

  @Override
  public final int stepsToFullMemory() {
    return solver.solverOrder() + 1;
  }

  @Override
  final float timestep(double sigma) {
    return (long) (sigma * settings().numTrainTimesteps());
  }

  @Override
  final float finalSigma(float last) {
    return solver.stepsToZero() ? 0 : last;
  }

  /** Between equal sigmas there is no difference of log-SNR to divide by. */
  @Override
  final boolean usable(float sigma, float previous, boolean first) {
    return sigma > 0 && (first ? sigma <= 1 : sigma < previous);
  }

  @Override
  final String demand() {
    return "fall from at most 1 to above 0";
  }

  @Override
  protected void forgetRun() {
    Arrays.fill(predictions, null);
    stepsTaken = 0;
    if (history != null) {
      history.close();
      history = null;
    }
  }

  /** F32 memory of the shape of the sample, until the run is forgotten. */
  final Tensor remembered(Ops ops, Shape sample) {
    if (history == null) {
      history = ops.buffers(name());
    }
    return history.allocate(DType.F32, sample);
  }

  @Override
  protected void addState(Map<String, Tensor> state) {
    state.put(STEPS_TAKEN, number(stepsTaken));
    for (int i = 0; i < held(stepsTaken); i++) {
      state.put(PREDICTION + i, predictions[i]);
    }
  }

  @Override
  protected void restoreState(Ops ops, Map<String, Tensor> state) {
    int taken = takeNumber(state, STEPS_TAKEN, steps());
    for (int i = 0; i < held(taken); i++) {
      predictions[i] = takeRemembered(ops, state, PREDICTION + i);
    }
    stepsTaken = taken;
  }

  /** How many predictions are held behind so many steps. */
  private int held(int taken) {
    return Math.min(taken, predictions.length - 1);
  }

  /** Takes a tensor out of a state, into memory of the run. */
  final Tensor takeRemembered(Ops ops, Map<String, Tensor> state, String key) {
    Tensor stored = state.remove(key);
    if (stored == null) {
      throw new IllegalArgumentException("%s.restore: '%s' is missing".formatted(name(), key));
    }
    Tensor held = remembered(ops, stored.shape());
    ops.copyInto(held, stored);
    return held;
  }

  /**
   * Converts a model output to a prediction of the data, {@code sample - sigma * modelOutput}.
   *
   * @return what {@link #remember} makes the latest prediction
   */
  final Tensor predictData(Ops ops, int index, Tensor modelOutput, Tensor sample) {
    int spare = predictions.length - 1;
    if (predictions[0] != null) {
      requireSameShape("step", "sample", sample, "the previous step's sample", predictions[0]);
    }
    if (predictions[spare] == null) {
      predictions[spare] = remembered(ops, sample.shape());
    }
    ops.linearCombinationInto(predictions[spare], originalSample(index), sample, modelOutput);
    return predictions[spare];
  }

  /** Makes what {@link #predictData} returned the latest prediction, and the oldest one spare. */
  final void remember() {
    int spare = predictions.length - 1;
    Tensor latest = predictions[spare];
    System.arraycopy(predictions, 0, predictions, 1, spare);
    predictions[0] = latest;
    stepsTaken++;
  }

  /** What an update combines: a sample, the latest {@code order} predictions, and others. */
  final Tensor[] terms(Tensor sample, int order, Tensor... others) {
    Tensor[] terms = new Tensor[1 + order + others.length];
    terms[0] = sample;
    System.arraycopy(predictions, 0, terms, 1, order);
    System.arraycopy(others, 0, terms, 1 + order, others.length);
    return terms;
  }

  /** The highest order that the steps of this run allow so far. */
  final int availableOrder() {
    return Math.min(solver.solverOrder(), stepsTaken);
  }

  /**
   * Half the log signal-to-noise ratio, {@code log((1 - sigma) / sigma)}; infinite at sigma 0. In
   * float64, where diffusers computes in float32.
   */
  final double lambda(int index) {
    return Math.log(1 - sigma(index)) - Math.log(sigma(index));
  }
}
