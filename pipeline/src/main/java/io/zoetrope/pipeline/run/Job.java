package io.zoetrope.pipeline.run;

import io.zoetrope.dit.scheduler.Scheduler;
import io.zoetrope.dit.scheduler.config.SchedulerConfig;
import io.zoetrope.files.MemoryException;
import io.zoetrope.media.Provenance;
import io.zoetrope.media.VideoFrames;
import io.zoetrope.ops.Operation;
import io.zoetrope.ops.Ops;
import io.zoetrope.ops.Tracer;
import io.zoetrope.pipeline.ClipSize;
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
import io.zoetrope.pipeline.family.FamilyModel;
import io.zoetrope.pipeline.family.VideoGeometry;
import io.zoetrope.pipeline.task.Conditioning;
import io.zoetrope.random.NoiseSource;
import io.zoetrope.random.TorchGenerator;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * A request that a model can do on a device, checked. The same way from the prompt to frames, on a
 * device that computes nothing, tells what it needs.
 */
public final class Job {
  /**
   * Bytes of the clip times bytes of the weights times steps: processors do 1e14 of it in a second,
   * and some a few times as much.
   */
  private static final double SHORT_WORK = 3e14;

  private static final String MODEL = "model";

  private final Parts parts;
  private final FamilyModel model;
  private final GenerationRequest request;
  private final Conditioning conditioning;
  private final SchedulerConfig schedule;
  private final JobChecks checks;
  private final JobStages way;
  private final SideFiles files;

  /** Null until somebody asks for it. */
  private Optional<JobForecast> forecast;

  /**
   * Checks that a model can do what a request asks for.
   *
   * @throws PipelineException that says what can be asked for instead
   */
  public Job(Parts parts, GenerationRequest asked) {
    this.parts = parts;
    this.model = parts.model();
    this.request = parts.adaptation().complete(asked);
    JobChecks.requireSize(model, request);
    conditioning = JobChecks.conditioning(model, request);
    schedule = model.scheduler(request);
    Interventions interventions = Interventions.of(model, request);
    JobStages whole =
        new JobStages(parts, request, conditioning, schedule, interventions, Optional.empty());
    checks = new JobChecks(parts, request, conditioning, schedule);
    checks.require(whole);
    files = new SideFiles(parts, request, settings(), schedule);
    way = files.resumed(whole);
    files.check(way, this::cacheBytes);
    // Where a job goes on, its first run has checked this, and steps are missing now.
    if (!interventions.isNone() && way.resumed().isEmpty()) {
      rehearse(Tracer.NONE);
      interventions.requireMet();
    }
  }

  // ---------------------------------------------------------------- checks

  /**
   * Checks what a job of this size may come to grief on here: the memory that there is, and weights
   * that are read only at its end.
   *
   * @throws PipelineException that says how much memory is needed and how much there is, or which
   *     weight is damaged
   */
  public void requireRunnable() {
    Admission admission = Admission.now();
    boolean isSure =
        files.areFew()
            && admission.isSure(request.size(), parts.heldBytes(), parts.device().runtimeBytes());
    if (!isSure) {
      admission.require(
          request.size(),
          memoryNeeds(),
          parts.device().computesInMainMemory(),
          "a smaller size, fewer frames or tiled decoding");
    }
    parts.requireFiniteCodec();
    request
        .find(Setting.GUIDANCE_WORKER)
        .ifPresent(address -> GuidancePeer.connect(address, parts.predictorIdentity()).close());
  }

  /**
   * Checks that all of a job is computed in this process, where it can be looked at.
   *
   * @param looker who wants to look
   * @throws PipelineException if a guidance worker makes one of the predictions
   */
  public void requireInOneProcess(String looker) {
    if (request.find(Setting.GUIDANCE_WORKER).isPresent()) {
      throw new PipelineException(
          "%s: a guidance worker makes one prediction of each step in another process, where nobody looks; leave it out"
              .formatted(looker));
    }
  }

