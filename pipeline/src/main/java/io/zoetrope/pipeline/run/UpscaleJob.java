package io.zoetrope.pipeline.run;

import io.zoetrope.media.VideoFrames;
import io.zoetrope.ops.Backend;
import io.zoetrope.ops.Ops;
import io.zoetrope.ops.Tracer;
import io.zoetrope.pipeline.ClipSize;
import io.zoetrope.pipeline.JobForecast;
import io.zoetrope.pipeline.JobNeeds;
import io.zoetrope.pipeline.PipelineException;
import io.zoetrope.pipeline.Progress;
import io.zoetrope.pipeline.Progress.Stage;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.upscale.TiledUpscaler;
import io.zoetrope.upscale.Upscaler;
import io.zoetrope.weights.WeightSource;
import java.nio.file.Path;
import java.util.Optional;

/** A clip that a network enlarges, frame by frame and tile by tile. */
public final class UpscaleJob implements AutoCloseable {
  private static final int CHANNELS = 3;

  private final VideoFrames clip;
  private final WeightSource file;
  private final Backend device;
  private final DType dtype;
  private final int side;
  private final TiledUpscaler upscaler;

  private UpscaleJob(VideoFrames clip, WeightSource file, Backend device, DType dtype, int side) {
    this.clip = clip;
    this.file = file;
    this.device = device;
    this.dtype = dtype;
    this.side = side;
    this.upscaler = on(device);
    if (size().bytes() > Integer.MAX_VALUE) {
      throw new PipelineException(
          size() + " exceed 2 GiB: use a smaller scale, or cut the clip into parts");
    }
  }

  /**
   * Opens the file of a network and checks its weights.
   *
   * @param clip what is enlarged
   * @param network a safetensors file, as {@link Upscaler#load} takes it
   * @param device what computes; stays the caller's to close
   * @param dtype F32 or BF16: what the network computes in
   * @param side pixels of a tile's side in the small picture, as {@link TiledUpscaler} takes them
   * @throws io.zoetrope.weights.WeightsException if the file is not such a network's
   * @throws PipelineException if the side is none, or the enlarged clip is larger than 2 GiB
   */
  public static UpscaleJob open(
      VideoFrames clip, Path network, Backend device, DType dtype, int side) {
    if (side < TiledUpscaler.UNIT || side % TiledUpscaler.UNIT != 0) {
      throw new PipelineException(
          "tiles of %d pixels: their sides are multiples of %d"
              .formatted(side, TiledUpscaler.UNIT));
    }
    WeightSource file = WeightSource.open(network);
    UpscaleJob job = null;
    try {
      job = new UpscaleJob(clip, file, device, dtype, side);
      return job;
    } finally {
      if (job == null) {
        file.close();
      }
    }
  }

  private TiledUpscaler on(Backend backend) {
    return new TiledUpscaler(Upscaler.load(file, backend, dtype), side);
  }

  /** How many times as wide and as high the network makes a clip. */
  public int scale() {
    return upscaler.network().scale();
  }

  /** The size of the enlarged clip. */
  public ClipSize size() {
    return new ClipSize(scale() * clip.width(), scale() * clip.height(), clip.frames());
  }

  /**
   * Checks that there is the memory.
   *
   * @throws PipelineException that says how much is needed and how much there is
   */
  public void requireRunnable() {
    Admission.now()
        .require(size(), needs(), device.computesInMainMemory(), "smaller tiles or fewer frames");
  }

  /**
   * What the job needs: found by a dry run, which computes nothing, of two frames: what the first
   * one leaves of the memory is not what it found.
   */
  public JobNeeds needs() {
    return new JobNeeds(
        rehearsal(Math.min(2, clip.frames())).needs(),
        size().bytes() + clip.bytes(),
        false,
        device.runtimeBytes());
  }

  /** How long the job will take, as {@link Rehearsal#forecast} says. */
  public Optional<JobForecast> forecast() {
    return rehearsal(clip.frames()).forecast().get();
  }

  private Rehearsal rehearsal(int frames) {
    return new Rehearsal(device, stages -> run(stages, on(stages.device()), frames, Ops::toPixels));
  }

  /**
   * Enlarges the clip on the calling thread. An interrupt ends it with {@link
   * java.util.concurrent.CancellationException}.
   *
   * @param tracer sees every operation
   * @throws PipelineException if a result is not finite
   */
  public VideoFrames run(Progress progress, Tracer tracer) {
    Pixels pixels = new Pixels(size(), "the upscaling network");
    run(new Stages(device, progress, tracer, forecast()), upscaler, clip.frames(), pixels);
    return pixels.toFrames();
  }

  private void run(Stages stages, TiledUpscaler network, int frames, FrameSink sink) {
    stages.run(
        Stage.UPSCALE,
        frames,
        stage -> {
          Ops ops = stage.ops();
          float[] values = new float[Math.toIntExact(clip.bytes() / clip.frames())];
          ops.countHeld((long) values.length * Float.BYTES);
          for (int i = 0; i < frames; i++) {
            try (var _ = ops.scope("frame")) {
              Tensor enlarged = network.forward(ops, ops.upload(frame(i, values)));
              sink.add(ops, symmetric(ops, enlarged));
            }
            stage.step(i + 1);
          }
          return null;
        });
  }

  /**
   * A frame, [1, height, width, 3], values from 0 to 1, in host memory.
   *
   * @param values takes them
   */
  private Tensor frame(int index, float[] values) {
    clip.frame(index, values);
    for (int i = 0; i < values.length; i++) {
      values[i] /= 255f;
    }
    return Tensor.of(values, 1, clip.height(), clip.width(), CHANNELS);
  }

  /** Values from 0 to 1 become values from -1 to 1, in place. */
  private static Tensor symmetric(Ops ops, Tensor picture) {
    ops.linearCombinationInto(picture, new double[] {2}, picture);
    ops.addInPlace(picture, ops.upload(Tensor.of(new float[] {-1, -1, -1}, CHANNELS)));
    return picture;
  }

  /** Closes the network's file. */
  @Override
  public void close() {
    file.close();
  }
}
