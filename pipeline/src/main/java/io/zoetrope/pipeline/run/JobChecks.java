package io.zoetrope.pipeline.run;

import io.zoetrope.dit.scheduler.config.SchedulerConfig;
import io.zoetrope.dit.scheduler.flow.FlowMatchLCMScheduler;
import io.zoetrope.pipeline.GenerationRequest;
import io.zoetrope.pipeline.Input;
import io.zoetrope.pipeline.PipelineException;
import io.zoetrope.pipeline.Setting;
import io.zoetrope.pipeline.family.FamilyModel;
import io.zoetrope.pipeline.task.Conditioning;
import io.zoetrope.pipeline.task.Task;
import io.zoetrope.tensor.Shape;
import java.util.ArrayList;
import java.util.List;

/**
 * Checks that a model can do what a request asks for, and that its settings go together.
 *
 * @param conditioning how the inputs act
 * @param schedule noise schedule and solver
 */
record JobChecks(
    Parts parts, GenerationRequest request, Conditioning conditioning, SchedulerConfig schedule) {
  /** Of fewer steps each is too different from the one before. */
  private static final int LEAST_CACHED_STEPS = 12;

  /**
   * Checks size and number of frames, and how much of a prompt is read.
   *
   * @throws PipelineException that says what is possible
   */
  static void requireSize(FamilyModel model, GenerationRequest request) {
    // Frames are collected in an array.
    if (request.size().bytes() > Integer.MAX_VALUE) {
      throw new PipelineException(
          request.size() + " exceed 2 GiB: use a smaller size or fewer frames");
    }
    model.geometry().check(request.size());
    model.text().check(request.get(Setting.MAX_SEQUENCE_LENGTH));
  }

  /**
   * How the inputs act on the job; noise takes the place of the seed's, and needs no more.
   *
   * @throws PipelineException if the model can do nothing with them
   */
  static Conditioning conditioning(FamilyModel model, GenerationRequest request) {
    Conditioning found = found(model, request);
    found.check(request);
    request
        .input(Input.Noise.class)
        .ifPresent(
            noise -> checkNoise(noise, found.noise(model.geometry().latents(request.size()))));
    return found;
  }

  private static Conditioning found(FamilyModel model, GenerationRequest request) {
    List<Input> given =
        request.inputs().stream().filter(input -> !(input instanceof Input.Noise)).toList();
    return model.tasks().stream()
        .flatMap(task -> task.conditioning(given).stream())
        .findFirst()
        .orElseThrow(() ->
            new PipelineException(
                "%s does %s; it can do nothing with %s"
                    .formatted(
                        model.pipelineClass(),
                        joined(model.tasks().stream().map(Task::title).toList()),
                        given.isEmpty()
                            ? "a prompt alone"
                            : joined(given.stream().map(Input::title).toList()))));
  }

  private static void checkNoise(Input.Noise noise, Shape expected) {
    if (!noise.values().shape().equals(expected)) {
      throw new PipelineException(
          "initial latents have shape %s, this size and number of frames need %s"
              .formatted(noise.values().shape(), expected));
    }
    for (float value : noise.values().toFloats()) {
      if (!Float.isFinite(value)) {
        throw new PipelineException("initial latents hold a value that is not finite");
      }
    }
  }

  /**
   * Checks the settings.
   *
   * @param whole the way of the job from its first step on
   * @throws PipelineException that says which one cannot be used, and why
   */
  void require(JobStages whole) {
    if (!conditioning.scales()) {
      refuse(Setting.CONDITIONING_SCALE, "has no branch for control");
    }
    if (!model().guidesDynamically()) {
      refuse(Setting.DYNAMIC_GUIDANCE, "has no rule for it");
    }
    if (model().defaults().find(Setting.DECODE_TIMESTEP).isEmpty()) {
      refuse(Setting.DECODE_TIMESTEP, "has a decoder that takes none");
      refuse(Setting.DECODE_NOISE_SCALE, "has a decoder that takes none");
    }
    if (model().defaults().find(Setting.IMAGE_COND_NOISE_SCALE).isEmpty()) {
      refuse(Setting.IMAGE_COND_NOISE_SCALE, "adds none");
    }
    checkGivenSteps();
    checkSchedule(whole);
    checkExperts();
    checkGuidanceInterval(whole);
    checkCache(whole);
    checkGuidanceWorker();
  }

  private FamilyModel model() {
    return parts.model();
  }

  private static String joined(List<String> names) {
    int last = names.size() - 1;
    return last < 1
        ? String.join("", names)
        : String.join(", ", names.subList(0, last)) + " and " + names.get(last);
  }

  /** Steps that are given one by one are as many as there are to be, and given once. */
  private void checkGivenSteps() {
    int steps = request.get(Setting.STEPS);
    for (Setting<List<Double>> setting : List.of(Setting.SIGMAS, Setting.TIMESTEPS)) {
      int given = request.find(setting).map(List::size).orElse(steps);
      if (given != steps) {
        throw new PipelineException(
            "%d %s for %d steps: give one for each".formatted(given, setting.title(), steps));
      }
    }
    if (request.find(Setting.SIGMAS).isPresent() && request.find(Setting.TIMESTEPS).isPresent()) {
      throw new PipelineException("sigmas and timesteps are both given: give one of them");
    }
  }

  /** Makes the schedule once, so that one that can't be is found now. */
  private static void checkSchedule(JobStages whole) {
    try {
      whole.sampling().close();
    } catch (IllegalArgumentException e) {
      throw new PipelineException(
          "there is no schedule of %d steps: %s".formatted(whole.steps(), e.getMessage()), e);
    }
  }

  /** What two experts are told apart by would have no effect on one. */
  private void checkExperts() {
    if (parts.secondPredictor().isEmpty()) {
      refuse(Setting.GUIDANCE_SCALE_2, "has one transformer for all steps");
      refuse(Setting.BOUNDARY_RATIO, "has one transformer for all steps");
    }
  }

  private void checkGuidanceInterval(JobStages whole) {
    request
        .find(Setting.GUIDANCE_INTERVAL)
        .ifPresent(interval -> {
          if (whole.guided(whole.allSteps()).count() == 0) {
            throw new PipelineException(
                "guidance interval %s: of %d steps it holds none; make it longer, or turn guidance off"
                    .formatted(interval, whole.allSteps()));
          }
        });
  }

  private void checkGuidanceWorker() {
    if (request.find(Setting.GUIDANCE_WORKER).isEmpty()) {
      return;
    }
    if (!request.isGuided()) {
      throw new PipelineException(
          "a guidance worker has nothing to do without guidance: use more than 1, or leave it out");
    }
    if (request.find(Setting.CACHE).isPresent()
        || request.find(Setting.ABLATIONS).isPresent()
        || request.find(Setting.WORD_SWAPS).isPresent()) {
      throw new PipelineException(
          "a guidance worker computes every step as it is: leave caches, ablations and swapped words out, or the worker");
    }
  }

  private void checkCache(JobStages whole) {
    request
        .find(Setting.CACHE)
        .ifPresent(caching -> {
          if (schedule.kind() == FlowMatchLCMScheduler.KIND) {
            throw new PipelineException(
                "cache %s: the scheduler %s draws noise anew in each step, so nothing of the step before fits; leave the cache out"
                    .formatted(caching, schedule.kind().optionName()));
          }
          caching
              .obstacle(model().publishedCaches(request), whole.stepsOfExperts())
              .ifPresent(obstacle -> {
                throw new PipelineException(
                    "cache %s %s (this model is %s)".formatted(caching, obstacle, model().kind()));
              });
        });
  }

  private void refuse(Setting<?> setting, String reason) {
    request
        .find(setting)
        .ifPresent(value -> {
          throw new PipelineException(
              "%s %s: this model %s; leave it out".formatted(setting.title(), value, reason));
        });
  }

  /**
   * What a user should know before the job runs, a sentence each.
   *
   * @param steps that are left
   */
  List<String> warnings(int steps) {
    List<String> warnings = new ArrayList<>(schedule.warnings());
    warnings.addAll(parts.adaptation().warnings(request));
    String prompt = request.get(Setting.PROMPT);
    warnIfCut("prompt", Setting.PROMPT, warnings);
    model().vocabulary().flatMap(known -> known.warning(prompt)).ifPresent(warnings::add);
    String negative = request.get(Setting.NEGATIVE_PROMPT);
    if (request.isGuided()) {
      warnIfCut("negative prompt", Setting.NEGATIVE_PROMPT, warnings);
    } else if (!negative.isBlank()) {
      warnings.add("the negative prompt has no effect without guidance: use more than 1");
    }
    if (!request.isGuided() && request.find(Setting.GUIDANCE_INTERVAL).isPresent()) {
      warnings.add("the guidance interval has no effect without guidance: use more than 1");
    }
    if (request.find(Setting.CACHE).isPresent() && steps < LEAST_CACHED_STEPS) {
      warnings.add(
          "%d steps are few for a cache: each is so different from the one before that it shows"
              .formatted(steps));
    }
    return List.copyOf(warnings);
  }

  private void warnIfCut(String what, Setting<String> which, List<String> warnings) {
    int length = request.get(Setting.MAX_SEQUENCE_LENGTH);
    int tokens = model().promptTokens(model().prompt(request, which));
    if (tokens > length) {
      warnings.add(
          "the %s has %d tokens, of which %d are read: its end has no effect"
              .formatted(what, tokens, length));
    }
  }
}