  private int stepsToFullMemory() {
    try (Scheduler scheduler = schedule.scheduler()) {
      return scheduler.stepsToFullMemory();
    }
  }

  /** Whether the clip depends on the seed: with given noise only in what else is drawn. */
  public boolean usesSeed() {
    try (Scheduler scheduler = schedule.scheduler()) {
      return request.input(Input.Noise.class).isEmpty()
          || scheduler.addsNoise()
          || conditioning.draws()
          || request.find(Setting.DECODE_TIMESTEP).isPresent();
    }
  }

  /** What a user should know before the job runs, a sentence each. */
  public List<String> warnings() {
    return checks.warnings(way.steps());
  }

  /** Whether a look at what it needs would be a good part of the time that it takes. */
  private boolean isShort() {
    double work = (double) request.size().bytes() * parts.heldBytes() * way.steps();
    return work < SHORT_WORK;
  }

  // ---------------------------------------------------------------- the way

  /**
   * Runs the job on the calling thread. An interrupt ends it with {@link
   * java.util.concurrent.CancellationException}.
   *
   * @param tracer sees every operation, and intermediate results under the names that {@code
   *     docs/tensors.md} lists
   * @throws PipelineException if a result is not finite
   * @throws MemoryException if there is too little memory, which names the stage and its weights
   */
  public GenerationResult run(Progress progress, Tracer tracer) {
    long seed = request.get(Setting.SEED);
    TorchGenerator generator =
        way.resumed()
            .map(checkpoint -> TorchGenerator.restored(checkpoint.generator()))
            .orElseGet(() -> TorchGenerator.manualSeed(seed));
    // What comes before the first step is the same however often a job goes on.
    NoiseSource start =
        way.resumed().isPresent() ? TorchGenerator.manualSeed(seed)::randn : generator::randn;
    return run(progress, tracer, start, generator::randn, generator::state);
  }

  /**
   * Runs the job with given noise, as {@link #run(Progress, Tracer)} with the seed's.
   *
   * @param noise is asked for one draw after the other, of the sizes that diffusers' pipeline draws
   * @throws IllegalStateException if the job keeps a checkpoint or goes on from one, which hold the
   *     seed's generator
   */
  public GenerationResult run(Progress progress, Tracer tracer, NoiseSource noise) {
    if (request.find(Setting.CHECKPOINT).isPresent() || way.resumed().isPresent()) {
      throw new IllegalStateException("run: a checkpoint keeps the seed's noise, not a given one");
    }
    TorchGenerator unused = TorchGenerator.manualSeed(request.get(Setting.SEED));
    return run(progress, tracer, noise, noise, unused::state);
  }

  private GenerationResult run(
      Progress progress,
      Tracer tracer,
      NoiseSource start,
      NoiseSource steps,
      Supplier<Tensor> generator) {
    Pixels pixels =
        MemoryException.naming(
            () -> "the clip of " + request.size(),
            Stages.LESS,
            () -> new Pixels(request.size(), "the video decoder"));
    ReusedSteps reused =
        way.resumed()
            .map(checkpoint -> ReusedSteps.restored(checkpoint.reused()))
            .orElseGet(ReusedSteps::new);
    files.begin();
    try (files) {
      way.run(
          new Stages(parts.device(), progress, tracer, forecast()),
          new JobStages.Ends(
              start,
              steps,
              way.steps(),
              Repeats.NONE,
              latents -> files.saveLatents(latents, generator),
              pixels,
              reused,
              files.keeper(way, generator),
              files.preview()));
    }
    return new GenerationResult(pixels.toFrames(), settings(reused), files.failures());
  }

  /** The settings in force, and in which steps a cache took the transformer's place. */
  private Map<String, Object> settings(ReusedSteps reused) {
    Map<String, Object> settings = settings();
    if (request.find(Setting.CACHE).isPresent()) {
      settings.put("cache_reused_steps", reused.steps());
    }
    return settings;
  }

