package io.zoetrope.pipeline.run;

import io.zoetrope.ops.Ops;
import io.zoetrope.pipeline.GenerationRequest;
import io.zoetrope.pipeline.Progress.Stage;
import io.zoetrope.pipeline.Setting;
import io.zoetrope.random.NoiseSource;
import io.zoetrope.random.TorchGenerator;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.vae.DecodeConditions;
import io.zoetrope.vae.VideoCodec;
import io.zoetrope.vae.layer.Tiling;

/**
 * The last stage of a job: latents become frames.
 *
 * @param tiled whether the autoencoder works tile by tile
 * @param conditions what decoders for noisy latents are told
 */
record Decoding(Parts parts, boolean tiled, DecodeConditions conditions) {
  /** Previews have random numbers of their own: those of the job stay as they are. */
  private static final long PREVIEW_SEED = 0;

  /**
   * What a request says to a decoder.
   *
   * @param noise gives the random numbers that are mixed in
   */
  static DecodeConditions conditions(GenerationRequest request, NoiseSource noise) {
    double timestep = request.find(Setting.DECODE_TIMESTEP).orElse(0.0);
    double scale = request.find(Setting.DECODE_NOISE_SCALE).orElse(timestep);
    return new DecodeConditions(timestep, scale, noise);
  }

  /** Gives the random numbers of a preview. */
  static NoiseSource ofPreviews() {
    return TorchGenerator.manualSeed(PREVIEW_SEED)::randn;
  }

  /**
   * Runs the stage.
   *
   * @param frames how many come out
   * @param latents [channels, frames, height, width], in host memory
   */
  void run(Stages stages, int frames, Tensor latents, FrameSink sink) {
    stages.run(
        Stage.DECODE,
        frames,
        parts.codec(),
        (stage, codec) -> decode(stage, codec, stage.ops().upload(latents), sink));
  }

  /** Decodes in the middle of another stage; whose weights are open stay so. */
  void show(StageRun stage, Tensor latents, FrameSink sink) {
    stage.with(
        parts.codec(),
        codec -> {
          codec
              .with(conditions)
              .decode(stage.ops(), latents, tiling(codec), chunk -> sink.add(stage.ops(), chunk));
          return null;
        });
  }

  private Void decode(StageRun stage, VideoCodec codec, Tensor latents, FrameSink sink) {
    Ops ops = stage.ops();
    int[] done = {0};
    codec
        .with(conditions)
        .decode(
            ops,
            latents,
            tiling(codec),
            chunk -> {
              ops.tap("video_out", chunk);
              sink.add(ops, chunk);
              done[0] += chunk.intSize(0);
              stage.step(done[0]);
            });
    return null;
  }

  /** How an autoencoder divides pictures; null for not at all. */
  Tiling tiling(VideoCodec codec) {
    return tiling(codec, tiled);
  }

  /** As {@link #tiling(VideoCodec)}, for whoever decodes nothing. */
  static Tiling tiling(VideoCodec codec, boolean tiled) {
    return tiled ? codec.tiling() : null;
  }
}
