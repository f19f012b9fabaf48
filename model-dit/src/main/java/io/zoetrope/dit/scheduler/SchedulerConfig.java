package io.zoetrope.dit.scheduler;

import com.fasterxml.jackson.databind.JsonNode;
import io.zoetrope.config.ConfigException;
import io.zoetrope.config.JsonConfig;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;

/**
 * The settings of a flow-matching scheduler, as diffusers stores them in {@code
 * scheduler_config.json}. The components carry diffusers' parameter names; {@code flowShift} is
 * {@code flow_shift} of the multistep schedulers and {@code shift} of the Euler one. A setting that
 * a kind doesn't know has no effect on it, as in diffusers.
 *
 * @param kind the scheduler class
 * @param numTrainTimesteps the timestep that belongs to sigma 1
 * @param flowShift the static shift s of {@code s * sigma / (1 + (s - 1) * sigma)}
 * @param useDynamicShifting whether the shift depends on the job, through {@code mu}
 * @param timeShiftType how {@code mu} acts
 * @param shiftTerminal the last sigma that the schedule is stretched to
 * @param baseShift {@code mu} at {@code baseImageSeqLen} tokens
 * @param maxShift {@code mu} at {@code maxImageSeqLen} tokens
 * @param baseImageSeqLen see {@code baseShift}
 * @param maxImageSeqLen see {@code maxShift}
 * @param solverOrder the order of a multistep solver, 1 to 3
 * @param solverType the variant of a multistep solver
 * @param lowerOrderFinal whether the last steps of a multistep solver have lower orders
 * @param disableCorrector the steps of UniPC whose result isn't corrected by the step after
 * @param finalSigmasType the sigma that follows the last step
 */
