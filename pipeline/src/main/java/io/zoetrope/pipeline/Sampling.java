package io.zoetrope.pipeline;

import io.zoetrope.dit.scheduler.Scheduler;
import io.zoetrope.dit.scheduler.SchedulerConfig;
import io.zoetrope.ops.Ops;
import io.zoetrope.tensor.Tensor;
import java.util.Arrays;

/**
 * The run of a scheduler that a request asks for.
 *
 * @param scheduler at the beginning of its run
 * @param timesteps those of its schedule that are done: with an input clip only the last ones
 */
record Sampling(Scheduler scheduler, float[] timesteps) implements AutoCloseable {
  static Sampling of(GenerationRequest request, SchedulerConfig config) {
    Scheduler scheduler = Scheduler.of(config);
    scheduler.setTimesteps(request.steps());
    if (request.video() == null) {
      scheduler.setBeginIndex(0);
    }
    int first = request.steps() - steps(request);
    return new Sampling(
        scheduler, Arrays.copyOfRange(scheduler.timesteps(), first, request.steps()));
  }

  /** How many steps a request does. */
  static int steps(GenerationRequest request) {
    return request.video() == null ? request.steps() : (int) (request.steps() * request.strength());
  }

  /** The same without all steps behind the first ones. */
  Sampling first(int steps) {
    return new Sampling(scheduler, Arrays.copyOf(timesteps, Math.min(steps, timesteps.length)));
  }

  /**
   * What the first step is given, in the current scope.
   *
   * @param noise F32, in host memory
   * @param clip latents to mix with it, F32 or BF16, in host memory; null for noise alone
   */
  Tensor start(Ops ops, Tensor noise, Tensor clip) {
    if (clip == null) {
      return ops.upload(noise);
    }
    try (var scope = ops.scope()) {
      return scope.keep(scheduler.addNoise(ops, ops.upload(clip), ops.upload(noise), timesteps[0]));
    }
  }

  @Override
  public void close() {
    scheduler.close();
  }
}
