package io.zoetrope.pipeline.run;

import io.zoetrope.dit.Conditions;
import io.zoetrope.dit.Predictor;
import io.zoetrope.dit.TextEmbedding;
import io.zoetrope.dit.cache.CachedSteps;
import io.zoetrope.dit.cache.StepCache;
import io.zoetrope.dit.scheduler.Scheduler;
import io.zoetrope.dit.scheduler.config.SchedulerConfig;
import io.zoetrope.media.VideoFrames;
import io.zoetrope.ops.DryRunBackend;
import io.zoetrope.ops.Ops;
import io.zoetrope.pipeline.GenerationRequest;
import io.zoetrope.pipeline.Input;
import io.zoetrope.pipeline.Progress.Stage;
import io.zoetrope.pipeline.Setting;
import io.zoetrope.pipeline.family.PromptEncoder;
import io.zoetrope.pipeline.task.Conditioning;
import io.zoetrope.random.NoiseSource;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Shape;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.vae.VideoCodec;
import io.zoetrope.vae.layer.Tiling;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * The way of a job from the prompt to frames. Each stage opens its weights, has scratch memory of
 * its own, and closes both before the next begins, unless weights are to be kept; so does each of
 * several predictors that share the steps.
 *
 * @param parts the model's components
 * @param request a request that has been checked
 * @param conditioning how its inputs act
 * @param schedule noise schedule and solver
 * @param interventions what is replaced on the way
 * @param resumed where denoising goes on; empty where it begins
 */
