package io.zoetrope.dit.scheduler;

import io.zoetrope.config.ConfigException;
import java.util.Arrays;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The implemented scheduler classes of diffusers. */
public enum SchedulerKind {
  /** {@link UniPCMultistepScheduler}. */
  UNIPC("UniPCMultistepScheduler", "unipc"),
  /** {@link FlowMatchEulerDiscreteScheduler}. */
  EULER("FlowMatchEulerDiscreteScheduler", "euler"),
  /** {@link DPMSolverMultistepScheduler}. */
  DPM_SOLVER("DPMSolverMultistepScheduler", "dpm++");

  private final String className;
  private final String optionName;

  SchedulerKind(String className, String optionName) {
    this.className = className;
    this.optionName = optionName;
  }

  /** The name of the class in diffusers, the {@code _class_name} of its configuration. */
  public String className() {
    return className;
  }

  /** The short name that a user types: {@code unipc}, {@code euler} or {@code dpm++}. */
  public String optionName() {
    return optionName;
  }

  /** The names of all implemented classes. */
  public static String[] classNames() {
    return Arrays.stream(values()).map(SchedulerKind::className).toArray(String[]::new);
  }

  /**
   * Finds the kind by diffusers' class name.
   *
   * @throws ConfigException if no implemented scheduler has that name
   */
  public static SchedulerKind ofClassName(String className) {
    return find("scheduler class", className, SchedulerKind::className);
  }

  /**
   * Finds the kind by its short name.
   *
   * @throws ConfigException if no scheduler has that name
   */
  public static SchedulerKind ofOption(String optionName) {
    return find("scheduler", optionName, SchedulerKind::optionName);
  }

  private static SchedulerKind find(
      String what, String wanted, Function<SchedulerKind, String> name) {
    return Arrays.stream(values())
        .filter(kind -> name.apply(kind).equals(wanted))
        .findFirst()
        .orElseThrow(() ->
            new ConfigException(
                "unknown %s '%s'; supported: %s"
                    .formatted(
                        what,
                        wanted,
                        Arrays.stream(values()).map(name).collect(Collectors.joining(", ")))));
  }
}