  /**
   * Decodes other latents of the clip than those of its last step, such as those that a step
   * predicts, as the job itself would.
   *
   * @param latents [channels, frames, height, width], in host memory
   */
  public VideoFrames decode(Tensor latents) {
    Pixels pixels = new Pixels(request.size(), "the video decoder");
    Stages stages = new Stages(parts.device(), Progress.NONE, Tracer.NONE, Optional.empty());
    way.decoding(Decoding.ofPreviews()).run(stages, request.size().frames(), latents, pixels);
    return pixels.toFrames();
  }

  /** The seed in force, which has an effect only if the job {@link #usesSeed}. */
  public long seed() {
    return request.get(Setting.SEED);
  }

  /** How many steps of the job were taken before it was stopped, of which it now goes on. */
  public int takenSteps() {
    return way.takenSteps();
  }

  /**
   * Writes the checkpoint, if there is to be one, as the last finished step has left it; any thread
   * may ask for it while the job runs. It is written without that whenever {@link #run} ends.
   *
   * @return behind how many steps the state in the file is; empty if this run has written none
   */
  public OptionalInt keep() {
    return files.keep();
  }

  /** Bytes that the checkpoint takes, and the one that replaces it; 0 if there is none. */
  public long checkpointBytes() {
    return files.checkpointBytes(way, this::cacheBytes);
  }

  /** Most bytes of what a step cache remembers between two steps. */
  private long cacheBytes() {
    if (request.find(Setting.CACHE).isEmpty()) {
      return 0;
    }
    long[] bytes = new long[1];
    int steps = stepsToFullMemory();
    new Rehearsal(
            parts.device(),
            timesToFullMemory(),
            (stages, repeats) -> bytes[0] = rehearse(stages, steps, repeats))
        .needs();
    return bytes[0];
  }

  /** Bytes that the preview takes, and the one that replaces it; 0 if there is none. */
  public long previewBytes() {
    return files.previewBytes();
  }

  /**
   * How large the pictures of a preview are, and how many there are: those of the clip itself, if
   * it is small.
   *
   * @param size of the clip
   */
  public static ClipSize previewSize(VideoGeometry geometry, ClipSize size) {
    return Preview.shown(geometry, size);
  }

  /** What the job needs: found by a dry run, which computes nothing and reads no weights. */
  public JobNeeds needs() {
    return needs(way.steps());
  }

  /** The memory that the job needs, found with as few steps as show it: not all its FLOPs. */
  public JobNeeds memoryNeeds() {
    return needs(stepsToFullMemory());
  }

  /**
   * What the job needs.
   *
   * @param mostSteps of each predictor; from {@link Scheduler#stepsToFullMemory} on, more of them
   *     take more operations, but not more memory
   */
  private JobNeeds needs(int mostSteps) {
    return new JobNeeds(
        rehearsal(mostSteps).needs(),
        request.size().bytes() + request.inputBytes(),
        parts.areKept(),
        parts.device().runtimeBytes());
  }

  /** How long the job will take, as {@link Rehearsal#forecast} says; empty for short jobs. */
  public Optional<JobForecast> forecast() {
    if (forecast == null) {
      forecast = forecasting().get();
    }
    return forecast;
  }

  /**
   * The same in two parts: the dry run is over when this returns, and what it returns measures, if
   * it has to, without this job and its pipeline, on any thread.
   */
  public Supplier<Optional<JobForecast>> forecasting() {
    return isShort() ? Optional::empty : rehearsal(way.steps()).forecast();
  }

  /**
   * Shows the operations that the job would take: a dry run, which computes nothing.
   *
   * @param begins gets each stage when it begins
   * @param seen gets each operation; its tensors hold nothing, and those of weights have their
   *     names
   */
  public void rehearse(Consumer<Stage> begins, Consumer<Operation> seen) {
    rehearsal(way.steps()).operations(begins, seen);
  }

