package io.zoetrope.dit.scheduler.flow;

import io.zoetrope.config.ConfigException;
import io.zoetrope.config.JsonConfig;
import java.util.OptionalDouble;

/**
 * What all schedulers for flow matching are told of their noise levels. Components carry diffusers'
 * parameter names, but for the static shift, which has two.
 *
 * @param numTrainTimesteps the timestep that belongs to sigma 1
 * @param shift the static shift s of {@code s * sigma / (1 + (s - 1) * sigma)}
 * @param useDynamicShifting whether the shift depends on the job, through {@code mu}
 * @param timeShiftType how {@code mu} acts
 * @param shiftTerminal the last sigma that the schedule is stretched to
 */
record FlowSettings(
    int numTrainTimesteps,
    double shift,
    boolean useDynamicShifting,
    TimeShiftType timeShiftType,
    OptionalDouble shiftTerminal) {

  /** How dynamic shifting uses {@code mu}: as {@code exp(mu)} or as it is. */
  enum TimeShiftType {
    EXPONENTIAL,
    LINEAR
  }

  /**
   * Reads the fields that are shared.
   *
   * @param shiftParameter the field with the static shift
   * @throws ConfigException if one is malformed or asks for something that is not implemented
   */
  static FlowSettings read(JsonConfig fields, String shiftParameter) {
    requireFlag(fields, "use_karras_sigmas", false, false);
    requireFlag(fields, "use_exponential_sigmas", false, false);
    requireFlag(fields, "use_beta_sigmas", false, false);
    double shift = fields.number(shiftParameter, 1.0);
    fields.require(shift > 0, shiftParameter, "finite numbers above 0");
    // Python takes 0 for false here.
    OptionalDouble terminal =
        fields.optionalNumber("shift_terminal").stream().filter(t -> t != 0).findFirst();
    fields.require(
        terminal.isEmpty() || terminal.getAsDouble() > 0 && terminal.getAsDouble() < 1,
        "shift_terminal",
        "null, numbers between 0 and 1");
    return new FlowSettings(
        fields.integer("num_train_timesteps", 1000, 1, 1 << 24),
        shift,
        fields.flag("use_dynamic_shifting", false),
        fields.choice("time_shift_type", TimeShiftType.EXPONENTIAL, TimeShiftType.class),
        terminal);
  }

  /** Requires a flag to have the only value that is implemented. */
  static void requireFlag(JsonConfig fields, String name, boolean missing, boolean supported) {
    fields.require(fields.flag(name, missing) == supported, name, String.valueOf(supported));
  }

  /** The same with another static shift, and none that depends on the job. */
  FlowSettings withStaticShift(double other) {
    return new FlowSettings(numTrainTimesteps, other, false, timeShiftType, shiftTerminal);
  }

  /** The same without a sigma to stretch the schedule to. */
  FlowSettings withoutTerminal() {
    return new FlowSettings(
        numTrainTimesteps, shift, useDynamicShifting, timeShiftType, OptionalDouble.empty());
  }
}
