package io.zoetrope.pipeline.run;

import io.zoetrope.dit.Conditions;
import io.zoetrope.dit.TextEmbedding;
import io.zoetrope.dit.scheduler.NoiseSource;
import io.zoetrope.dit.scheduler.config.SchedulerConfig;
import io.zoetrope.media.VideoFrames;
import io.zoetrope.ops.Ops;
import io.zoetrope.pipeline.GenerationRequest;
import io.zoetrope.pipeline.Input;
import io.zoetrope.pipeline.Progress.Stage;
import io.zoetrope.pipeline.Setting;
import io.zoetrope.pipeline.family.PromptEncoder;
import io.zoetrope.pipeline.task.Conditioning;
import io.zoetrope.tensor.Shape;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.vae.VideoCodec;
import io.zoetrope.vae.layer.Tiling;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * The way of a job from the prompt to frames. Each stage opens its weights, has scratch memory of
 * its own, and closes both before the next begins, unless weights are to be kept; so does each of
 * several predictors that share the steps.
 *
 * @param parts the model's components
 * @param request a request that has been checked
 * @param conditioning how its inputs act
 * @param schedule noise schedule and solver
 */
record JobStages(
    Parts parts, GenerationRequest request, Conditioning conditioning, SchedulerConfig schedule) {
  /**
   * What a run begins with, and where its results go; a dry run has neither noise nor pictures,
   * which would take seconds where they are many.
   *
   * @param noise of the start, and of schedulers that add some in their steps
   * @param mostSteps of each predictor
   * @param latents takes them denoised, in host memory
   * @param frames takes the frames
   */
  record Ends(NoiseSource noise, int mostSteps, Consumer<Tensor> latents, FrameSink frames) {}

  void run(Stages stages, Ends ends) {
    // 1. Prompts become embeddings
    List<TextEmbedding> prompts =
        stages.run(
            Stage.ENCODE_PROMPTS,
            request.isGuided() ? 2 : 1,
            parts.textEncoder(),
            this::encodePrompts);

    // 2. Pictures become embeddings, where the transformer attends to some
    Conditions attended = Conditions.of(prompts).with(encodePictures(stages));

    // 3. Pictures and clips become latents
    if (conditioning.encodes()) {
      stages.run(Stage.ENCODE_VIDEO, 1, parts.codec(), this::encodeInput);
    }

    // 4. Noise becomes latents
    Tensor latents =
        stages.run(
            Stage.DENOISE,
            steps(),
            stage -> denoise(stage, conditioning.conditions(attended), ends));
    ends.latents().accept(latents);

    // 5. Latents become frames
    stages.run(
        Stage.DECODE,
        request.size().frames(),
        parts.codec(),
        (stage, codec) -> decode(stage, codec, latents, ends.frames()));
  }

  /** How many steps of the schedule are taken. */
  int steps() {
    int steps = request.get(Setting.STEPS);
    return steps - conditioning.firstStep(steps);
  }

  /** The run of the scheduler that the request asks for. */
  Sampling sampling() {
    return Sampling.of(schedule, request, conditioning.firstStep(request.get(Setting.STEPS)));
  }

  // ---------------------------------------------------------------- encoders

  /** The prompt, and, guided, the negative prompt, in host memory. */
  private List<TextEmbedding> encodePrompts(StageRun stage, PromptEncoder encoder) {
    try (var _ = stage.ops().scope("text")) {
      List<TextEmbedding> prompts = new ArrayList<>();
      prompts.add(encode(stage.ops(), encoder, "prompt", request.get(Setting.PROMPT)));
      stage.step(1);
      if (request.isGuided()) {
        String negative = request.get(Setting.NEGATIVE_PROMPT);
        prompts.add(encode(stage.ops(), encoder, "negative_prompt", negative));
        stage.step(2);
      }
      return prompts;
    }
  }

  private TextEmbedding encode(Ops ops, PromptEncoder encoder, String name, String prompt) {
    int length = request.get(Setting.MAX_SEQUENCE_LENGTH);
    Tensor tokens;
    try (var _ = ops.scope(name)) {
      tokens = ops.download(encoder.encode(ops, prompt, length));
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

  private Void encodeInput(StageRun stage, VideoCodec codec) {
    conditioning.encode(stage.ops(), codec, tiling());
    stage.step(1);
    return null;
  }

  // ---------------------------------------------------------------- denoising

  /** The finished latents, in host memory. */
  private Tensor denoise(StageRun stage, Conditions conditions, Ends ends) {
    Ops ops = stage.ops();
    try (Sampling sampling = sampling();
        var _ = ops.scope("denoise")) {
      Tensor latents =
          conditioning.start(
              ops, initialNoise(ends.noise()), sampling.scheduler(), sampling.timesteps()[0]);
      ops.tap("initial_latents", latents);
      ops.tap("sigmas", vector(sampling.scheduler().sigmas()));
      ops.tap("timesteps", vector(sampling.scheduler().timesteps()));
      Denoiser denoiser = new Denoiser(ops, sampling, ends.noise(), conditioning);
      for (Expert expert : parts.experts(request, schedule.numTrainTimesteps())) {
        StepRange steps = expert.steps(sampling.timesteps()).first(ends.mostSteps());
        if (steps.count() > 0) {
          ops.tap("expert", vector(expert.number(), steps.from(), steps.to()));
          stage.with(
              expert.part(),
              predictor -> {
                try (var _ = ops.scope()) {
                  var branches = predictor.prepare(ops, conditions, latents.shape());
                  denoiser.run(steps, branches, expert.guidanceScale(), latents, stage::step);
                }
                return null;
              });
        }
      }
      return ops.download(conditioning.finish(ops, latents));
    }
  }

  private Tensor initialNoise(NoiseSource source) {
    Shape clip = parts.model().geometry().latents(request.size());
    long[] latents = conditioning.latents(clip).sizes();
    return request
        .input(Input.Noise.class)
        .map(given -> Tensor.of(given.values().toFloats(), latents))
        .orElseGet(() -> source.normal(latents));
  }

  private static Tensor vector(float... values) {
    return Tensor.of(values, values.length);
  }

  // ---------------------------------------------------------------- decoder

  private Void decode(StageRun stage, VideoCodec codec, Tensor latents, FrameSink frames) {
    Ops ops = stage.ops();
    int[] done = {0};
    codec.decode(
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

  private Tiling tiling() {
    return request.get(Setting.VAE_TILING) ? Tiling.DEFAULT : null;
  }
}
