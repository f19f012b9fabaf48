package io.zoetrope.server.model;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.zoetrope.pipeline.ClipSize;
import io.zoetrope.pipeline.GenerationRequest;
import io.zoetrope.pipeline.Input;
import io.zoetrope.pipeline.JobForecast;
import io.zoetrope.pipeline.JobNeeds;
import io.zoetrope.pipeline.Setting;
import io.zoetrope.pipeline.StageNeeds;
import io.zoetrope.pipeline.run.Job;
import io.zoetrope.server.api.Json;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * What is known of a job before it begins, for clients.
 *
 * @param facts size, task, settings in force, warnings
 * @param needs memory
 * @param room whether there is so much
 * @param time may measure the device for seconds, which nobody else needs to wait for
 * @param times how often the job is done, one after the other
 */
record Prospect(
    ObjectNode facts, JobNeeds needs, Room room, Supplier<Optional<JobForecast>> time, int times) {
  /**
   * Looks at a job, whose model nobody else asks meanwhile.
   *
   * @param needs of the job, and of what is made of its clip
   * @param free bytes that there are
   * @param times how often it is done
   */
  static Prospect of(
      Job job, GenerationRequest request, JobNeeds needs, ServedModel model, long free, int times) {
    Room room = room(needs, model, free);
    return new Prospect(
        facts(request, job), needs, room, room.fits() ? job.forecasting() : Optional::empty, times);
  }

  /** All that clients are told. */
  ObjectNode told() {
    ObjectNode told = facts.deepCopy();
    told.set("forecast", forecast());
    return told;
  }

  private static ObjectNode facts(GenerationRequest request, Job job) {
    ClipSize size = request.size();
    int rate = request.get(Setting.FRAMES_PER_SECOND);
    ObjectNode facts = Json.object();
    facts.put("size", size.width() + "x" + size.height());
    facts.put("seconds", Planner.seconds(size.frames(), rate));
    facts.put("task", task(request));
    ObjectNode settings = Json.object();
    settings.setAll((ObjectNode) Json.of(job.settings()));
    // The name that clients know, not the folder.
    settings.remove("model");
    Parameter.json(request)
        .properties()
        .forEach(field -> settings.set(field.getKey(), field.getValue()));
    settings.remove("prompt");
    facts.set("settings", settings);
    facts.set("warnings", Json.of(job.warnings()));
    return facts;
  }

  private static String task(GenerationRequest request) {
    if (request.inputs().isEmpty()) {
      return "text to video";
    }
    return request.input(Input.Clip.class).isPresent() ? "video to video" : "image to video";
  }

  private ObjectNode forecast() {
    Optional<JobForecast> seconds = time.get().map(known -> known.times(times));
    ObjectNode forecast = Json.object();
    forecast.put("fits", room.fits());
    ObjectNode memory = forecast.putObject("memory");
    memory.put("needed_bytes", room.needed());
    memory.put("available_bytes", room.available());
    memory.put("largest_stage", room.what());
    forecast.set("seconds", Json.of(seconds.map(JobForecast::seconds).orElse(null)));
    ArrayNode stages = forecast.putArray("stages");
    for (StageNeeds stage : needs.stages()) {
      ObjectNode entry = stages.addObject();
      entry.put("name", stage.stage().name().toLowerCase(Locale.ROOT));
      entry.put("title", stage.stage().title());
      entry.put("weight_bytes", stage.weightBytes());
      entry.put("scratch_bytes", stage.scratchBytes());
      Optional<JobForecast.StageForecast> known =
          seconds.map(forecasts -> forecasts.stage(stage.stage()));
      entry.set("flops", Json.of(known.map(JobForecast.StageForecast::flops).orElse(null)));
      entry.set("seconds", Json.of(known.map(JobForecast.StageForecast::seconds).orElse(null)));
    }
    return forecast;
  }

  /**
   * What a job needs and can have, of the memory that decides.
   *
   * @param what takes most of it
   */
  private record Room(long needed, long available, String what) {
    boolean fits() {
      return needed <= available;
    }
  }

  /** The finished clip lies on the Java heap, together with what is made of it. */
  private static Room room(JobNeeds needs, ServedModel model, long free) {
    long heap = Runtime.getRuntime().maxMemory() / 2;
    if (needs.clipBytes() > heap) {
      return new Room(needs.clipBytes(), heap, "finished clip on the Java heap");
    }
    long available =
        model.device().computesInMainMemory() ? free : Math.max(free, needs.peakBytes());
    return new Room(needs.peakBytes(), available, needs.largest().stage().title());
  }
}
