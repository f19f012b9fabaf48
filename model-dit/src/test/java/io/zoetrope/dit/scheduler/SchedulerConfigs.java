package io.zoetrope.dit.scheduler;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.zoetrope.config.JsonConfig;
import io.zoetrope.dit.scheduler.config.SchedulerConfig;
import io.zoetrope.dit.scheduler.config.Schedulers;
import java.util.Set;

/** Configurations for tests. */
public final class SchedulerConfigs {
  private SchedulerConfigs() {}

  /**
   * A configuration of only the required settings and the given ones.
   *
   * @param option the short name of the class
   * @param fields as in JSON; apostrophes stand for quotation marks
   */
  public static SchedulerConfig parse(String option, String... fields) {
    ObjectNode json = JsonConfig.MAPPER.createObjectNode();
    if (Set.of("unipc", "dpm++").contains(option)) {
      json.put("prediction_type", "flow_prediction").put("use_flow_sigmas", true);
    }
    String text = "{" + String.join(", ", fields).replace('\'', '"') + "}";
    json.setAll(JsonConfig.parse("test", text).json());
    return SchedulerConfig.parse(Schedulers.ofOption(option), json);
  }
}
