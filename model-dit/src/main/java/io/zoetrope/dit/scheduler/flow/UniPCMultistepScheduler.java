package io.zoetrope.dit.scheduler.flow;

import io.zoetrope.config.ConfigException;
import io.zoetrope.config.JsonConfig;
import io.zoetrope.dit.scheduler.SchedulerKind;
import io.zoetrope.ops.Ops;
import io.zoetrope.random.NoiseSource;
import io.zoetrope.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.commons.math3.linear.ArrayRealVector;
import org.apache.commons.math3.linear.LUDecomposition;
import org.apache.commons.math3.linear.MatrixUtils;

/**
 * UniPC, a predictor-corrector of order 1 to 3 that predicts the data: each step first corrects the
 * sample that it is given with the model output there, then predicts the next one.
 *
 * <p>Source: Zhao et al., "UniPC: A Unified Predictor-Corrector Framework for Fast Sampling of
 * Diffusion Models" (2023); diffusers, {@code schedulers/scheduling_unipc_multistep.py}. The
 * variant {@code bh1} steps to a final sigma of 0 without the correction term, which vanishes
 * there, where diffusers computes 0 times infinity.
 */
public final class UniPCMultistepScheduler extends MultistepScheduler {
  private static final String SHIFT = "flow_shift";
  private static final double SIGMA_EPSILON = 1e-6;
  private static final String LAST_SAMPLE = "last_sample";
  private static final String LAST_ORDER = "last_order";

  /** How it is named and configured. */
  public static final SchedulerKind KIND =
      new SchedulerKind(
          "UniPCMultistepScheduler",
          "unipc",
          SHIFT,
          Stream.concat(
                  MultistepSettings.PARAMETERS.stream(),
                  Stream.of(
                      "disable_corrector",
                      "predict_x0",
                      "shift_terminal",
                      "sigma_max",
                      "sigma_min",
                      "solver_p"))
              .collect(Collectors.toUnmodifiableSet()),
          UniPCMultistepScheduler::read);

  private final Set<Integer> disableCorrector;

  /** The corrected sample of the previous step; null before the first. */
  private Tensor lastSample;

  private int lastOrder;

  private UniPCMultistepScheduler(
      FlowSettings settings, MultistepSettings solver, List<Integer> disableCorrector) {
    // The corrector has as many old ones as the predictor before it, and the new one.
    super(KIND.className(), settings, solver, solver.solverOrder() + 1);
    this.disableCorrector = Set.copyOf(disableCorrector);
  }

  private static UniPCMultistepScheduler read(JsonConfig fields) {
    MultistepSettings solver = MultistepSettings.read(fields, "bh1");
    FlowSettings.requireFlag(fields, "predict_x0", true, true);
    fields.require(!fields.json().hasNonNull("solver_p"), "solver_p", "null");
    // A step of higher order divides by the ratio of two log-SNR steps, of which this is 1/0.
    int order = solver.solverOrder();
    if (!solver.lowerOrderFinal() && (order > 2 || order == 2 && solver.stepsToZero())) {
      throw ConfigException.unsupported(
          KIND.className(),
          "lower_order_final with solver_order %d and final_sigmas_type %s"
              .formatted(order, JsonConfig.nameOf(solver.finalSigmasType())),
          false,
          "true");
    }
    return new UniPCMultistepScheduler(
        FlowSettings.read(fields, SHIFT), solver, fields.integers("disable_corrector", List.of()));
  }

  @Override
  double[] defaultSigmas(int steps, FlowSettings effective) {
    double[] sigmas = FlowSigmas.linspace(1, 1.0 / effective.numTrainTimesteps(), steps + 1);
    return Arrays.copyOf(sigmas, steps);
  }

  @Override
  double[] shifted(double[] unshifted, FlowSettings effective, OptionalDouble mu) {
    double[] sigmas = super.shifted(unshifted, effective, mu);
    // At sigma 1 the logarithm of the signal is infinite.
    if (Math.abs(sigmas[0] - 1) < SIGMA_EPSILON) {
      sigmas[0] -= SIGMA_EPSILON;
    }
    return sigmas;
  }

