package io.zoetrope.dit.scheduler.flow;

import io.zoetrope.config.JsonConfig;
import java.util.Set;

/**
 * What the solvers that reuse earlier model outputs are told. Components carry diffusers' parameter
 * names.
 *
 * @param solverOrder the order of the solver, 1 to 3
 * @param variant whether {@code solver_type} names the class's other variant, not its default
 * @param lowerOrderFinal whether the last steps have lower orders
 * @param finalSigmasType the sigma that follows the last step
 */
record MultistepSettings(
    int solverOrder, boolean variant, boolean lowerOrderFinal, FinalSigmasType finalSigmasType) {

  /** The sigma after the last step: 0, or the last step's own once more. */
  enum FinalSigmasType {
    ZERO,
    SIGMA_MIN
  }

  /** The parameters that the classes share. */
  static final Set<String> PARAMETERS =
      Set.of(
          "beta_end",
          "beta_schedule",
          "beta_start",
          "dynamic_thresholding_ratio",
          "final_sigmas_type",
          "flow_shift",
          "lower_order_final",
          "num_train_timesteps",
          "prediction_type",
          "rescale_betas_zero_snr",
          "sample_max_value",
          "solver_order",
          "solver_type",
          "steps_offset",
          "thresholding",
          "time_shift_type",
          "timestep_spacing",
          "trained_betas",
          "use_beta_sigmas",
          "use_dynamic_shifting",
          "use_exponential_sigmas",
          "use_flow_sigmas",
          "use_karras_sigmas");

  /**
   * Reads the fields that are shared. Some are accepted with any value because flow sigmas leave
   * them without effect in diffusers too: the betas, {@code timestep_spacing}, {@code
   * steps_offset}, and the parameters of settings that have to be off.
   *
   * @param variant the {@code solver_type} that is not the default; like diffusers, each class
   *     reads the variants of others as its default
   * @throws io.zoetrope.config.ConfigException if a field is malformed or asks for something that
   *     is not implemented
   */
  static MultistepSettings read(JsonConfig fields, String variant) {
    fields.choice("prediction_type", "epsilon", "flow_prediction");
    FlowSettings.requireFlag(fields, "use_flow_sigmas", false, true);
    FlowSettings.requireFlag(fields, "thresholding", false, false);
    fields.choice("timestep_spacing", "linspace", "linspace", "leading", "trailing");
    String type =
        fields.choice("solver_type", "logrho", "bh1", "bh2", "midpoint", "heun", "logrho");
    return new MultistepSettings(
        fields.integer("solver_order", 2, 1, 3),
        type.equals(variant),
        fields.flag("lower_order_final", true),
        fields.choice("final_sigmas_type", FinalSigmasType.ZERO, FinalSigmasType.class));
  }

  boolean stepsToZero() {
    return finalSigmasType == FinalSigmasType.ZERO;
  }
}