public record SchedulerConfig(
    SchedulerKind kind,
    int numTrainTimesteps,
    double flowShift,
    boolean useDynamicShifting,
    TimeShiftType timeShiftType,
    OptionalDouble shiftTerminal,
    double baseShift,
    double maxShift,
    int baseImageSeqLen,
    int maxImageSeqLen,
    int solverOrder,
    SolverType solverType,
    boolean lowerOrderFinal,
    List<Integer> disableCorrector,
    FinalSigmasType finalSigmasType) {

  /** How dynamic shifting uses {@code mu}: as {@code exp(mu)} or as it is. */
  public enum TimeShiftType {
    EXPONENTIAL,
    LINEAR
  }

  /** BH1 and BH2 are variants of UniPC, midpoint and Heun of second-order DPM-Solver++. */
  public enum SolverType {
    BH1,
    BH2,
    MIDPOINT,
    HEUN
  }

  /** The sigma after the last step: 0, or the last step's own once more. */
  public enum FinalSigmasType {
    ZERO,
    SIGMA_MIN
  }

  /** Every parameter of the three classes; a file may carry those of a class it was made from. */
  private static final Set<String> KNOWN_FIELDS =
      Set.of(
          "algorithm_type",
          "base_image_seq_len",
          "base_shift",
          "beta_end",
          "beta_schedule",
          "beta_start",
          "disable_corrector",
          "dynamic_thresholding_ratio",
          "euler_at_final",
          "final_sigmas_type",
          "flow_shift",
          "invert_sigmas",
          "lambda_min_clipped",
          "lower_order_final",
          "max_image_seq_len",
          "max_shift",
          "num_train_timesteps",
          "predict_x0",
          "prediction_type",
          "rescale_betas_zero_snr",
          "sample_max_value",
          "shift",
          "shift_terminal",
          "sigma_max",
          "sigma_min",
          "solver_order",
          "solver_p",
          "solver_type",
          "steps_offset",
          "stochastic_sampling",
          "thresholding",
          "time_shift_type",
          "timestep_spacing",
          "trained_betas",
          "use_beta_sigmas",
          "use_dynamic_shifting",
          "use_exponential_sigmas",
          "use_flow_sigmas",
          "use_karras_sigmas",
          "use_lu_lambdas",
          "variance_type");

  /** Checks what holds between components. */
  public SchedulerConfig {
    disableCorrector = List.copyOf(disableCorrector);
    if (!(flowShift > 0) || Double.isInfinite(flowShift)) {
      throw refused(kind, "the flow shift", flowShift, "finite numbers above 0");
    }
    if (shiftTerminal.isPresent()
        && !(shiftTerminal.getAsDouble() > 0 && shiftTerminal.getAsDouble() < 1)) {
      throw refused(
          kind, "shift_terminal", shiftTerminal.getAsDouble(), "null, numbers between 0 and 1");
    }
    switch (kind) {
      case EULER -> {}
      case UNIPC -> {
        boolean stepToZero = finalSigmasType == FinalSigmasType.ZERO;
        // A step of higher order divides by the ratio of two log-SNR steps, of which this is 1/0.
        if (!lowerOrderFinal && (solverOrder > 2 || solverOrder == 2 && stepToZero)) {
          throw refused(
              kind,
              "lower_order_final with solver_order %d and final_sigmas_type %s"
                  .formatted(solverOrder, JsonConfig.nameOf(finalSigmasType)),
              false,
              "true");
        }
      }
      case DPM_SOLVER -> {
        if (shiftTerminal.isPresent()) {
          throw refused(kind, "shift_terminal", shiftTerminal.getAsDouble(), "null");
        }
        if (finalSigmasType != FinalSigmasType.ZERO) {
          throw refused(kind, "final_sigmas_type", JsonConfig.nameOf(finalSigmasType), "zero");
        }
        if (useDynamicShifting && timeShiftType != TimeShiftType.EXPONENTIAL) {
          throw refused(kind, "time_shift_type", JsonConfig.nameOf(timeShiftType), "exponential");
        }
      }
    }
  }

  /**
   * Reads a {@code scheduler_config.json}.
   *
   * @throws ConfigException if it can't be read, isn't a JSON object, or holds an unsupported
   *     setting; the message names the file
   */
  public static SchedulerConfig read(Path file) {
    JsonConfig config = JsonConfig.read(file);
    String className = config.text("_class_name");
    try {
      return parse(SchedulerKind.ofClassName(className), config.json());
    } catch (ConfigException e) {
      throw new ConfigException(file + ": " + e.getMessage(), e);
    }
  }

  /**
   * Reads the settings of one scheduler class from JSON. Missing fields take diffusers' defaults;
   * fields whose names begin with an underscore are bookkeeping.
   *
   * <p>Some fields are accepted with any value because flow sigmas leave them without effect in
   * diffusers too: the betas, {@code timestep_spacing}, {@code steps_offset}, {@code
   * lambda_min_clipped}, {@code euler_at_final} (a last step to sigma 0 is of first order anyway),
   * and the parameters of settings that have to be off.
   *
   * @param kind the class whose parameters and defaults apply
   * @param json an object of field names and values
   * @throws ConfigException if a field is unknown, malformed or unsupported
   */
  public static SchedulerConfig parse(SchedulerKind kind, JsonNode json) {
    JsonConfig fields = JsonConfig.of(kind.className(), json);
    for (Map.Entry<String, JsonNode> field : fields.json().properties()) {
      if (!field.getKey().startsWith("_") && !KNOWN_FIELDS.contains(field.getKey())) {
        throw new ConfigException(
            "%s: unknown field %s is %s"
                .formatted(fields.place(), field.getKey(), field.getValue()));
      }
    }
    requireImplemented(kind, fields);
    boolean euler = kind == SchedulerKind.EULER;
    boolean unipc = kind == SchedulerKind.UNIPC;
    JsonConfig eulerOnly = euler ? fields : fields.empty();
    JsonConfig multistepOnly = euler ? fields.empty() : fields;
    JsonConfig unipcOnly = unipc ? fields : fields.empty();
    return new SchedulerConfig(
        kind,
        fields.integer("num_train_timesteps", 1000, 1, 1 << 24),
        fields.number(euler ? "shift" : "flow_shift", 1.0),
        fields.flag("use_dynamic_shifting", false),
        fields.choice("time_shift_type", TimeShiftType.EXPONENTIAL, TimeShiftType.class),
        // Python takes 0 for false here.
        fields.optionalNumber("shift_terminal").stream().filter(t -> t != 0).findFirst(),
        eulerOnly.number("base_shift", 0.5),
        eulerOnly.number("max_shift", 1.15),
        eulerOnly.positiveInteger("base_image_seq_len", 256),
        eulerOnly.positiveInteger("max_image_seq_len", 4096),
        multistepOnly.integer("solver_order", 2, 1, 3),
        solverType(kind, multistepOnly),
        multistepOnly.flag("lower_order_final", true),
        unipcOnly.integers("disable_corrector", List.of()),
        multistepOnly.choice("final_sigmas_type", FinalSigmasType.ZERO, FinalSigmasType.class));
  }

  /**
   * The same settings for another class: shift, solver order and so on are kept, a solver variant
   * that the other class lacks becomes its default.
   *
   * @throws ConfigException if the other class doesn't support a setting
   */
  public SchedulerConfig withKind(SchedulerKind other) {
    return with(other, flowShift);
  }

  /**
   * The same settings with another static shift.
   *
   * @throws ConfigException if the shift isn't positive, or is dynamic in this schedule
   */
  public SchedulerConfig withFlowShift(double shift) {
    if (useDynamicShifting) {
      throw refused(kind, "use_dynamic_shifting with a given flow shift", true, "false");
    }
    return with(kind, shift);
  }

  private SchedulerConfig with(SchedulerKind newKind, double newShift) {
    return new SchedulerConfig(
        newKind,
        numTrainTimesteps,
        newShift,
        useDynamicShifting,
        timeShiftType,
        shiftTerminal,
        baseShift,
        maxShift,
        baseImageSeqLen,
        maxImageSeqLen,
        solverOrder,
        solverType(newKind, solverType),
        lowerOrderFinal,
        disableCorrector,
        finalSigmasType);
  }

  /**
   * The {@code mu} of dynamic shifting for a job, linear in the number of tokens and not clamped
   * ({@code calculate_shift} of diffusers' LTX pipelines).
   *
   * @param imageSeqLen the number of latent tokens of the job
   */
  public double calculateShift(int imageSeqLen) {
    double slope = (maxShift - baseShift) / (maxImageSeqLen - baseImageSeqLen);
    return imageSeqLen * slope + (baseShift - slope * baseImageSeqLen);
  }

  private static ConfigException refused(
      SchedulerKind kind, String what, Object value, String supported) {
    return ConfigException.unsupported(kind.className(), what, value, supported);
  }

  private static void requireImplemented(SchedulerKind kind, JsonConfig fields) {
    requireFlag(fields, "use_karras_sigmas", false, false);
    requireFlag(fields, "use_exponential_sigmas", false, false);
    requireFlag(fields, "use_beta_sigmas", false, false);
    if (kind == SchedulerKind.EULER) {
      requireFlag(fields, "invert_sigmas", false, false);
      requireFlag(fields, "stochastic_sampling", false, false);
      return;
    }
    fields.choice("prediction_type", "epsilon", "flow_prediction");
    requireFlag(fields, "use_flow_sigmas", false, true);
    requireFlag(fields, "thresholding", false, false);
    fields.choice("timestep_spacing", "linspace", "linspace", "leading", "trailing");
    if (kind == SchedulerKind.UNIPC) {
      requireFlag(fields, "predict_x0", true, true);
      fields.require(!fields.json().hasNonNull("solver_p"), "solver_p", "null");
    } else {
      fields.choice("algorithm_type", "dpmsolver++", "dpmsolver++");
      requireFlag(fields, "use_lu_lambdas", false, false);
    }
  }

  /** Requires a flag to have the only value that is implemented. */
  private static void requireFlag(
      JsonConfig fields, String name, boolean missing, boolean supported) {
    fields.require(fields.flag(name, missing) == supported, name, String.valueOf(supported));
  }

  /** The solver variant; like diffusers, each class reads the variants of others as its default. */
  private static SolverType solverType(SchedulerKind kind, JsonConfig fields) {
    String name =
        fields.choice(
            "solver_type",
            JsonConfig.nameOf(defaultSolverType(kind)),
            "bh1",
            "bh2",
            "midpoint",
            "heun",
            "logrho");
    return switch (name) {
      case "bh1" -> solverType(kind, SolverType.BH1);
      case "heun" -> solverType(kind, SolverType.HEUN);
      default -> defaultSolverType(kind);
    };
  }

  private static SolverType solverType(SchedulerKind kind, SolverType wanted) {
    boolean own =
        switch (wanted) {
          case BH1, BH2 -> kind == SchedulerKind.UNIPC;
          case MIDPOINT, HEUN -> kind == SchedulerKind.DPM_SOLVER;
        };
    return own ? wanted : defaultSolverType(kind);
  }

  private static SolverType defaultSolverType(SchedulerKind kind) {
    return kind == SchedulerKind.DPM_SOLVER ? SolverType.MIDPOINT : SolverType.BH2;
  }
}