  @Override
  protected void forgetRun() {
    super.forgetRun();
    lastSample = null;
  }

  @Override
  protected void addState(Map<String, Tensor> state) {
    super.addState(state);
    if (lastSample != null) {
      state.put(LAST_SAMPLE, lastSample);
      state.put(LAST_ORDER, number(lastOrder));
    }
  }

  @Override
  protected void restoreState(Ops ops, Map<String, Tensor> state) {
    super.restoreState(ops, state);
    if (state.containsKey(LAST_SAMPLE)) {
      lastSample = takeRemembered(ops, state, LAST_SAMPLE);
      lastOrder = takeNumber(state, LAST_ORDER, availableOrder());
    }
  }

  @Override
  protected void advance(Ops ops, int index, Tensor modelOutput, Tensor sample, NoiseSource noise) {
    Tensor prediction = predictData(ops, index, modelOutput, sample);
    if (lastSample == null) {
      lastSample = remembered(ops, sample.shape());
    } else if (!disableCorrector.contains(index - 1)) {
      double[] weights = weights(index - 1, lastOrder, lastOrder);
      ops.linearCombinationInto(sample, weights, terms(lastSample, lastOrder, prediction));
    }
    remember();
    ops.copyInto(lastSample, sample);
    int order = availableOrder();
    if (solver().lowerOrderFinal()) {
      order = Math.min(order, steps() - index);
    }
    ops.linearCombinationInto(sample, weights(index, order, order - 1), terms(sample, order));
    lastOrder = order;
  }

  /**
   * The weights of one update, from {@code sigma(from)} to the next.
   *
   * @param from the index of the step
   * @param order the number p of predictions used
   * @param differences how many differences to the latest prediction enter: p - 1 in the predictor,
   *     of the older ones; p in the corrector, of the one at the next sigma too
   * @return the weights of the sample at {@code from}, the p predictions from the latest to the
   *     oldest, and in the corrector the prediction at the next sigma
   */
  private double[] weights(int from, int order, int differences) {
    double alpha = 1 - sigma(from + 1);
    double h = lambda(from + 1) - lambda(from);
    double[] ratios = new double[differences];
    for (int i = 0; i < differences; i++) {
      ratios[i] = i + 1 < order ? (lambda(from - i - 1) - lambda(from)) / h : 1;
    }
    double[] rhos = rhos(ratios, -h);
    double[] weights = new double[2 + differences];
    weights[0] = sigma(from + 1) / sigma(from);
    weights[1] = -alpha * Math.expm1(-h);
    for (int i = 0; i < differences; i++) {
      weights[2 + i] = -alpha * b(-h) * rhos[i] / ratios[i];
      weights[1] -= weights[2 + i];
    }
    return weights;
  }

  /** B(h) of the paper's two variants. */
  private double b(double h) {
    return solver().variant() ? h : Math.expm1(h);
  }

  /** The coefficients of the differences, which make the update exact to their order. */
  private double[] rhos(double[] ratios, double h) {
    int count = ratios.length;
    if (count < 2) {
      double[] half = {0.5};
      return Arrays.copyOf(half, count);
    }
    double[][] powers = new double[count][count];
    double[] moments = new double[count];
    double phi = Math.expm1(h) / h - 1;
    double factorial = 1;
    for (int i = 0; i < count; i++) {
      for (int k = 0; k < count; k++) {
        powers[i][k] = Math.pow(ratios[k], i);
      }
      moments[i] = phi * factorial / b(h);
      factorial *= i + 2;
      phi = phi / h - 1 / factorial;
    }
    return new LUDecomposition(MatrixUtils.createRealMatrix(powers))
        .getSolver()
        .solve(new ArrayRealVector(moments, false))
        .toArray();
  }
}