record JobStages(
    Parts parts,
    GenerationRequest request,
    Conditioning conditioning,
    SchedulerConfig schedule,
    Interventions interventions,
    Optional<Checkpoint> resumed) {
  /**
   * What a run begins with, and where its results go; a dry run has neither noise nor pictures,
   * which would take seconds where they are many.
   *
   * @param noise of what comes before the first step
   * @param stepNoise of schedulers that add some in their steps; the same source, but where a job
   *     goes on
   * @param mostSteps of each predictor
   * @param repeats does what each step repeats, or counts it
   * @param latents takes them denoised, in host memory
   * @param frames takes the frames
   * @param reused is told which predictions a step cache makes
   * @param keeper keeps the state behind each step, if it is to be kept
   * @param preview shows steps, if they are to be shown
   */
  record Ends(
      NoiseSource noise,
      NoiseSource stepNoise,
      int mostSteps,
      Repeats repeats,
      Consumer<Tensor> latents,
      FrameSink frames,
      ReusedSteps reused,
      Optional<StateKeeper> keeper,
      Optional<Preview> preview) {}

  void run(Stages observed, Ends ends) {
    Stages stages = observed.with(interventions.before(observed.tracer()));
    Tensor noise = conditioning.draw(ends.noise(), () -> initialNoise(ends.noise()));

    // 1. Prompts become embeddings
    List<TextEmbedding> prompts =
        stages.run(Stage.ENCODE_PROMPTS, prompts(), parts.textEncoder(), this::encodePrompts);

    // 2. Pictures become embeddings, where the transformer attends to some
    Conditions attended = Conditions.of(prompts).with(encodePictures(stages));

    // 3. Pictures and clips become latents; a preview learns which colours latents stand for
    Optional<Preview> fitted = ends.preview().filter(Preview::isFitted);
    if (conditioning.encodes() || fitted.isPresent()) {
      stages.run(
          Stage.ENCODE_VIDEO, 1, parts.codec(), (stage, codec) -> encode(stage, codec, fitted));
    }

    // 4. Noise becomes latents
    Tensor latents =
        stages.run(
            Stage.DENOISE,
            steps(),
            stage -> denoise(stage, conditioning.conditions(attended), noise, ends));
    ends.latents().accept(latents);

    // 5. Latents become frames
    decoding(ends.stepNoise()).run(stages, request.size().frames(), latents, ends.frames());
  }

  /** How this job decodes latents. */
  Decoding decoding(NoiseSource noise) {
    return new Decoding(
        parts, request.get(Setting.VAE_TILING), Decoding.conditions(request, noise));
  }

  /** How many steps of the schedule the job takes. */
  int allSteps() {
    int steps = request.get(Setting.STEPS);
    return steps - conditioning.firstStep(steps);
  }

  /** How many of them each transformer takes. */
  List<Integer> stepsOfExperts() {
    try (Sampling sampling = sampling()) {
      return parts.experts(request, schedule.numTrainTimesteps()).stream()
          .map(expert -> expert.steps(sampling.timesteps()).count())
          .toList();
    }
  }

  /** How many of them were taken before. */
  int takenSteps() {
    return resumed.map(Checkpoint::steps).orElse(0);
  }

  /** How many of them are left. */
  int steps() {
    return allSteps() - takenSteps();
  }

  /** The shape of what is denoised. */
  Shape latents() {
    return conditioning.latents(parts.model().geometry().latents(request.size()));
  }

  /** The same job, which goes on from a state of it. */
  JobStages from(Checkpoint checkpoint) {
    return new JobStages(
        parts, request, conditioning, schedule, interventions, Optional.of(checkpoint));
  }

  /**
   * Takes the steps that are left with the scheduler alone, on a device that computes nothing.
   *
   * @return most bytes of the state between two steps, without those of a step cache
   * @throws IllegalArgumentException or IllegalStateException if the state that it goes on from is
   *     none of this schedule
   */
  long rehearse() {
    try (Ops ops = new Ops(new DryRunBackend());
        Sampling sampling = sampling()) {
      Scheduler scheduler = sampling.scheduler();
      Tensor latents = ops.allocate(DType.F32, latents());
      resumed.ifPresent(checkpoint -> checkpoint.restore(ops, latents, scheduler));
      long most = 0;
      for (int step = takenSteps(); step < allSteps(); step++) {
        try (var _ = ops.scope()) {
          Tensor output = ops.allocate(DType.F32, latents.shape());
          float timestep = sampling.timesteps()[step];
          scheduler.step(ops, output, timestep, latents, _ -> output);
        }
        long bytes = scheduler.state().values().stream().mapToLong(Tensor::byteSize).sum();
        most = Math.max(most, bytes);
      }
      return latents.byteSize() + most;
    }
  }

  /** The run of the scheduler that the request asks for. */
  Sampling sampling() {
    return Sampling.of(schedule, request, conditioning);
  }

  // ---------------------------------------------------------------- encoders

  private int prompts() {
    return 1 + (request.isGuided() ? 1 : 0) + (interventions.swapped().isPresent() ? 1 : 0);
  }

  /**
   * The prompt, guided, the negative prompt, and, where words are swapped, the prompt with the
   * other ones; in host memory.
   */
  private List<TextEmbedding> encodePrompts(StageRun stage, PromptEncoder encoder) {
    Ops ops = stage.ops();
    int length = request.get(Setting.MAX_SEQUENCE_LENGTH);
    List<TextEmbedding> embeddings = new ArrayList<>();
    try (var _ = ops.scope("text")) {
      String prompt = parts.model().prompt(request, Setting.PROMPT);
      embeddings.add(embedding(ops, "prompt", prompt, () -> encoder.encode(ops, prompt, length)));
      stage.step(1);
      if (request.isGuided()) {
        String negative = parts.model().prompt(request, Setting.NEGATIVE_PROMPT);
        int tokens = embeddings.getFirst().tokens().intSize(0);
        embeddings.add(
            embedding(
                ops,
                "negative_prompt",
                negative,
                () -> encoder.encodeNegative(ops, negative, length, tokens)));
        stage.step(2);
      }
      interventions
          .swapped()
          .map(SwappedPrompt::text)
          .ifPresent(swapped -> {
            embeddings.add(
                embedding(
                    ops, "swapped_prompt", swapped, () -> encoder.encode(ops, swapped, length)));
            stage.step(prompts());
          });
    }
    return embeddings;
  }

  private TextEmbedding embedding(Ops ops, String name, String prompt, Supplier<Tensor> encoded) {
    int length = request.get(Setting.MAX_SEQUENCE_LENGTH);
    Tensor tokens;
    try (var _ = ops.scope(name)) {
      tokens = ops.download(encoded.get());
    }
    ops.tap(name + "_embeds", () -> padded(tokens, length));
    boolean keepsPadding = request.find(Setting.KEEP_PADDING).orElse(false);
    if (keepsPadding) {
      return new TextEmbedding(padded(tokens, length), length);
    }
    return parts.model().text().padding().isEmbedded()
        ? new TextEmbedding(tokens, length, Math.min(length, parts.model().promptTokens(prompt)))
        : new TextEmbedding(tokens, length);
  }

  /** An embedding as diffusers has it, with zero rows up to the maximum length; in host memory. */
  private static Tensor padded(Tensor tokens, int length) {
    Tensor padded = Tensor.zeros(tokens.dtype(), length, tokens.size(1));
    MemorySegment.copy(tokens.segment(), 0, padded.segment(), 0, tokens.byteSize());
    return padded;
  }

  /** Pictures as the transformer attends to them, in host memory; empty where it does to none. */
  private List<Tensor> encodePictures(Stages stages) {
    List<VideoFrames> pictures = conditioning.pictures();
    if (parts.imageEncoder().isEmpty() || pictures.isEmpty()) {
      return List.of();
    }
    return stages.run(
        Stage.ENCODE_IMAGES,
        pictures.size(),
        parts.imageEncoder().get(),
        (stage, encoder) -> {
          Ops ops = stage.ops();
          List<Tensor> images = new ArrayList<>();
          for (VideoFrames picture : pictures) {
            try (var _ = ops.scope("image")) {
              Tensor encoded = ops.tap("image_embeds", encoder.encode(ops, picture));
              images.add(ops.download(encoded));
            }
            stage.step(images.size());
          }
          return images;
        });
  }

  private Void encode(StageRun stage, VideoCodec codec, Optional<Preview> fitted) {
    if (conditioning.encodes()) {
      Tiling tiling = Decoding.tiling(codec, request.get(Setting.VAE_TILING));
      conditioning.encode(stage.ops(), codec, tiling);
    }
    fitted.ifPresent(preview -> preview.fit(stage.ops(), codec));
    stage.step(1);
    return null;
  }

  // ---------------------------------------------------------------- denoising

  /** The finished latents, in host memory. */
  private Tensor denoise(StageRun stage, Conditions conditions, Tensor noise, Ends ends) {
    Ops ops = stage.ops();
    boolean isComputed = ops.backend() == parts.device();
    try (Sampling sampling = sampling();
        GuidancePeer peer = isComputed ? peer() : null;
        var _ = ops.scope("denoise")) {
      Tensor latents =
          conditioning.start(ops, noise, sampling.scheduler(), sampling.timesteps()[0]);
      resumed.ifPresent(checkpoint -> checkpoint.restore(ops, latents, sampling.scheduler()));
      ops.tap("initial_latents", latents);
      ops.tap("sigmas", vector(sampling.scheduler().sigmas()));
      ops.tap("timesteps", vector(sampling.scheduler().timesteps()));
      NoiseSource stepNoise = parts.model().latentNoise(ends.stepNoise());
      boolean dynamic = request.find(Setting.DYNAMIC_GUIDANCE).orElse(false);
      double rescale = request.find(Setting.GUIDANCE_RESCALE).orElse(0.0);
      Denoiser denoiser =
          new Denoiser(
              ops,
              sampling,
              stepNoise,
              conditioning,
              guided(sampling.timesteps().length),
              dynamic,
              rescale);
      StepObserver observer = observer(stage, ends, latents, sampling.scheduler());
      for (Expert expert : parts.experts(request, schedule.numTrainTimesteps())) {
        StepRange own = expert.steps(sampling.timesteps());
        StepRange steps = own.after(takenSteps()).first(ends.mostSteps());
        if (steps.count() > 0) {
          ops.tap("expert", vector(expert.number(), steps.from(), steps.to()));
          stage.with(
              expert.part(),
              predictor -> {
                try (var _ = ops.scope()) {
                  var branches =
                      ends.repeats()
                          .of(
                              interventions.before(
                                  branches(
                                      ops,
                                      predictor,
                                      expert.number(),
                                      conditions,
                                      latents.shape(),
                                      peer)));
                  StepRange cached = new StepRange(own.from(), steps.to());
                  try (StepCache cache = cache(ops, cached, expert.number(), branches.size())) {
                    if (own.contains(takenSteps() - 1)) {
                      resumed.ifPresent(checkpoint -> checkpoint.restore(ops, cache));
                    }
                    denoiser.run(steps, branches, cache, expert.guidanceScale(), latents, observer);
                  }
                }
                return null;
              });
        }
      }
      return ops.download(conditioning.finish(ops, latents));
    }
  }

  /** The process that predicts for the negative prompt; null if there is none. */
  private GuidancePeer peer() {
    return request
        .find(Setting.GUIDANCE_WORKER)
        .map(address -> GuidancePeer.connect(address, parts.predictorIdentity()))
        .orElse(null);
  }

  /**
   * The predictions of the prompts.
   *
   * @param peer what predicts for the negative prompt; null if there is none, or in a dry run
   */
  private List<Predictor.Branch> branches(
      Ops ops,
      Predictor predictor,
      int expert,
      Conditions conditions,
      Shape latents,
      GuidancePeer peer) {
    if (request.find(Setting.GUIDANCE_WORKER).isEmpty()) {
      return predictor.prepare(ops, conditions, latents);
    }
    Predictor.Branch own = predictor.prepare(ops, conditions.ofPrompt(0), latents).getFirst();
    DType dtype = parts.model().precision().dtype();
    Predictor.Branch other =
        peer == null
            ? (dry, _, _, _) -> dry.allocate(dtype, latents)
            : peer.branch(expert, conditions.ofPrompt(1), latents);
    return List.of(own, other);
  }

  /** The steps that are guided, of so many that the job takes. */
  StepRange guided(int steps) {
    return request
        .find(Setting.GUIDANCE_INTERVAL)
        .map(interval -> new StepRange(interval.from(steps), interval.to(steps)))
        .orElse(new StepRange(0, steps));
  }

  /** What stands around the predictions of an expert; it remembers nothing of another one. */
  private StepCache cache(Ops ops, StepRange steps, int expert, int branches) {
    int scheduled = request.get(Setting.STEPS);
    return request
        .find(Setting.CACHE)
        .map(caching ->
            caching.open(
                ops,
                new CachedSteps(
                    steps.from(), steps.to(), conditioning.firstStep(scheduled), scheduled),
                expert,
                branches,
                parts.model().publishedCaches(request)))
        .orElse(StepCache.NONE);
  }

  /** Shows and keeps what the request asks for, and tells how far the stage is. */
  private StepObserver observer(StageRun stage, Ends ends, Tensor latents, Scheduler scheduler) {
    return new StepObserver() {
      @Override
      public void predicted(int step, Supplier<Tensor> original) {
        ends.preview()
            .filter(preview -> preview.shows(step, allSteps()))
            .ifPresent(preview -> {
              try (var _ = stage.ops().scope("preview")) {
                Tensor clean = conditioning.finish(stage.ops(), original.get());
                Decoding decoding = decoding(Decoding.ofPreviews());
                ends.repeats().run(preview, () -> preview.show(stage, step, clean, decoding));
              }
            });
      }

      @Override
      public void reused(int step, String branch) {
        stage.reused(ends.reused().add(step, branch));
      }

      @Override
      public void taken(int steps, StepCache cache) {
        ends.keeper()
            .ifPresent(keeper ->
                keeper.keep(stage.ops(), steps, latents, scheduler, cache, ends.reused()));
        stage.step(steps - takenSteps());
      }
    };
  }

  private Tensor initialNoise(NoiseSource source) {
    long[] sizes = conditioning.noise(parts.model().geometry().latents(request.size())).sizes();
    return request
        .input(Input.Noise.class)
        .map(given -> Tensor.of(given.values().toFloats(), sizes))
        .orElseGet(() -> parts.model().latentNoise(source).normal(sizes));
  }

  private static Tensor vector(float... values) {
    return Tensor.of(values, values.length);
  }
}
