package io.zoetrope.pipeline.run;

import io.zoetrope.ops.Ops;
import io.zoetrope.pipeline.Progress.Stage;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.vae.VideoCodec;
import io.zoetrope.vae.layer.Tiling;

/**
 * The last stage of a job: latents become frames.
 *
 * @param tiled whether the autoencoder works tile by tile
 */
record Decoding(Parts parts, boolean tiled) {
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
          codec.decode(stage.ops(), latents, tiling(codec), chunk -> sink.add(stage.ops(), chunk));
          return null;
        });
  }

  private Void decode(StageRun stage, VideoCodec codec, Tensor latents, FrameSink sink) {
    Ops ops = stage.ops();
    int[] done = {0};
    codec.decode(
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
    return tiled ? codec.tiling() : null;
  }
}
