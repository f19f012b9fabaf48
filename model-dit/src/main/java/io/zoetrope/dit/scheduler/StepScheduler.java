package io.zoetrope.dit.scheduler;

import io.zoetrope.ops.Ops;
import io.zoetrope.random.NoiseSource;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Tensor;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/** What schedulers have in common: which step comes next, and what they demand of a step. */
public abstract class StepScheduler implements Scheduler {
  private static final int UNSET = -1;
  private static final String STEP_INDEX = "step_index";

  private final String name;
  private float[] timesteps = {};
  private int beginIndex = UNSET;
  private int stepIndex = UNSET;

  /** A scheduler without a schedule. */
  protected StepScheduler(String name) {
    this.name = name;
  }

  @Override
  public final String name() {
    return name;
  }

  /** Starts a run. */
  protected final void begin(float[] newTimesteps) {
    timesteps = newTimesteps;
    beginIndex = UNSET;
    stepIndex = UNSET;
    forgetRun();
  }

  /** Gives the steps of a run that has just begun other timesteps, as many as they are. */
  protected final void replaceTimesteps(double[] given) {
    for (int i = 0; i < given.length; i++) {
      timesteps[i] = (float) given[i];
    }
  }

  /** Releases what the steps of a run have left. */
  protected void forgetRun() {}

  /** Refuses a number of steps below 1. */
  protected final void requireSteps(int steps) {
    if (steps < 1) {
      throw new IllegalArgumentException(name + ": steps must be at least 1, got " + steps);
    }
  }

  /** How many steps the schedule has. */
  protected final int steps() {
    return timesteps.length;
  }

  /** The timestep of a step. */
  protected final float timestep(int index) {
    return timesteps[index];
  }

  @Override
  public final float[] timesteps() {
    return timesteps.clone();
  }

  @Override
  public final void setBeginIndex(int index) {
    if (index < 0 || index >= timesteps.length) {
      throw new IllegalArgumentException(
          "%s: begin index %d is outside a schedule of %d steps"
              .formatted(name, index, timesteps.length));
    }
    beginIndex = index;
  }

  /**
   * Finds a step by its timestep. Of several with that timestep (long schedules of whole numbers
   * repeat some) it is the second, as in diffusers, which thereby never skips a sigma when a run
   * starts amid the schedule.
   *
   * @throws IllegalArgumentException if the schedule lacks the timestep
   */
  public final int indexForTimestep(float timestep) {
    int found = UNSET;
    for (int i = 0; i < timesteps.length; i++) {
      if (timesteps[i] == timestep) {
        if (found != UNSET) {
          return i;
        }
        found = i;
      }
    }
    if (found == UNSET) {
      throw new IllegalArgumentException(
          "%s: timestep %s isn't in the schedule %s"
              .formatted(name, timestep, Arrays.toString(timesteps)));
    }
    return found;
  }

  @Override
  public final Tensor addNoise(Ops ops, Tensor original, Tensor noise, float timestep) {
    requireSameShape("addNoise", "original", original, "noise", noise);
    int index = beginIndex == UNSET ? indexForTimestep(timestep) : nextIndex(timestep);
    requireStepLeft("addNoise", index);
    Tensor noisy = ops.allocate(DType.F32, original.shape());
    ops.linearCombinationInto(noisy, mixture(index), original, noise);
    return noisy;
  }

  /** The weights of data and noise in a sample at a step. */
  protected abstract double[] mixture(int index);

  @Override
  public final void step(
      Ops ops, Tensor modelOutput, float timestep, Tensor sample, NoiseSource noise) {
    int index = begunStep(modelOutput, timestep, sample);
    advance(ops, index, modelOutput, sample, noise);
    stepIndex = index + 1;
  }

  @Override
  public final void stepTokens(
      Ops ops, Tensor modelOutput, float timestep, float[] tokens, Tensor sample) {
    int index = begunStep(modelOutput, timestep, sample);
    advanceTokens(ops, modelOutput, tokens, sample);
    stepIndex = index + 1;
  }

