package io.zoetrope.tools.parity;

import com.fasterxml.jackson.databind.JsonNode;
import io.zoetrope.dit.scheduler.Scheduler;
import io.zoetrope.dit.scheduler.config.SchedulerConfig;
import io.zoetrope.dit.scheduler.config.Schedulers;
import io.zoetrope.dit.scheduler.discrete.DiscreteScheduler;
import io.zoetrope.dit.scheduler.flow.DynamicShift;
import io.zoetrope.ops.Backend;
import io.zoetrope.ops.Ops;
import io.zoetrope.random.NoiseSource;
import io.zoetrope.tensor.Tensor;
import java.util.Arrays;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Whole scheduler trajectories in a closed loop with the fixtures' toy model {@code tanh(0.5 x + t
 * / 1000)}, so that errors of one step enter the next.
 */
record SchedulersParity(Backend backend, Fixture fixture, Tolerances tolerances, Report report) {

  void run() {
    for (Map.Entry<String, JsonNode> entry : fixture.cases().entrySet()) {
      if (fixture.selects(entry.getKey())) {
        try (Ops ops = new Ops(backend)) {
          run(ops, entry.getKey(), entry.getValue());
        } catch (RuntimeException e) {
          report.ended(entry.getKey(), e);
        }
      }
    }
  }

  private void run(Ops ops, String name, JsonNode settings) {
    SchedulerConfig config =
        SchedulerConfig.parse(
            Schedulers.ofClassName(settings.path("class").asText()), settings.path("config"));
    try (Scheduler scheduler = config.scheduler()) {
      run(ops, scheduler, config, name, settings);
    }
  }

  private void run(
      Ops ops, Scheduler scheduler, SchedulerConfig config, String name, JsonNode settings) {
    setTimesteps(scheduler, config, settings);
    if (scheduler.sigmas().length > 0) {
      compare(name, "sigmas", scheduler.sigmas());
    }
    if (scheduler instanceof DiscreteScheduler discrete) {
      compare(name, "betas", discrete.betas());
      compare(name, "alphas_cumprod", discrete.alphasCumprod());
    }

    float[] timesteps = scheduler.timesteps();
    Tensor sample = ops.upload(vector(fixture.floats(name + "/initial")));
    if (settings.has("set_begin_index")) {
      scheduler.setBeginIndex(settings.get("set_begin_index").intValue());
    }
    if (settings.has("add_noise_from")) {
      timesteps =
          Arrays.copyOfRange(
              timesteps, settings.get("add_noise_from").intValue(), timesteps.length);
      report.input(name + "/original");
      report.input(name + "/noise_added");
      sample =
          scheduler.addNoise(
              ops,
              ops.upload(vector(fixture.floats(name + "/original"))),
              ops.upload(vector(fixture.floats(name + "/noise_added"))),
              timesteps[0]);
      compare(name, "initial", ops.download(sample).toFloats());
    }
    report.input(name + "/initial");
    compare(name, "timesteps", timesteps);

    NoiseSource noise = recordedNoise(name);
    int size = Math.toIntExact(sample.count());
    float[] outputs = new float[timesteps.length * size];
    float[] samples = new float[outputs.length];
    float[] inputs = new float[outputs.length];
    for (int step = 0; step < timesteps.length; step++) {
      Tensor scaled = scheduler.scaleModelInput(ops, sample, timesteps[step]);
      float[] input = ops.download(scaled).toFloats();
      float[] output = new float[size];
      for (int i = 0; i < size; i++) {
        output[i] = (float) Math.tanh(0.5f * input[i] + timesteps[step] / 1000);
      }
      scheduler.step(ops, ops.upload(vector(output)), timesteps[step], sample, noise);
      System.arraycopy(input, 0, inputs, step * size, size);
      System.arraycopy(output, 0, outputs, step * size, size);
      System.arraycopy(ops.download(sample).toFloats(), 0, samples, step * size, size);
    }
    compare(name, "model_outputs", outputs);
    compare(name, "samples_after", samples);
    if (settings.path("scale_model_input").booleanValue()) {
      compare(name, "scaled_inputs", inputs);
    }
    report.requireAllSeen(fixture.namesOf(name));
  }

  /** The draws of the reference, one after the other. */
  private NoiseSource recordedNoise(String name) {
    String tensor = name + "/noises_in_call_order";
    if (!fixture.has(tensor)) {
      return NoiseSource.none();
    }
    report.input(tensor);
    Tensor draws = fixture.tensor(tensor);
    AtomicInteger drawn = new AtomicInteger();
    return _ -> vector(draws.select(0, drawn.getAndIncrement()).toFloats());
  }

  private void setTimesteps(Scheduler scheduler, SchedulerConfig config, JsonNode settings) {
    int steps = settings.path("steps").intValue();
    OptionalDouble mu = OptionalDouble.empty();
    if (settings.has("image_seq_len")) {
      mu =
          OptionalDouble.of(
              DynamicShift.read(config.fields()).mu(settings.get("image_seq_len").intValue()));
      report.compare(
          fixture,
          tolerances,
          settings.path("name").asText() + "/mu",
          new float[] {(float) mu.getAsDouble()});
    } else if (settings.path("set_timesteps").has("mu")) {
      mu = OptionalDouble.of(settings.get("set_timesteps").get("mu").doubleValue());
    }
    if (settings.path("linspace_sigmas").booleanValue()) {
      double[] sigmas = new double[steps];
      for (int i = 0; i < steps; i++) {
        sigmas[i] = steps == 1 ? 1 : 1 + i * (1.0 / steps - 1) / (steps - 1);
      }
      scheduler.setTimesteps(sigmas, mu);
    } else {
      scheduler.setTimesteps(steps, mu);
    }
  }

  private static Tensor vector(float[] values) {
    return Tensor.of(values, values.length);
  }

  private void compare(String name, String tensor, float[] actual) {
    report.compare(fixture, tolerances, name + "/" + tensor, actual);
  }
}
