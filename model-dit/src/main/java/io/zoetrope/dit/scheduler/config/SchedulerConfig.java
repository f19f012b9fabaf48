package io.zoetrope.dit.scheduler.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.zoetrope.config.ConfigException;
import io.zoetrope.config.JsonConfig;
import io.zoetrope.dit.scheduler.Scheduler;
import io.zoetrope.dit.scheduler.SchedulerKind;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * The settings of a scheduler, as diffusers stores them in {@code scheduler_config.json}. Missing
 * fields take diffusers' defaults; fields whose names begin with an underscore are bookkeeping.
 *
 * @param kind the scheduler class
 * @param fields of the file; those that the class does not know have no effect, as in diffusers
 */
public record SchedulerConfig(SchedulerKind kind, JsonConfig fields) {
  /** A field of configurations that any class of diffusers drops. */
  private static final String QUANTIZATION = "quantization_config";

  /**
   * Settings that the class can honour.
   *
   * @throws ConfigException if a field is malformed or asks for something that is not implemented
   */
  public SchedulerConfig {
    kind.reader().apply(fields).close();
  }

  /**
   * Reads a {@code scheduler_config.json}.
   *
   * @throws ConfigException if it cannot be read, is no JSON object, or holds an unsupported
   *     setting; the message names the file
   */
  public static SchedulerConfig read(Path file) {
    return of(JsonConfig.read(file));
  }

  /**
   * As {@link #read}, of what has been read already.
   *
   * @throws ConfigException if it holds an unsupported setting; the message names the place
   */
  public static SchedulerConfig of(JsonConfig config) {
    String className = config.text("_class_name");
    try {
      return parse(Schedulers.ofClassName(className), config.json());
    } catch (ConfigException e) {
      throw new ConfigException(config.place() + ": " + e.getMessage(), e);
    }
  }

  /**
   * Reads the settings of one scheduler class from JSON.
   *
   * @param kind the class whose parameters and defaults apply
   * @param json an object of field names and values
   * @throws ConfigException if a field is malformed or unsupported
   */
  public static SchedulerConfig parse(SchedulerKind kind, JsonNode json) {
    return new SchedulerConfig(kind, JsonConfig.of(kind.className(), json));
  }

  /** Makes a scheduler with these settings. */
  public Scheduler scheduler() {
    return kind.reader().apply(fields);
  }

  /**
   * The same settings for another class ({@code from_config} in diffusers): what both know is kept,
   * and so is the static shift under the other's name for it.
   *
   * @throws ConfigException if the other class is for other models, or does not support a setting
   */
  public SchedulerConfig withKind(SchedulerKind other) {
    if (other.matchesFlows() != kind.matchesFlows()) {
      throw new ConfigException(
          "%s is for models that %s, and the model's scheduler is %s: only its kind can stand in"
              .formatted(
                  other.className(),
                  other.matchesFlows() ? "match flows" : "predict noise at discrete timesteps",
                  kind.className()));
    }
    ObjectNode json = fields.json().deepCopy();
    if (other.matchesFlows() && !other.equals(kind)) {
      JsonNode shift = json.remove(kind.shiftParameter());
      if (shift != null) {
        json.set(other.shiftParameter(), shift);
      }
      // What a class for flows alone leaves unsaid.
      json.put("prediction_type", "flow_prediction").put("use_flow_sigmas", true);
    }
    return parse(other, json);
  }

  /**
   * The same settings with another static shift.
   *
   * @throws ConfigException if the scheduler has none, if the shift is not positive, or if it
   *     depends on the job in this schedule
   */
  public SchedulerConfig withFlowShift(double shift) {
    if (!kind.matchesFlows()) {
      throw new ConfigException(kind.className() + ": has no flow shift that could be changed");
    }
    boolean dynamic = fields.flag("use_dynamic_shifting", false);
    if (dynamic && kind.parameters().contains("shift_terminal")) {
      throw ConfigException.unsupported(
          kind.className(), "use_dynamic_shifting with a given flow shift", true, "false");
    }
    return parse(kind, fields.json().deepCopy().put(kind.shiftParameter(), shift));
  }

  /** The static shift; empty for schedulers that have none. */
  public OptionalDouble flowShift() {
    return kind.matchesFlows()
        ? OptionalDouble.of(fields.number(kind.shiftParameter(), 1.0))
        : OptionalDouble.empty();
  }

  /** The timestep that belongs to pure noise. */
  public int numTrainTimesteps() {
    return fields.positiveInteger("num_train_timesteps", 1000);
  }

  /**
   * What a user should know of these settings, a sentence each: fields that no scheduler here
   * knows, and settings that have no effect.
   */
  public List<String> warnings() {
    List<String> warnings = new ArrayList<>();
    for (Map.Entry<String, JsonNode> field : fields.json().properties()) {
      if (!isKnown(field.getKey())) {
        warnings.add(
            "%s: does not know the field %s, which is ignored"
                .formatted(kind.className(), field.getKey()));
      }
    }
    try (Scheduler scheduler = scheduler()) {
      warnings.addAll(scheduler.warnings());
    }
    return warnings;
  }

  /** A file may carry parameters of the class that it was made from. */
  private static boolean isKnown(String field) {
    return field.startsWith("_") || field.equals(QUANTIZATION) || Schedulers.haveParameter(field);
  }
}
