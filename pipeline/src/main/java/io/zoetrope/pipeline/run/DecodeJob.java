package io.zoetrope.pipeline.run;

import io.zoetrope.media.VideoFrames;
import io.zoetrope.ops.Ops;
import io.zoetrope.ops.Tracer;
import io.zoetrope.pipeline.ClipSize;
import io.zoetrope.pipeline.GenerationResult;
import io.zoetrope.pipeline.JobNeeds;
import io.zoetrope.pipeline.PipelineException;
import io.zoetrope.pipeline.Progress;
import io.zoetrope.pipeline.Setting;
import io.zoetrope.pipeline.family.FamilyModel;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Tensor;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Latents that were saved, checked, which become the clip that their job would have made. */
public final class DecodeJob {
  private final Parts parts;
  private final SavedLatents saved;
  private final Tensor latents;
  private final ClipSize size;
  private final Decoding decoding;

  /**
   * Checks that a model can decode latents, and that there is memory for it.
   *
   * @param tiled whether the autoencoder works tile by tile
   * @throws PipelineException that says what is in the way
   */
  public DecodeJob(Parts parts, SavedLatents saved, boolean tiled) {
    this.parts = parts;
    this.saved = saved;
    this.decoding = new Decoding(parts, tiled);
    FamilyModel model = parts.model();
    saved
        .codec()
        .filter(codec -> !codec.equals(parts.codecHash()))
        .ifPresent(_ -> {
          throw new PipelineException(
              "%s is of %s, whose video autoencoder is another than that of %s: name its model with --model"
                  .formatted(
                      saved.file(), saved.setting("model").orElse("another model"), model.name()));
        });
    latents = saved.load(model.geometry());
    size = model.geometry().clip(saved.shape());
    if (size.bytes() > Integer.MAX_VALUE) {
      throw new PipelineException(size + " exceed 2 GiB: they cannot be decoded at once");
    }
    Admission.now().require(size, needs(), parts.device().computesInMainMemory(), "tiled decoding");
    parts.requireFiniteCodec();
  }

  /** How large the clip is. */
  public ClipSize size() {
    return size;
  }

  /** What decoding needs: found by a dry run, which computes nothing and reads no weights. */
  public JobNeeds needs() {
    return new JobNeeds(
        new Rehearsal(parts.device(), stages -> run(stages, Ops::toPixels)).needs(),
        size.bytes(),
        parts.areKept(),
        parts.device().runtimeBytes());
  }

  /**
   * Decodes on the calling thread. An interrupt ends it with {@link
   * java.util.concurrent.CancellationException}.
   *
   * @param tracer sees every operation, as that of {@link Job#run}
   * @throws PipelineException if a result is not finite
   */
  public GenerationResult run(Progress progress, Tracer tracer) {
    Pixels pixels = new Pixels(size, "the video decoder");
    run(new Stages(parts.device(), progress, tracer, Optional.empty()), pixels);
    VideoFrames frames = pixels.toFrames();
    return new GenerationResult(frames, settings(), List.of());
  }

  private void run(Stages stages, FrameSink frames) {
    decoding.run(stages, size.frames(), latents, frames);
  }

  /** What the job's clip would say, with what is different in this one. */
  private Map<String, Object> settings() {
    Map<String, Object> settings = saved.settings();
    settings.putIfAbsent("model", parts.model().name());
    settings.putIfAbsent("pipeline", parts.model().pipelineClass());
    if (saved.provenance().isEmpty()) {
      settings.put("latents", "given");
      settings.put(Setting.WIDTH.name(), size.width());
      settings.put(Setting.HEIGHT.name(), size.height());
      settings.put(Setting.FRAMES.name(), size.frames());
    }
    settings.put(Setting.VAE_TILING.name(), decoding.tiled());
    DType dtype = parts.model().precision().vaeDtype();
    settings.put("vae_dtype", dtype.name().toLowerCase(Locale.ROOT));
    return settings;
  }
}
