package io.zoetrope.pipeline.run;

import io.zoetrope.dit.Predictor;
import io.zoetrope.dit.TextEmbedding;
import io.zoetrope.dit.scheduler.NoiseSource;
import io.zoetrope.dit.scheduler.Scheduler;
import io.zoetrope.dit.scheduler.config.SchedulerConfig;
import io.zoetrope.files.OutputFile;
import io.zoetrope.ops.Backend;
import io.zoetrope.ops.DryRunBackend;
import io.zoetrope.ops.Operation;
import io.zoetrope.ops.Ops;
import io.zoetrope.ops.Tracer;
import io.zoetrope.pipeline.GenerationRequest;
import io.zoetrope.pipeline.GenerationResult;
import io.zoetrope.pipeline.Input;
import io.zoetrope.pipeline.JobForecast;
import io.zoetrope.pipeline.JobNeeds;
import io.zoetrope.pipeline.ModelPrecision;
import io.zoetrope.pipeline.PipelineException;
import io.zoetrope.pipeline.Progress;
import io.zoetrope.pipeline.Progress.Stage;
import io.zoetrope.pipeline.Setting;
import io.zoetrope.pipeline.StageNeeds;
import io.zoetrope.pipeline.family.FamilyModel;
import io.zoetrope.pipeline.family.PromptEncoder;
import io.zoetrope.pipeline.task.Conditioning;
import io.zoetrope.random.TorchGenerator;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Shape;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.vae.VideoCodec;
import io.zoetrope.vae.layer.Tiling;
import io.zoetrope.weights.SafetensorsWriter;
import io.zoetrope.weights.WeightsException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * A request that a model can do on a device, checked, and its way from the prompt to frames. The
 * same way on a device that computes nothing tells what it needs.
 *
 * <p>Each stage opens its weights, has scratch memory of its own, and closes both before the next
 * begins, unless weights are to be kept: the largest component alone decides how much memory a job
 * needs.
 */
public final class Job {
  private final Parts parts;
  private final FamilyModel model;
  private final GenerationRequest request;
  private final Conditioning conditioning;
  private final SchedulerConfig schedule;

  /** Null until somebody asks for it. */
  private Optional<JobForecast> forecast;

  /**
   * What a run begins with, and where its results go; a dry run has neither noise nor pictures,
   * which would take seconds where they are many.
   *
   * @param noise of the start, and of schedulers that add some in their steps
   * @param mostSteps of denoising
   * @param latents takes them denoised, in host memory
   * @param frames takes the frames
   */
  private record Ends(
      NoiseSource noise, int mostSteps, Consumer<Tensor> latents, FrameSink frames) {}

  /**
   * Checks that a model can do what a request asks for.
   *
   * @throws PipelineException that says what can be asked for instead
   */
  public Job(Parts parts, GenerationRequest request) {
    this.parts = parts;
    this.model = parts.model();
    this.request = request;
    requireArray();
    model.geometry().check(request.size());
    model.text().check(request.get(Setting.MAX_SEQUENCE_LENGTH));
    request.input(Input.Noise.class).ifPresent(this::checkNoise);
    conditioning = conditioning();
    conditioning.check(request);
    schedule = model.scheduler(request);
    checkSchedule();
    request.find(Setting.SAVE_LATENTS).ifPresent(this::checkSaved);
  }

  // ---------------------------------------------------------------- checks

  /** Frames are collected in an array. */
  private void requireArray() {
    if (request.size().bytes() > Integer.MAX_VALUE) {
      throw new PipelineException(
          request.size() + " exceed 2 GiB: use a smaller size or fewer frames");
    }
  }

