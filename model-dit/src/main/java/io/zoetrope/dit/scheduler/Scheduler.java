package io.zoetrope.dit.scheduler;

import io.zoetrope.ops.Ops;
import io.zoetrope.random.NoiseSource;
import io.zoetrope.tensor.Tensor;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * Chooses the noise levels of a job and turns the model's outputs into ever less noisy samples.
 * Names and semantics are those of diffusers' schedulers.
 *
 * <p>A run is {@link #setTimesteps}, then one {@link #step} for each of {@link #timesteps()}.
 * {@code setTimesteps} also forgets the previous run. Samples are F32 tensors of any shape, the
 * same for a whole run, and stay on the device; so does what later steps need of earlier ones,
 * until the next run or {@link #close}. A scheduler is for one thread.
 */
public interface Scheduler extends AutoCloseable {
  /** The name of the class in diffusers. */
  String name();

  /**
   * Starts a run without {@code mu}.
   *
   * @param steps the number of steps, at least 1
   * @throws IllegalArgumentException as in {@link #setTimesteps(int, OptionalDouble)}
   */
  default void setTimesteps(int steps) {
    setTimesteps(steps, OptionalDouble.empty());
  }

  /**
   * Starts a run.
   *
   * @param steps the number of steps, at least 1
   * @param mu the strength of a shift that depends on the job; without effect on schedulers whose
   *     shift does not
   * @throws IllegalArgumentException if the settings allow no schedule of so many steps; the
   *     message says which setting is in the way
   */
  void setTimesteps(int steps, OptionalDouble mu);

  /**
   * Starts a run with given sigmas, which are then shifted as configured.
   *
   * @param unshiftedSigmas one for each step
   * @param mu as in {@link #setTimesteps(int, OptionalDouble)}
   * @throws IllegalArgumentException if they cannot be used, or if the scheduler takes none
   */
  default void setTimesteps(double[] unshiftedSigmas, OptionalDouble mu) {
    throw new IllegalArgumentException(name() + ": takes no sigmas of its caller's");
  }

  /**
   * Starts a run with given timesteps, from which sigmas follow, which are then shifted as
   * configured.
   *
   * @param timesteps one for each step
   * @param mu as in {@link #setTimesteps(int, OptionalDouble)}
   * @throws IllegalArgumentException if they cannot be used, or if the scheduler takes none
   */
  default void setGivenTimesteps(double[] timesteps, OptionalDouble mu) {
    throw new IllegalArgumentException(name() + ": takes no timesteps of its caller's");
  }

  /** The timesteps, one for each step, as the model is given them. */
  float[] timesteps();

  /**
   * The noise levels, one for each step and the final one; empty where diffusers' scheduler keeps
   * none.
   */
  default float[] sigmas() {
    return new float[0];
  }

  /**
   * Sets the index of the run's first step. Without it the first step's timestep is looked up.
   *
   * @throws IllegalArgumentException if the schedule has no such step
   */
  void setBeginIndex(int index);

  /** Whether {@link #step} asks for noise. */
  default boolean addsNoise() {
    return false;
  }

  /** The standard deviation of the noise that a run starts from. */
  default double initNoiseSigma() {
    return 1;
  }

  /**
   * The sample as the model takes it.
   *
   * @param sample F32, as {@link #step} takes it
   * @param timestep as {@link #step} takes it
   * @return the sample itself where nothing is scaled, or else F32 of its shape in the current
   *     scope
   */
  default Tensor scaleModelInput(Ops ops, Tensor sample, float timestep) {
    return sample;
  }

  /**
   * Mixes data with noise at the level of a step, the start of a run amid the schedule ({@code
   * add_noise} in diffusers, {@code scale_noise} of the Euler scheduler).
   *
   * @param original the data, F32 or BF16
   * @param noise standard normal noise, F32 or BF16, of the same shape
   * @param timestep one of {@link #timesteps()}; the step is looked up by it unless a begin index
   *     is set, which then decides, or after the first step the step that comes next
   * @return F32, of the same shape, in the current scope
   * @throws IllegalArgumentException if the shapes differ or the schedule lacks the timestep
   * @throws IllegalStateException if the schedule has no step left
   */
  Tensor addNoise(Ops ops, Tensor original, Tensor noise, float timestep);

  /**
   * Advances a sample by one step.
   *
   * @param ops the same for a whole run
   * @param modelOutput the model's prediction for {@code sample}, of its shape; F32 or BF16
   * @param timestep the timestep that the model was given. The first step of a run without a begin
   *     index is looked up by it; later steps follow in order, whatever their timestep
   * @param sample F32, overwritten with the sample of the next step
   * @param noise asked by schedulers that add noise in a step
   * @throws IllegalArgumentException if shapes differ, the sample is not F32, or the schedule lacks
   *     the first timestep
   * @throws IllegalStateException if the schedule has no step left
   */
  void step(Ops ops, Tensor modelOutput, float timestep, Tensor sample, NoiseSource noise);

  /** Does what the other does, for a scheduler that adds no noise. */
  default void step(Ops ops, Tensor modelOutput, float timestep, Tensor sample) {
    step(ops, modelOutput, timestep, sample, NoiseSource.none());
  }

  /** Whether {@link #stepTokens} is done. */
  default boolean stepsTokens() {
    return false;
  }

  /**
   * Advances a sample whose tokens have timesteps of their own ({@code per_token_timesteps} in
   * diffusers): each goes to the largest noise level of the schedule that is below its own, and one
   * at timestep 0 stays as it is.
   *
   * @param modelOutput F32, the model's prediction
   * @param timestep that of the step
   * @param tokens the timestep of each position of the sample behind its first dimension
   * @param sample as {@link #step} takes it
   * @throws IllegalArgumentException if the scheduler takes no such steps, or as {@link #step}
   */
  void stepTokens(Ops ops, Tensor modelOutput, float timestep, float[] tokens, Tensor sample);

  /**
   * What the model says of the sample without its noise ({@code pred_original_sample} in
   * diffusers). Comes before the {@link #step} with the same arguments, and changes nothing of it.
   *
   * @return F32, of the shape of the sample, in the current scope
   */
  Tensor predictOriginalSample(Ops ops, Tensor modelOutput, float timestep, Tensor sample);

  /**
   * What later steps need of earlier ones, by name: tensors of the sample's shape, and single
   * numbers. They may be read until the next step. With them and the sample another run of the same
   * schedule goes on from here, to the bit.
   */
  Map<String, Tensor> state();

  /**
   * Goes on with a run from a {@link #state}, in the place of the first steps. Comes after {@link
   * #setTimesteps(int)}.
   *
   * @param ops the same for the whole run
   * @param state in host memory
   * @throws IllegalArgumentException if it is none of a run of this schedule
   */
  void restore(Ops ops, Map<String, Tensor> state);

  /** How many steps it takes until a run holds as much memory as it ever does. */
  default int stepsToFullMemory() {
    return 1;
  }

  /** What a user should know of the settings: one sentence for each that has no effect. */
  default List<String> warnings() {
    return List.of();
  }

  /** Releases what the run holds on the device; {@link #setTimesteps(int)} starts a new one. */
  @Override
  void close();
}
