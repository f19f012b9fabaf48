package io.zoetrope.dit.scheduler.config;

import io.zoetrope.config.ConfigException;
import io.zoetrope.dit.scheduler.SchedulerKind;
import io.zoetrope.dit.scheduler.discrete.CogVideoXDDIMScheduler;
import io.zoetrope.dit.scheduler.discrete.CogVideoXDPMScheduler;
import io.zoetrope.dit.scheduler.discrete.DDIMScheduler;
import io.zoetrope.dit.scheduler.discrete.EulerDiscreteScheduler;
import io.zoetrope.dit.scheduler.flow.DPMSolverMultistepScheduler;
import io.zoetrope.dit.scheduler.flow.FlowMatchEulerDiscreteScheduler;
import io.zoetrope.dit.scheduler.flow.FlowMatchLCMScheduler;
import io.zoetrope.dit.scheduler.flow.UniPCMultistepScheduler;
import io.zoetrope.files.Printable;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** The implemented scheduler classes of diffusers. */
public final class Schedulers {
  private static final List<SchedulerKind> ALL =
      List.of(
          UniPCMultistepScheduler.KIND,
          FlowMatchEulerDiscreteScheduler.KIND,
          DPMSolverMultistepScheduler.KIND,
          FlowMatchLCMScheduler.KIND,
          DDIMScheduler.KIND,
          EulerDiscreteScheduler.KIND,
          CogVideoXDDIMScheduler.KIND,
          CogVideoXDPMScheduler.KIND);

  private Schedulers() {}

  /** All of them. */
  public static List<SchedulerKind> all() {
    return ALL;
  }

  /** The class names of those for flow matching. */
  public static String[] flowClassNames() {
    return classNames(SchedulerKind::matchesFlows);
  }

  /** The class names of those for models that were trained with discrete timesteps. */
  public static String[] discreteClassNames() {
    return classNames(kind -> !kind.matchesFlows());
  }

  private static String[] classNames(Predicate<SchedulerKind> wanted) {
    return ALL.stream().filter(wanted).map(SchedulerKind::className).toArray(String[]::new);
  }

  /**
   * Finds a class by its name in diffusers.
   *
   * @throws ConfigException if no implemented scheduler has that name
   */
  public static SchedulerKind ofClassName(String className) {
    return find("scheduler class", className, SchedulerKind::className);
  }

  /**
   * Finds a class by its short name.
   *
   * @throws ConfigException if no scheduler has that name
   */
  public static SchedulerKind ofOption(String optionName) {
    return find("scheduler", optionName, SchedulerKind::optionName);
  }

  private static SchedulerKind find(
      String what, String wanted, Function<SchedulerKind, String> name) {
    return ALL.stream()
        .filter(kind -> name.apply(kind).equals(wanted))
        .findFirst()
        .orElseThrow(() ->
            new ConfigException(
                "unknown %s %s; supported: %s"
                    .formatted(
                        what,
                        Printable.quote(wanted),
                        ALL.stream().map(name).collect(Collectors.joining(", ")))));
  }
}