  private void checkNoise(Input.Noise noise) {
    Shape expected = model.geometry().latents(request.size());
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

  /** How the input acts on the job; noise takes the place of the seed's, and needs no more. */
  private Conditioning conditioning() {
    List<Conditioning> found =
        request.inputs().stream()
            .filter(input -> !(input instanceof Input.Noise))
            .map(this::conditioning)
            .toList();
    if (found.size() > 1) {
      throw new PipelineException(
          "the request has %d inputs: the model takes one at a time".formatted(found.size()));
    }
    return found.isEmpty() ? Conditioning.NONE : found.getFirst();
  }

  private Conditioning conditioning(Input input) {
    return model.tasks().stream()
        .flatMap(task -> task.conditioning(input).stream())
        .findFirst()
        .orElseThrow(() ->
            new PipelineException(
                "%s makes video from text%s; it can do nothing with %s"
                    .formatted(
                        model.pipelineClass(),
                        model.tasks().stream()
                            .map(task -> ", and does " + task.title())
                            .reduce("", String::concat),
                        input.title())));
  }

  /** The latents are saved after the longest stage of all. */
  private void checkSaved(Path file) {
    long bytes = model.geometry().latents(request.size()).count() * Float.BYTES;
    OutputFile.obstacle(file)
        .or(() -> OutputFile.spaceObstacle(file, bytes))
        .ifPresent(obstacle -> {
          throw new PipelineException("cannot save latents to %s: %s".formatted(file, obstacle));
        });
  }

  /** Makes the schedule once, so that one that can't be is found now. */
  private void checkSchedule() {
    try {
      sampling().close();
    } catch (IllegalArgumentException e) {
      throw new PipelineException(
          "there is no schedule of %d steps: %s".formatted(steps(), e.getMessage()), e);
    }
  }

  /**
   * Checks what a job of this size may come to grief on here: the memory that there is, and weights
   * that are read only at its end.
   *
   * @throws PipelineException that says how much memory is needed and how much there is, or which
   *     weight is damaged
   */
  public void requireRunnable() {
    Admission admission = Admission.now();
    if (!admission.isSure(request.size(), parts.heldBytes())) {
      admission.require(
          request.size(), needs(stepsToFullMemory()), parts.device().computesInMainMemory());
    }
    parts.requireFiniteCodec();
  }

  private int stepsToFullMemory() {
    try (Scheduler scheduler = schedule.scheduler()) {
      return scheduler.stepsToFullMemory();
    }
  }

  /** What a user should know before the job runs, a sentence each. */
  public List<String> warnings() {
    List<String> warnings = new ArrayList<>(schedule.warnings());
    warnIfCut("prompt", request.get(Setting.PROMPT), warnings);
    String negative = request.get(Setting.NEGATIVE_PROMPT);
    if (request.isGuided()) {
      warnIfCut("negative prompt", negative, warnings);
    } else if (!negative.isBlank()) {
      warnings.add("the negative prompt has no effect without guidance: use more than 1");
    }
    return List.copyOf(warnings);
  }

  private void warnIfCut(String what, String prompt, List<String> warnings) {
    int length = request.get(Setting.MAX_SEQUENCE_LENGTH);
    int tokens = model.promptTokens(prompt);
    if (tokens > length) {
      warnings.add(
          "the %s has %d tokens, of which %d are read: its end has no effect"
              .formatted(what, tokens, length));
    }
  }

  /** Whether a look at what it needs would be a good part of the time that it takes. */
  private boolean isShort() {
    return Admission.now().isSure(request.size(), parts.heldBytes());
  }

  // ---------------------------------------------------------------- the way

  /**
   * Runs the job on the calling thread. An interrupt ends it with {@link
   * java.util.concurrent.CancellationException}.
   *
   * @param tracer sees every operation, and intermediate results under the names that {@code
   *     docs/tensors.md} lists
   * @throws PipelineException if a result is not finite
   */
  public GenerationResult run(Progress progress, Tracer tracer) {
    List<RuntimeException> failures = new ArrayList<>();
    Pixels pixels = new Pixels(request.size());
    run(
        new Stages(parts.device(), progress, tracer, forecast()),
        new Ends(noise(), steps(), latents -> save(latents, failures), pixels));
    return new GenerationResult(pixels.toFrames(), settings(), List.copyOf(failures));
  }

  /** What the job needs: found by a dry run, which computes nothing and reads no weights. */
  public JobNeeds needs() {
    return needs(steps());
  }

  /**
   * What the job needs.
   *
   * @param mostSteps of denoising; from {@link Scheduler#stepsToFullMemory} on, more of them take
   *     more operations, but not more memory
   */
  private JobNeeds needs(int mostSteps) {
    List<StageNeeds> needs = new ArrayList<>();
    Progress counting =
        new Progress() {
          @Override
          public void end(Stage stage, Report report) {
            needs.add(
                new StageNeeds(stage, report.weightBytes(), report.scratchBytes(), report.flops()));
          }
        };
    dryRun(mostSteps, counting, _ -> {});
    return new JobNeeds(List.copyOf(needs), request.size().bytes(), parts.areKept());
  }

  /**
   * How long the job will take on its device: the operations that a dry run finds, at the rates
   * that a short measurement finds. Empty for jobs that are over in moments, for devices without a
   * measured peak, and for those that compute while the host goes on, whose time is not the host's.
   */
  public Optional<JobForecast> forecast() {
    if (forecast == null) {
      forecast =
          isShort() ? Optional.empty() : JobForecaster.of(parts.device(), this::countOperations);
    }
    return forecast;
  }

  private void countOperations(Consumer<Stage> begins, Consumer<Operation> seen) {
    Progress stages =
        new Progress() {
          @Override
          public void begin(Stage stage, int count) {
            begins.accept(stage);
          }
        };
    dryRun(steps(), stages, seen);
  }

  private void dryRun(int mostSteps, Progress progress, Consumer<Operation> seen) {
    try (Backend dry = new DryRunBackend(parts.device(), seen)) {
      run(
          new Stages(dry, progress, new Tracer() {}, Optional.empty()),
          new Ends(sizes -> Tensor.zeros(DType.F32, sizes), mostSteps, _ -> {}, Ops::toPixels));
    }
  }

  private void run(Stages stages, Ends ends) {
    // 1. Prompts become embeddings
    List<TextEmbedding> prompts =
        stages.run(
            Stage.ENCODE_PROMPTS,
            request.isGuided() ? 2 : 1,
            parts.textEncoder(),
            this::encodePrompts);

    // 2. What the request gives beside them becomes latents
    if (conditioning.encodes()) {
      stages.run(Stage.ENCODE_VIDEO, 1, parts.codec(), this::encodeInput);
    }

    // 3. Noise becomes latents
    Tensor latents =
        stages.run(
            Stage.DENOISE, steps(), parts.predictor(), stage -> denoise(stage, prompts, ends));
    ends.latents().accept(latents);

    // 4. Latents become frames
    stages.run(
        Stage.DECODE,
        request.size().frames(),
        parts.codec(),
        stage -> decode(stage, latents, ends.frames()));
  }

  // ---------------------------------------------------------------- stages

  /** The prompt, and, guided, the negative prompt, in host memory. */
  private List<TextEmbedding> encodePrompts(StageRun<PromptEncoder> stage) {
    try (var _ = stage.ops().scope("text")) {
      List<TextEmbedding> prompts = new ArrayList<>();
      prompts.add(encode(stage, "prompt", request.get(Setting.PROMPT)));
      stage.step(1);
      if (request.isGuided()) {
        prompts.add(encode(stage, "negative_prompt", request.get(Setting.NEGATIVE_PROMPT)));
        stage.step(2);
      }
      return prompts;
    }
  }

  private TextEmbedding encode(StageRun<PromptEncoder> stage, String name, String prompt) {
    Ops ops = stage.ops();
    int length = request.get(Setting.MAX_SEQUENCE_LENGTH);
    Tensor tokens;
    try (var _ = ops.scope(name)) {
      tokens = ops.download(stage.model().encode(ops, prompt, length));
    }
    ops.tap(name + "_embeds", () -> padded(tokens, length));
    return new TextEmbedding(tokens, length);
  }

  /** An embedding as diffusers has it, with zero rows up to the maximum length; in host memory. */
  private static Tensor padded(Tensor tokens, int length) {
    Tensor padded = Tensor.zeros(tokens.dtype(), length, tokens.size(1));
    MemorySegment.copy(tokens.segment(), 0, padded.segment(), 0, tokens.byteSize());
    return padded;
  }

  private Void encodeInput(StageRun<VideoCodec> stage) {
    conditioning.encode(stage.ops(), stage.model(), tiling());
    stage.step(1);
    return null;
  }

  /** The finished latents, in host memory. */
  private Tensor denoise(StageRun<Predictor> stage, List<TextEmbedding> prompts, Ends ends) {
    Ops ops = stage.ops();
    try (Sampling sampling = sampling().first(ends.mostSteps());
        var _ = ops.scope("denoise")) {
      Tensor latents =
          conditioning.start(
              ops, initialNoise(ends.noise()), sampling.scheduler(), sampling.timesteps()[0]);
      ops.tap("initial_latents", latents);
      ops.tap("sigmas", vector(sampling.scheduler().sigmas()));
      ops.tap("timesteps", vector(sampling.scheduler().timesteps()));
      new Denoiser(
              ops,
              sampling,
              ends.noise(),
              conditioning,
              stage.model().prepare(ops, prompts, latents.shape()),
              request.get(Setting.GUIDANCE_SCALE))
          .run(latents, stage::step);
      return ops.download(latents);
    }
  }

  private Void decode(StageRun<VideoCodec> stage, Tensor latents, FrameSink frames) {
    Ops ops = stage.ops();
    int[] done = {0};
    stage
        .model()
        .decode(
            ops,
            ops.upload(latents),
            tiling(),
            chunk -> {
              ops.tap("video_out", chunk);
              frames.add(ops, chunk);
              done[0] += chunk.intSize(0);
              stage.step(done[0]);
            });
    return null;
  }

  // ---------------------------------------------------------------- pieces

  private Sampling sampling() {
    int steps = request.get(Setting.STEPS);
    return Sampling.of(schedule, steps, conditioning.firstStep(steps));
  }

  /** How many steps of the schedule are taken. */
  private int steps() {
    int steps = request.get(Setting.STEPS);
    return steps - conditioning.firstStep(steps);
  }

  /** One draw after the other, as diffusers' generator gives them. */
  private NoiseSource noise() {
    return TorchGenerator.manualSeed(request.get(Setting.SEED))::randn;
  }

  private Tensor initialNoise(NoiseSource source) {
    long[] latents = model.geometry().latents(request.size()).sizes();
    return request
        .input(Input.Noise.class)
        .map(given -> Tensor.of(given.values().toFloats(), latents))
        .orElseGet(() -> source.normal(latents));
  }

  private Tiling tiling() {
    return request.get(Setting.VAE_TILING) ? Tiling.DEFAULT : null;
  }

  private static Tensor vector(float[] values) {
    return Tensor.of(values, values.length);
  }

  /** Saves the latents where the request asks for it; a failure must not cost the clip. */
  private void save(Tensor latents, List<RuntimeException> failures) {
    request
        .find(Setting.SAVE_LATENTS)
        .ifPresent(file -> {
          long[] shape = latents.shape().sizes();
          Tensor saved = latents.reshape(1, shape[0], shape[1], shape[2], shape[3]);
          try {
            SafetensorsWriter.write(file, Map.of("latents", saved), Map.of());
          } catch (WeightsException e) {
            failures.add(e);
          }
        });
  }

  /** Every setting in force, by diffusers' parameter names. */
  private Map<String, Object> settings() {
    Map<String, Object> settings = new LinkedHashMap<>();
    settings.put("model", model.name());
    settings.put("pipeline", model.pipelineClass());
    GenerationRequest inForce = request.with(Setting.SCHEDULER, schedule.kind());
    if (schedule.flowShift().isPresent()) {
      inForce = inForce.with(Setting.FLOW_SHIFT, schedule.flowShift().getAsDouble());
    }
    inForce
        .recorded()
        .forEach((setting, value) -> {
          if (setting == Setting.SEED) {
            describeStart(settings);
          } else if (setting == Setting.SCHEDULER) {
            settings.put(setting.name(), schedule.kind().className());
          } else {
            settings.put(setting.name(), value);
          }
        });
    ModelPrecision precision = model.precision();
    settings.put("dtype", precision.dtype().name().toLowerCase(Locale.ROOT));
    settings.put("vae_dtype", precision.vaeDtype().name().toLowerCase(Locale.ROOT));
    return settings;
  }

  private void describeStart(Map<String, Object> settings) {
    if (request.input(Input.Noise.class).isPresent()) {
      settings.put("initial_latents", "given");
    } else {
      settings.put("seed", request.get(Setting.SEED));
    }
    conditioning.describe(settings);
  }
}
