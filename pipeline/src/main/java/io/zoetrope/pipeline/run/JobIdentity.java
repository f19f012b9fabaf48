package io.zoetrope.pipeline.run;

import com.fasterxml.jackson.core.JacksonException;
import io.zoetrope.config.ConfigException;
import io.zoetrope.config.JsonConfig;
import io.zoetrope.files.Printable;
import io.zoetrope.pipeline.Input;
import io.zoetrope.pipeline.family.Adaptation;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What decides about the frames of a job, name by name. Two jobs of which all of it is the same
 * make the same clip.
 *
 * @param entries settings as text, and hashes of inputs and weights
 */
record JobIdentity(Map<String, String> entries) {
  /** What the model is called, which is where its folder lies; its weights say which it is. */
  private static final String MODEL = "model";

  private static final String WEIGHTS = "weights";

  /** What changes the model is called; a hash says which it is. */
  private static final String CHANGES = "changes";

  private static final String CHANGES_HASH = "changes_hash";

  /**
   * The identity of a job.
   *
   * @param settings all that are in force, by name
   * @param scheduler all settings of the schedule
   * @param weights a hash of the model's
   * @param adaptation what was done to the model
   */
  static JobIdentity of(
      Map<String, Object> settings,
      String scheduler,
      List<Input> inputs,
      String weights,
      Adaptation adaptation) {
    Map<String, String> entries = new TreeMap<>();
    settings.forEach((name, value) -> entries.put(name, String.valueOf(value)));
    entries.put("scheduler_config", scheduler);
    for (int i = 0; i < inputs.size(); i++) {
      entries.put("input " + (i + 1), content(inputs.get(i)));
    }
    entries.put(WEIGHTS, weights);
    if (!adaptation.identity().isEmpty()) {
      adaptation.provenance().keySet().forEach(entries::remove);
      entries.put(CHANGES, String.join("; ", adaptation.notes()));
      entries.put(CHANGES_HASH, adaptation.identity());
    }
    return new JobIdentity(entries);
  }

  /** What an input is, and which. */
  private static String content(Input input) {
    RequestHash hash = new RequestHash();
    hash.add(input);
    return input.title() + " " + hash.hex();
  }

  /**
   * The first difference to another job, which is this one or not, for people; empty if there is
   * none.
   */
  Optional<String> difference(JobIdentity other) {
    TreeSet<String> names = new TreeSet<>(entries.keySet());
    names.addAll(other.entries.keySet());
    names.removeAll(List.of(MODEL, CHANGES));
    if (!Objects.equals(entries.get(CHANGES_HASH), other.entries.get(CHANGES_HASH))) {
      return Optional.of(
          "its model is changed by %s, here it is by %s".formatted(changes(), other.changes()));
    }
    if (!entries.get(WEIGHTS).equals(other.entries.get(WEIGHTS))) {
      return Optional.of(
          "its model is %s, with other weights than those of %s"
              .formatted(shown(MODEL), other.shown(MODEL)));
    }
    return names.stream()
        .filter(name -> !Objects.equals(entries.get(name), other.entries.get(name)))
        .findFirst()
        .map(name -> "its %s is %s, here it is %s".formatted(name, shown(name), other.shown(name)));
  }

  private String changes() {
    return entries.containsKey(CHANGES) ? shown(CHANGES) : "nothing";
  }

  private String shown(String name) {
    return entries.containsKey(name) ? Printable.value(entries.get(name)) : "not set";
  }

  String toJson() {
    try {
      return JsonConfig.MAPPER.writeValueAsString(entries);
    } catch (JacksonException e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * What {@link #toJson} has written.
   *
   * @throws ConfigException if the text is none of it
   */
  static JobIdentity parse(String place, String json) {
    Map<String, String> entries = new TreeMap<>();
    JsonConfig.parse(place, json)
        .json()
        .properties()
        .forEach(entry -> entries.put(entry.getKey(), entry.getValue().asText()));
    if (!entries.containsKey(WEIGHTS)) {
      throw new ConfigException(place + ": it does not say of which weights it is");
    }
    return new JobIdentity(entries);
  }
}
