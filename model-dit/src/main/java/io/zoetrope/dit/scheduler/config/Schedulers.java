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
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The implemented scheduler classes of diffusers. */
public final class Schedulers {
  private static final List<SchedulerKind> FLOW =
      List.of(
          UniPCMultistepScheduler.KIND,
          FlowMatchEulerDiscreteScheduler.KIND,
          DPMSolverMultistepScheduler.KIND,
          FlowMatchLCMScheduler.KIND);

  /** Those for discrete timesteps. Jobs of models that match flows load no class for them. */
  private static final class Discrete {
    static final List<SchedulerKind> ALL =
        List.of(
            DDIMScheduler.KIND,
            EulerDiscreteScheduler.KIND,
            CogVideoXDDIMScheduler.KIND,
            CogVideoXDPMScheduler.KIND);
  }

  private Schedulers() {}

  /** All of them. */
  public static List<SchedulerKind> all() {
    return Stream.concat(FLOW.stream(), Discrete.ALL.stream()).toList();
  }

  /** Whether a class has a parameter of this name. */
  static boolean haveParameter(String name) {
    return haveParameter(FLOW, name) || haveParameter(Discrete.ALL, name);
  }

  private static boolean haveParameter(List<SchedulerKind> kinds, String name) {
    return kinds.stream().anyMatch(kind -> kind.parameters().contains(name));
  }

  /** The class names of those for flow matching. */
  public static String[] flowClassNames() {
    return classNames(FLOW);
  }

  /** The class names of those for models that were trained with discrete timesteps. */
  public static String[] discreteClassNames() {
    return classNames(Discrete.ALL);
  }

  private static String[] classNames(List<SchedulerKind> kinds) {
    return kinds.stream().map(SchedulerKind::className).toArray(String[]::new);
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
    return find(FLOW, wanted, name)
        .or(() -> find(Discrete.ALL, wanted, name))
        .orElseThrow(() ->
            new ConfigException(
                "unknown %s %s; supported: %s"
                    .formatted(
                        what,
                        Printable.quote(wanted),
                        all().stream().map(name).collect(Collectors.joining(", ")))));
  }

  private static Optional<SchedulerKind> find(
      List<SchedulerKind> kinds, String wanted, Function<SchedulerKind, String> name) {
    return kinds.stream().filter(kind -> name.apply(kind).equals(wanted)).findFirst();
  }
}
