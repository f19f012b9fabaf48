package io.zoetrope.dit.scheduler.discrete;

import io.zoetrope.config.JsonConfig;
import io.zoetrope.dit.scheduler.SchedulerKind;
import io.zoetrope.ops.Buffers;
import io.zoetrope.ops.Ops;
import io.zoetrope.random.NoiseSource;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Shape;
import io.zoetrope.tensor.Tensor;
import java.util.Map;

/**
 * A stochastic solver of second order on the noise levels of CogVideoX: each step adds noise, and
 * goes on with the data that the model predicts, as the predictions of this step and of the one
 * before it say.
 *
 * <p>Source: Lu et al., "DPM-Solver++" (2022), SDE-DPM-Solver++(2M); Yang et al., "CogVideoX"
 * (2024); diffusers, {@code schedulers/scheduling_dpm_cogvideox.py}. As there, a step of second
 * order draws noise twice and uses the second draw.
 */
public final class CogVideoXDPMScheduler extends CogVideoXScheduler {
  /** How it is named and configured. */
  public static final SchedulerKind KIND =
      new SchedulerKind(
          "CogVideoXDPMScheduler", "cogvideox-dpm", null, PARAMETERS, CogVideoXDPMScheduler::new);

  private static final String PREDICTION = "prediction_0";

  /** Holds what the latest step predicted of the data; null before the first step of a run. */
  private Buffers history;

  private Tensor predicted;

  private CogVideoXDPMScheduler(JsonConfig fields) {
    super(KIND, fields);
  }

  @Override
  public boolean addsNoise() {
    return true;
  }

  @Override
  public int stepsToFullMemory() {
    return 2;
  }

  @Override
  protected void advance(Ops ops, int index, Tensor modelOutput, Tensor sample, NoiseSource noise) {
    double alpha = alpha(index);
    double next = nextAlpha(index);
    double h = lambda(next) - lambda(alpha);
    double ofSample = Math.sqrt((1 - next) / (1 - alpha)) * Math.exp(-h);
    double ofData = -Math.expm1(-2 * h) * Math.sqrt(next);
    double ofNoise = Math.sqrt(1 - next) * Math.sqrt(1 - Math.exp(-2 * h));

    try (var _ = ops.scope(name())) {
      long[] sizes = sample.shape().sizes();
      Tensor fresh = noise.normal(sizes);
      Tensor data = ops.allocate(DType.F32, sample.shape());
      ops.linearCombinationInto(data, originalSample(index), sample, modelOutput);
      if (predicted == null || nextTimestep(index) < 0) {
        // 1. First order: there is no step before it, or no noise behind it
        double[] weights = {ofSample, ofData, ofNoise};
        ops.linearCombinationInto(sample, weights, sample, data, ops.upload(fresh));
      } else {
        // 2. Second order: the data as both steps see them on their way
        requireSameShape("step", "sample", sample, "the previous step's sample", predicted);
        double r = (lambda(alpha) - lambda(alpha(index - 1))) / h;
        double beyond = 1 / (2 * r);
        double[] weights = {ofSample, ofData * (1 + beyond), -ofData * beyond, ofNoise};
        Tensor second = ops.upload(noise.normal(sizes));
        ops.linearCombinationInto(sample, weights, sample, data, predicted, second);
      }
      remember(ops, data);
    }
  }

  /** Half the logarithm of the ratio of data to noise; infinite where one of them is 0. */
  private static double lambda(double alpha) {
    return Math.log(Math.sqrt(alpha / (1 - alpha)));
  }

  private void remember(Ops ops, Tensor data) {
    if (predicted == null) {
      predicted = held(ops, data.shape());
    }
    ops.copyInto(predicted, data);
  }

  private Tensor held(Ops ops, Shape shape) {
    history = ops.buffers(name());
    return history.allocate(DType.F32, shape);
  }

  @Override
  protected void forgetRun() {
    predicted = null;
    if (history != null) {
      history.close();
      history = null;
    }
  }

  @Override
  protected void addState(Map<String, Tensor> state) {
    if (predicted != null) {
      state.put(PREDICTION, predicted);
    }
  }

  @Override
  protected void restoreState(Ops ops, Map<String, Tensor> state) {
    Tensor stored = state.remove(PREDICTION);
    if (stored == null) {
      throw new IllegalArgumentException(
          "%s.restore: '%s' is missing".formatted(name(), PREDICTION));
    }
    remember(ops, stored);
  }
}
