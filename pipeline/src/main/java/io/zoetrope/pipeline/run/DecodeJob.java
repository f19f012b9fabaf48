package io.zoetrope.pipeline.run;

import io.zoetrope.media.VideoFrames;
import io.zoetrope.ops.Backend;
import io.zoetrope.ops.DryRunBackend;
import io.zoetrope.ops.Ops;
import io.zoetrope.ops.Tracer;
import io.zoetrope.pipeline.ClipSize;
import io.zoetrope.pipeline.GenerationRequest;
import io.zoetrope.pipeline.GenerationResult;
import io.zoetrope.pipeline.JobNeeds;
import io.zoetrope.pipeline.PipelineException;
import io.zoetrope.pipeline.Progress;
import io.zoetrope.pipeline.Progress.Stage;
import io.zoetrope.pipeline.Setting;
import io.zoetrope.pipeline.family.FamilyModel;
import io.zoetrope.pipeline.family.LatentUpscaling;
import io.zoetrope.pipeline.family.ModelFolder;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Shape;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.vae.DecodeConditions;
import io.zoetrope.vae.LatentUpscaler;
import io.zoetrope.weights.WeightsException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Latents that were saved, checked, which become the clip that their job would have made, or a
 * larger one.
 */
public final class DecodeJob {
  private final Parts parts;
  private final SavedLatents saved;
  private final Tensor latents;
  private final ClipSize size;
  private final boolean tiled;
  private final Optional<Enlargement> enlargement;

  /** What is done to latents before they are decoded. */
  private record Enlargement(LatentUpscaling asked, Part<LatentUpscaler> network) {
    Tensor run(Stages stages, Parts parts, Tensor latents) {
      return stages.run(
          Stage.UPSCALE,
          1,
          parts.codec(),
          (stage, codec) ->
              stage.with(
                  network,
                  upscaler -> {
                    Ops ops = stage.ops();
                    Tensor large = upscaler.upscale(ops, codec, ops.upload(latents));
                    ops.tap("latents_enlarged", large);
                    stage.step(1);
                    return ops.download(large);
                  }));
    }
  }

  /**
   * Checks that a model can decode latents, and that there is memory for it.
   *
   * @param tiled whether the autoencoder works tile by tile
   * @param upscaling what enlarges the latents before; empty for nothing
   * @throws PipelineException that says what is in the way
   */
  public DecodeJob(
      Parts parts, SavedLatents saved, boolean tiled, Optional<LatentUpscaling> upscaling) {
    this.parts = parts;
    this.saved = saved;
    this.tiled = tiled;
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
    enlargement = upscaling.map(this::enlargement);
    size = model.geometry().clip(shape());
    if (size.bytes() > Integer.MAX_VALUE) {
      throw new PipelineException(size + " exceed 2 GiB: they cannot be decoded at once");
    }
    Admission.now().require(size, needs(), parts.device().computesInMainMemory(), "tiled decoding");
    parts.requireFiniteCodec();
  }

  private Enlargement enlargement(LatentUpscaling asked) {
    return parts
        .model()
        .latentUpscaler(asked)
        .map(network -> new Enlargement(asked, new Part<>(network, parts.device(), false)))
        .orElseThrow(() ->
            new PipelineException(
                "%s: no network enlarges the latents of a %s"
                    .formatted(asked.folder(), parts.model().pipelineClass())));
  }

  /** The shape of what is decoded. */
  private Shape shape() {
    try (Backend dry = new DryRunBackend()) {
      return enlargement
          .map(one -> one.network().on(dry).enlarged(saved.shape()))
          .orElse(saved.shape());
    }
  }

  /** How large the clip is. */
  public ClipSize size() {
    return size;
  }

  /** What decoding needs: found by a dry run, which computes nothing and reads no weights. */
  public JobNeeds needs() {
    return new JobNeeds(
        new Rehearsal(parts.device(), stages -> run(stages, Ops::toPixels, _ -> {})).needs(),
        size.bytes(),
        parts.areKept(),
        parts.device().runtimeBytes());
  }

  /** Decodes without keeping the latents. */
  public GenerationResult run(Progress progress, Tracer tracer) {
    return run(progress, tracer, Optional.empty());
  }

  /**
   * Decodes on the calling thread. An interrupt ends it with {@link
   * java.util.concurrent.CancellationException}.
   *
   * @param tracer sees every operation, as that of {@link Job#run}
   * @param kept file that gets the latents that are decoded, as {@link Setting#SAVE_LATENTS} leaves
   *     them
   * @throws PipelineException if a result is not finite
   */
  public GenerationResult run(Progress progress, Tracer tracer, Optional<Path> kept) {
    Pixels pixels = new Pixels(size, "the video decoder");
    List<RuntimeException> failures = new ArrayList<>();
    run(
        new Stages(parts.device(), progress, tracer, Optional.empty()),
        pixels,
        large -> kept.ifPresent(file -> keep(file, large, failures)));
    VideoFrames frames = pixels.toFrames();
    return new GenerationResult(frames, settings(), failures);
  }

  private void run(Stages stages, FrameSink frames, Consumer<Tensor> seen) {
    Tensor large = enlargement.map(one -> one.run(stages, parts, latents)).orElse(latents);
    seen.accept(large);
    new Decoding(parts, tiled, conditions()).run(stages, size.frames(), large, frames);
  }

  private void keep(Path file, Tensor large, List<RuntimeException> failures) {
    try {
      SavedLatents.write(file, large, settings(), parts.codecHash(), saved.generator());
    } catch (WeightsException e) {
      failures.add(e);
    }
  }

  /** What the job would have told the decoder; what the model does where nobody knows. */
  private DecodeConditions conditions() {
    GenerationRequest request = parts.model().defaults();
    for (Setting<Double> setting : List.of(Setting.DECODE_TIMESTEP, Setting.DECODE_NOISE_SCALE)) {
      if (saved.settings().get(setting.name()) instanceof Number number) {
        request = request.with(setting, number.doubleValue());
      }
    }
    return Decoding.conditions(request, saved.noise());
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
    enlargement.ifPresent(one -> {
      settings.put("upscale_latents", ModelFolder.nameOf(one.asked().folder()));
      settings.put("adain_factor", one.asked().adainFactor());
      settings.put("tone_map_compression_ratio", one.asked().toneMapCompressionRatio());
      settings.put(Setting.WIDTH.name(), size.width());
      settings.put(Setting.HEIGHT.name(), size.height());
      settings.put(Setting.FRAMES.name(), size.frames());
    });
    settings.put(Setting.VAE_TILING.name(), tiled);
    DType dtype = parts.model().precision().vaeDtype();
    settings.put("vae_dtype", dtype.name().toLowerCase(Locale.ROOT));
    return settings;
  }
}