  /** The index of a step that can be taken. */
  private int begunStep(Tensor modelOutput, float timestep, Tensor sample) {
    requireSameShape("step", "modelOutput", modelOutput, "sample", sample);
    if (sample.dtype() != DType.F32) {
      throw new IllegalArgumentException(
          "%s.step: sample %s is not F32; cast it first".formatted(name, sample));
    }
    int index = nextIndex(timestep);
    requireStepLeft("step", index);
    return index;
  }

  @Override
  public final Tensor predictOriginalSample(
      Ops ops, Tensor modelOutput, float timestep, Tensor sample) {
    requireSameShape("predictOriginalSample", "modelOutput", modelOutput, "sample", sample);
    int index = nextIndex(timestep);
    requireStepLeft("predictOriginalSample", index);
    Tensor original = ops.allocate(DType.F32, sample.shape());
    ops.linearCombinationInto(original, originalSample(index), sample, modelOutput);
    return original;
  }

  /** The weights of sample and model output in what the output says of the data. */
  protected abstract double[] originalSample(int index);

  /** Turns the sample of a step into that of the next. */
  protected abstract void advance(
      Ops ops, int index, Tensor modelOutput, Tensor sample, NoiseSource noise);

  /** Takes each token of a sample from its own noise level to the next. */
  protected void advanceTokens(Ops ops, Tensor modelOutput, float[] tokens, Tensor sample) {
    throw new IllegalArgumentException(name + ": takes no step of each token's own");
  }

  private void requireStepLeft(String operation, int index) {
    if (index >= timesteps.length) {
      throw new IllegalStateException(
          "%s.%s: no step left in a schedule of %d; call setTimesteps for a new run"
              .formatted(name, operation, timesteps.length));
    }
  }

  /** The step that comes next, of which the first is looked up by its timestep. */
  protected final int nextIndex(float timestep) {
    if (stepIndex != UNSET) {
      return stepIndex;
    }
    return beginIndex != UNSET ? beginIndex : indexForTimestep(timestep);
  }

  @Override
  public final Map<String, Tensor> state() {
    Map<String, Tensor> state = new HashMap<>();
    state.put(STEP_INDEX, number(stepIndex));
    addState(state);
    return state;
  }

  /** Adds what a class needs of earlier steps. */
  protected void addState(Map<String, Tensor> state) {}

  @Override
  public final void restore(Ops ops, Map<String, Tensor> state) {
    forgetRun();
    Map<String, Tensor> left = new HashMap<>(state);
    stepIndex = takeNumber(left, STEP_INDEX, timesteps.length);
    restoreState(ops, left);
    if (!left.isEmpty()) {
      throw new IllegalArgumentException(
          "%s.restore: %s are no part of its state".formatted(name, left.keySet()));
    }
  }

  /** Takes what {@link #addState} has added out of a state, into the run. */
  protected void restoreState(Ops ops, Map<String, Tensor> state) {}

  /** A number as a part of a state. */
  protected static Tensor number(int value) {
    return Tensor.of(new float[] {value}, 1);
  }

  /** Takes a number from 0 to {@code most} out of a state. */
  protected final int takeNumber(Map<String, Tensor> state, String key, int most) {
    Tensor stored = state.remove(key);
    float value = stored == null || stored.count() != 1 ? Float.NaN : stored.toFloats()[0];
    if (!(value >= 0 && value <= most && value == (int) value)) {
      throw new IllegalArgumentException(
          "%s.restore: '%s' is %s, which is no number from 0 to %d"
              .formatted(name, key, stored == null ? "missing" : Float.toString(value), most));
    }
    return (int) value;
  }

  /** Refuses two tensors of different shapes. */
  protected final void requireSameShape(
      String operation, String nameA, Tensor a, String nameB, Tensor b) {
    if (!a.shape().equals(b.shape())) {
      throw new IllegalArgumentException(
          "%s.%s: %s has shape %s but %s has %s"
              .formatted(name, operation, nameA, a.shape(), nameB, b.shape()));
    }
  }

  @Override
  public final void close() {
    forgetRun();
    stepIndex = timesteps.length;
  }
}