  /**
   * Shows a tracer the dry run of the job: paths and shapes are those of the job, values are not.
   */
  public void rehearse(Tracer tracer) {
    rehearsal(way.steps()).show(tracer);
  }

  /** How many operations the job takes: found by a dry run. */
  public long operations() {
    return rehearsal(way.steps()).operations();
  }

  /** A dry run of so many steps of each predictor. */
  Rehearsal rehearsal(int mostSteps) {
    return new Rehearsal(
        parts.device(),
        timesToFullMemory(),
        (stages, repeats) -> rehearse(stages, mostSteps, repeats));
  }

  /**
   * After so many times the same work takes no more memory: a step cache remembers what it was
   * given the first time. What is replaced may be that of one step.
   */
  private int timesToFullMemory() {
    return way.interventions().isNone() ? stepsToFullMemory() + 1 : Integer.MAX_VALUE;
  }

  /** Returns the bytes that a checkpoint would keep of a step cache. */
  private long rehearse(Stages stages, int mostSteps, Repeats repeats) {
    NoiseSource zeros = sizes -> Tensor.zeros(DType.F32, sizes);
    try (SideFiles none = files.none()) {
      way.run(
          stages,
          new JobStages.Ends(
              zeros,
              zeros,
              mostSteps,
              repeats,
              _ -> {},
              Ops::toPixels,
              new ReusedSteps(),
              none.keeper(way, () -> Tensor.zeros(DType.I32, 1)),
              none.preview()));
      return none.cacheBytes();
    }
  }

  // ---------------------------------------------------------------- pieces

  /**
   * SHA-256 of all that decides about the clip, in hexadecimal digits: the settings in force, the
   * inputs, a sample of every weight, what was done to the model, and the version of this engine.
   * Neither the device counts nor where the model lies.
   */
  public String hash() {
    RequestHash hash = new RequestHash();
    Map<String, Object> settings = settings();
    settings.remove(MODEL);
    settings.keySet().removeAll(parts.adaptation().provenance().keySet());
    hash.add(Provenance.of(settings).toJson());
    if (!parts.adaptation().identity().isEmpty()) {
      hash.add(parts.adaptation().identity());
    }
    hash.add(schedule.toString());
    request.inputs().forEach(hash::add);
    parts.addTo(hash);
    return hash.hex();
  }

  /** SHA-256 over names, shapes and a sample of the numbers of all weights. */
  public String weightsHash() {
    RequestHash hash = new RequestHash();
    parts.addTo(hash);
    return hash.hex();
  }

  /** Every setting in force, by diffusers' parameter names. */
  public Map<String, Object> settings() {
    Map<String, Object> settings = new LinkedHashMap<>();
    settings.put(MODEL, model.name());
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
          } else if (setting == Setting.ABLATIONS || setting == Setting.WORD_SWAPS) {
            List<?> values = (List<?>) value;
            settings.put(setting.name(), values.stream().map(Object::toString).toList());
          } else if (setting == Setting.CACHE || setting == Setting.GUIDANCE_INTERVAL) {
            settings.put(setting.name(), value.toString());
          } else {
            settings.put(setting.name(), value);
          }
        });
    ModelPrecision precision = model.precision();
    settings.put("dtype", precision.dtype().name().toLowerCase(Locale.ROOT));
    settings.put("vae_dtype", precision.vaeDtype().name().toLowerCase(Locale.ROOT));
    settings.putAll(parts.adaptation().provenance());
    return settings;
  }

  private void describeStart(Map<String, Object> settings) {
    if (request.input(Input.Noise.class).isPresent()) {
      settings.put("initial_latents", "given");
    }
    if (usesSeed()) {
      settings.put("seed", request.get(Setting.SEED));
    }
    conditioning.describe(settings);
  }
}
