package io.zoetrope.dit.scheduler;

import io.zoetrope.ops.Ops;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Tensor;
import java.util.Arrays;
import java.util.OptionalDouble;

/**
 * A sampler for flow-matching models: it chooses the noise levels of a job and turns the model's
 * outputs into ever less noisy samples. Names and semantics are those of diffusers' schedulers. A
 * sample at level sigma is {@code (1 - sigma) * data + sigma * noise}; the model predicts {@code
 * noise - data}.
 *
 * <p>A run is {@link #setTimesteps}, then one {@link #step} for each of {@link #timesteps()}.
 * {@code setTimesteps} also forgets the previous run. Samples are F32 tensors of any shape, the
 * same for a whole run, and stay on the device; so does what later steps need of earlier ones,
 * until the next run or {@link #close}. Not thread-safe.
 */
public abstract sealed class Scheduler implements AutoCloseable
    permits FlowMatchEulerDiscreteScheduler, MultistepScheduler {
  private static final int UNSET = -1;

  final SchedulerConfig config;
  private float[] sigmas = {};
  private float[] timesteps = {};
  private int beginIndex = UNSET;
  private int stepIndex = UNSET;

  Scheduler(SchedulerConfig config) {
    this.config = config;
  }

  /** Makes the scheduler that the configuration names. */
  public static Scheduler of(SchedulerConfig config) {
    return switch (config.kind()) {
      case EULER -> new FlowMatchEulerDiscreteScheduler(config);
      case UNIPC -> new UniPCMultistepScheduler(config);
      case DPM_SOLVER -> new DPMSolverMultistepScheduler(config);
    };
  }

  /**
   * Starts a run with the scheduler's own sigmas and without {@code mu}.
   *
   * @param steps the number of steps, at least 1
   */
  public final void setTimesteps(int steps) {
    setTimesteps(steps, OptionalDouble.empty());
  }

  /**
   * Starts a run with the scheduler's own sigmas.
   *
   * @param steps the number of steps, at least 1
   * @param mu the strength of dynamic shifting, see {@link SchedulerConfig#calculateShift}; without
   *     effect on a static shift
   * @throws IllegalArgumentException if {@code steps} is below 1, dynamic shifting lacks {@code mu}
   *     or the shift leaves neighbouring steps with the same float32 sigma
   */
  public final void setTimesteps(int steps, OptionalDouble mu) {
    if (steps < 1) {
      throw new IllegalArgumentException(name() + ": steps must be at least 1, got " + steps);
    }
    schedule(defaultSigmas(steps), mu);
  }

  /**
   * Starts a run with given sigmas, which are then shifted as configured. {@link
   * DPMSolverMultistepScheduler} doesn't take any.
   *
   * @param unshiftedSigmas one for each step, falling, above 0 and at most 1
   * @param mu as in {@link #setTimesteps(int, OptionalDouble)}
   * @throws IllegalArgumentException as in {@link #setTimesteps(int, OptionalDouble)}, or if there
   *     are no sigmas, or if they can't be used
   */
  public void setTimesteps(double[] unshiftedSigmas, OptionalDouble mu) {
    if (unshiftedSigmas.length == 0) {
      throw new IllegalArgumentException(name() + ": no sigmas given; one for each step is needed");
    }
    schedule(unshiftedSigmas, mu);
  }

  private void schedule(double[] unshiftedSigmas, OptionalDouble mu) {
    double[] shifted = shift(unshiftedSigmas, mu);
    int steps = shifted.length;
    float[] newSigmas = new float[steps + 1];
    float[] newTimesteps = new float[steps];
    for (int i = 0; i < steps; i++) {
      newSigmas[i] = (float) shifted[i];
      newTimesteps[i] = timestep(shifted[i]);
      boolean falling = i == 0 ? newSigmas[i] <= 1 : newSigmas[i] < newSigmas[i - 1];
      if (!falling || !(newSigmas[i] > 0)) {
        throw new IllegalArgumentException(
            "%s: shifted sigma %d of %d is %s after %s; sigmas must fall from at most 1 to above 0"
                .formatted(name(), i, steps, newSigmas[i], i == 0 ? "none" : newSigmas[i - 1]));
      }
    }
    newSigmas[steps] =
        switch (config.finalSigmasType()) {
          case ZERO -> 0;
          case SIGMA_MIN -> newSigmas[steps - 1];
        };
    sigmas = newSigmas;
    timesteps = newTimesteps;
    beginIndex = UNSET;
    stepIndex = UNSET;
    forgetRun();
  }

  /** The unshifted sigmas of a schedule of so many steps. */
  abstract double[] defaultSigmas(int steps);

  /** The shifted sigmas, one for each step. */
  double[] shift(double[] unshiftedSigmas, OptionalDouble mu) {
    return FlowSigmas.shift(unshiftedSigmas, config, mu);
  }

  /** The timestep that the model is given at a sigma. */
  abstract float timestep(double sigma);

  /** Releases what the steps of a run have left. */
  abstract void forgetRun();

  /** A copy of the sigmas, one for each step and the final one. */
  public final float[] sigmas() {
    return sigmas.clone();
  }

  /**
   * A copy of the timesteps, one for each step, between 0 and {@code num_train_timesteps}; whole
   * numbers but for {@link FlowMatchEulerDiscreteScheduler}.
   */
  public final float[] timesteps() {
    return timesteps.clone();
  }

  /**
   * Sets the index of the run's first step. Without it the first step's timestep is looked up.
   *
   * @throws IllegalArgumentException if the schedule has no such step
   */
  public final void setBeginIndex(int index) {
    if (index < 0 || index >= timesteps.length) {
      throw new IllegalArgumentException(
          "%s: begin index %d is outside a schedule of %d steps"
              .formatted(name(), index, timesteps.length));
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
              .formatted(name(), timestep, Arrays.toString(timesteps)));
    }
    return found;
  }

  /**
   * Mixes data with noise at the level of a step: {@code (1 - sigma) * original + sigma * noise},
   * the start of a run amid the schedule. ({@code add_noise} of diffusers' multistep schedulers,
   * {@code scale_noise} of the Euler one.)
   *
   * @param original the data, F32 or BF16
   * @param noise standard normal noise, F32 or BF16, of the same shape
   * @param timestep one of {@link #timesteps()}; the step is looked up by it unless a begin index
   *     is set, which then decides, or after the first step the step that comes next
   * @return F32, of the same shape, in the current scope
   * @throws IllegalArgumentException if the shapes differ or the schedule lacks the timestep
   * @throws IllegalStateException if the schedule has no step left
   */
  public final Tensor addNoise(Ops ops, Tensor original, Tensor noise, float timestep) {
    requireSameShape("addNoise", "original", original, "noise", noise);
    int index = beginIndex == UNSET ? indexForTimestep(timestep) : nextIndex(timestep);
    requireStepLeft("addNoise", index);
    double sigma = sigma(index);
    Tensor noisy = ops.allocate(DType.F32, original.shape());
    ops.linearCombinationInto(noisy, new double[] {1 - sigma, sigma}, original, noise);
    return noisy;
  }

  /**
   * Advances a sample by one step.
   *
   * @param ops the same for a whole run
   * @param modelOutput the model's prediction for {@code sample}, of its shape; F32 or BF16
   * @param timestep the timestep that the model was given. The first step of a run without a begin
   *     index is looked up by it; later steps follow in order, whatever their timestep
   * @param sample F32, overwritten with the sample at the next sigma
   * @throws IllegalArgumentException if shapes differ, the sample is not F32, or the schedule lacks
   *     the first timestep
   * @throws IllegalStateException if the schedule has no step left
   */
  public final void step(Ops ops, Tensor modelOutput, float timestep, Tensor sample) {
    requireSameShape("step", "modelOutput", modelOutput, "sample", sample);
    if (sample.dtype() != DType.F32) {
      throw new IllegalArgumentException(
          "%s.step: sample %s is not F32; cast it first".formatted(name(), sample));
    }
    int index = nextIndex(timestep);
    requireStepLeft("step", index);
    advance(ops, index, modelOutput, sample);
    stepIndex = index + 1;
  }

  private void requireStepLeft(String operation, int index) {
    if (index >= timesteps.length) {
      throw new IllegalStateException(
          "%s.%s: no step left in a schedule of %d; call setTimesteps for a new run"
              .formatted(name(), operation, timesteps.length));
    }
  }

  /** Turns {@code sample} at {@code sigma(index)} into the one at {@code sigma(index + 1)}. */
  abstract void advance(Ops ops, int index, Tensor modelOutput, Tensor sample);

  private int nextIndex(float timestep) {
    if (stepIndex != UNSET) {
      return stepIndex;
    }
    return beginIndex != UNSET ? beginIndex : indexForTimestep(timestep);
  }

  final double sigma(int index) {
    return sigmas[index];
  }

  final int steps() {
    return timesteps.length;
  }

  final String name() {
    return config.kind().className();
  }

  final void requireSameShape(String operation, String nameA, Tensor a, String nameB, Tensor b) {
    if (!a.shape().equals(b.shape())) {
      throw new IllegalArgumentException(
          "%s.%s: %s has shape %s but %s has %s"
              .formatted(name(), operation, nameA, a.shape(), nameB, b.shape()));
    }
  }

  /** Releases what the run holds on the device; {@link #setTimesteps(int)} starts a new one. */
  @Override
  public final void close() {
    forgetRun();
    stepIndex = timesteps.length;
  }
}
