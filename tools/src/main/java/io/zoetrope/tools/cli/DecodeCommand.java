package io.zoetrope.tools.cli;

import io.zoetrope.VideoPipeline;
import io.zoetrope.media.MediaWriter;
import io.zoetrope.ops.Backend;
import io.zoetrope.ops.Tracer;
import io.zoetrope.pipeline.ClipSize;
import io.zoetrope.pipeline.GenerationResult;
import io.zoetrope.pipeline.ModelPrecision;
import io.zoetrope.pipeline.PipelineException;
import io.zoetrope.pipeline.Setting;
import io.zoetrope.pipeline.WeightRetention;
import io.zoetrope.pipeline.family.LatentUpscaling;
import io.zoetrope.pipeline.family.ModelSource;
import io.zoetrope.pipeline.run.DecodeJob;
import io.zoetrope.pipeline.run.SavedLatents;
import io.zoetrope.tensor.DType;
import io.zoetrope.tools.shot.Platform;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Makes a clip of latents that were saved. */
@Command(
    name = "decode",
    description = {
      "Makes the clip of latents that --save-latents wrote: the same frames as the job's own, if",
      "nothing else is asked for."
    },
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    sortOptions = false)
final class DecodeCommand implements Callable<Integer> {
  @Parameters(
      paramLabel = "LATENTS",
      description = "Safetensors file with 'latents', of this engine or of another program.")
  private Path latents;

  @Mixin private ModelOption model;

  @Mixin private DeviceOptions device;

  @Option(
      names = "--vae-dtype",
      paramLabel = "TYPE",
      description =
          "f32 or bf16: number format of the video autoencoder (default: the job's, or f32).")
  private Precision precision;

  @Option(
      names = "--vae-tiling",
      description = "Decode in blended tiles: less memory, nearly the same picture.")
  private boolean tiling;

  @Option(
      names = "--upscale-latents",
      paramLabel = "DIR",
      description =
          "Enlarge the latents before they are decoded, with the network of this folder, such as one of"
              + " LTX-Video's: twice as wide and as high, or twice as many frames.")
  private Path upscaler;

  @Option(
      names = "--adain",
      paramLabel = "F",
      description =
          "How far mean and deviation of enlarged latents become those of the given ones, 0 to 10"
              + " (default: 0).")
  private Double adain;

  @Option(
      names = "--tone-map",
      paramLabel = "F",
      description =
          "How far large values of enlarged latents are made smaller, 0 to 1 (default: 0).")
  private Double toneMap;

  @Option(
      names = "--save-latents",
      paramLabel = "FILE",
      description =
          "Safetensors file that gets the enlarged latents, of which a second pass can make a clip.")
  private Path saveLatents;

  @Mixin private OutputOptions to;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    to.requireInRange();
    Optional<LatentUpscaling> upscaling = upscaling();
    MediaWriter writer = MediaWriter.open(to.output());
    SavedLatents saved = SavedLatents.read(latents);
    boolean tiled =
        tiling || saved.setting(Setting.VAE_TILING.name()).filter("true"::equals).isPresent();
    ModelSource source = model.source();
    try (Backend backend = device.open();
        VideoPipeline pipeline =
            VideoPipeline.open(
                source,
                backend,
                new ModelPrecision(DType.F32, dtype(saved)),
                WeightRetention.RELEASE)) {
      return decode(
          source.name(), pipeline, pipeline.decodeJob(saved, tiled, upscaling), writer, backend);
    }
  }

  private Optional<LatentUpscaling> upscaling() {
    if (upscaler == null && (adain != null || toneMap != null || saveLatents != null)) {
      throw new PipelineException(
          "%s is of --upscale-latents, which is not given"
              .formatted(
                  adain != null ? "--adain" : toneMap != null ? "--tone-map" : "--save-latents"));
    }
    if (saveLatents != null) {
      new SideOutput("--save-latents", saveLatents, (_, _, _) -> 0).requireWritable();
    }
    return Optional.ofNullable(upscaler)
        .map(folder ->
            new LatentUpscaling(folder, adain == null ? 0 : adain, toneMap == null ? 0 : toneMap));
  }

  private int decode(
      String name, VideoPipeline pipeline, DecodeJob job, MediaWriter writer, Backend backend) {
    ClipSize size = job.size();
    int fps =
        to.framesPerSecond() == null
            ? pipeline.request("").get(Setting.FRAMES_PER_SECOND)
            : to.framesPerSecond();
    ClipJob.requireRange("--fps", fps, 1000);
    ClipSize shown =
        new ClipSize(size.width() * to.upscale(), size.height() * to.upscale(), size.frames());
    ClipOutput.requireHeld(shown);
    writer.check(shown.width(), shown.height(), shown.frames(), fps);
    PrintWriter err = spec.commandLine().getErr();
    ClipOutput.announce(err, name + ": " + size, backend, false);
    ClipOutput clip = new ClipOutput(writer, to.output(), fps, err, 1, Optional.empty(), "");
    GenerationResult result =
        clip.run(() -> job.run(clip.progress(), Tracer.NONE, Optional.ofNullable(saveLatents)));
    clip.failures().add(result.failures());
    ClipRun.Showing showing =
        new ClipRun.Showing(writer, to.output(), new Platform.Rate(fps, 1), to.upscale());
    clip.writeClip(
        () -> result.frames().upscale(to.upscale()),
        () -> showing.provenance(result, Map.of("device", backend.name())));
    return clip.finish();
  }

  /** What the autoencoder computes in: what the job's did, if nobody says otherwise. */
  private DType dtype(SavedLatents saved) {
    if (precision != null) {
      return precision.dtype();
    }
    return saved
        .setting("vae_dtype")
        .filter(name -> name.equals(Precision.BF16.toString()))
        .map(_ -> DType.BF16)
        .orElse(DType.F32);
  }
}
