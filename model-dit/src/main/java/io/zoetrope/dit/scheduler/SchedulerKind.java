package io.zoetrope.dit.scheduler;

import io.zoetrope.config.JsonConfig;
import java.util.Set;
import java.util.function.Function;

/**
 * A scheduler class: what it is called, and how one is made of a {@code scheduler_config.json}.
 *
 * @param className the name of the class in diffusers, the {@code _class_name} of configurations
 * @param optionName the short name that a user types
 * @param shiftParameter the parameter with the static shift of classes for flow matching; null of
 *     classes for other models
 * @param parameters all parameters that the class has in diffusers
 * @param reader makes a scheduler; refuses what it cannot honour with a {@link
 *     io.zoetrope.config.ConfigException}. A field that is missing takes diffusers' default
 */
public record SchedulerKind(
    String className,
    String optionName,
    String shiftParameter,
    Set<String> parameters,
    Function<JsonConfig, Scheduler> reader) {

  /** Whether it is for models that predict the velocity of a flow. */
  public boolean matchesFlows() {
    return shiftParameter != null;
  }

  @Override
  public String toString() {
    return className;
  }
}
