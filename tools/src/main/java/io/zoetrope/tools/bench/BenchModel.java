package io.zoetrope.tools.bench;

import io.zoetrope.dit.wan.WanConfig;
import io.zoetrope.dit.wan.WanTransformer;
import io.zoetrope.ops.Backend;
import io.zoetrope.pipeline.GenerationDefaults;
import io.zoetrope.pipeline.ModelFolder;
import io.zoetrope.pipeline.PipelineException;
import io.zoetrope.pipeline.VideoPipeline;
import io.zoetrope.random.TorchGenerator;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Shape;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.tools.bench.BenchTest.Part;
import io.zoetrope.vae.wan.WanVae;
import io.zoetrope.vae.wan.WanVaeConfig;
import io.zoetrope.weights.Checkpoint;
import io.zoetrope.weights.Weights;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * A Wan model folder whose parts can be run one by one. Inputs are random: speed does not depend on
 * them.
 *
 * @param dtype of text encoder and transformer
 * @param vaeDtype of the video autoencoder
 */
public record BenchModel(
    ModelFolder folder,
    WanConfig transformer,
    WanVaeConfig vae,
    Backend backend,
    DType dtype,
    DType vaeDtype) {
  private static final String BASE_NAME = "diffusion_pytorch_model";
  private static final String TEXT_BASE_NAME = "model";
  private static final long SEED = 42;

  /** What a default test is at most: larger ones are for those who ask for them. */
  private static final int DEFAULT_SIDE = 256;

  private static final int DEFAULT_FRAMES = 17;

  /**
   * Reads a folder's configurations.
   *
   * @throws PipelineException if the folder is no model, or lacks a component
   * @throws io.zoetrope.config.ConfigException if a configuration is malformed or unsupported
   */
  public static BenchModel open(Path folder, Backend backend, DType dtype, DType vaeDtype) {
    ModelFolder model = ModelFolder.open(folder);
    Path transformer = model.component("transformer", "WanTransformer3DModel");
    Path vae = model.component("vae", "AutoencoderKLWan");
    return new BenchModel(
        model,
        WanConfig.read(transformer.resolve("config.json")),
        WanVaeConfig.read(vae.resolve("config.json")),
        backend,
        dtype,
        vaeDtype);
  }

  /** The same folder on another device. */
  public BenchModel on(Backend other) {
    return new BenchModel(folder, transformer, vae, other, dtype, vaeDtype);
  }

  /**
   * What to measure when nothing is asked for: each part at the model's own size, or at 256x256, 17
   * frames where that is smaller; a whole clip in the first case alone.
   */
  public List<BenchTest> defaultTests() {
    GenerationDefaults defaults = folder.defaults();
    int width = Math.min(DEFAULT_SIDE, defaults.width());
    int height = Math.min(DEFAULT_SIDE, defaults.height());
    int frames = Math.min(DEFAULT_FRAMES, defaults.frames());
    boolean whole =
        width == defaults.width() && height == defaults.height() && frames == defaults.frames();
    return Stream.of(Part.values())
        .filter(part -> whole || part != Part.CLIP)
        .map(part -> new BenchTest(part, width, height, frames))
        .toList();
  }

  /** Video tokens that the transformer sees at a size. */
  public long tokens(BenchTest test) {
    Shape latents = latentShape(test);
    return latents.count() / latents.size(0) / transformer.patchSize().volume();
  }

  /** Pixels of width and height that one token stands for. */
  int pixelsPerToken() {
    return vae.scaleFactorSpatial() * transformer.patchSize().width();
  }

  /**
   * Loads what a test needs.
   *
   * @throws PipelineException if the model does not work at that size
   */
  public Workload load(BenchTest test) {
    checkSize(test);
    return switch (test.part()) {
      case BLOCK -> loadTransformer(test, BlockWorkload::new);
      case FORWARD -> loadTransformer(test, ForwardWorkload::new);
      case VAE_DECODE -> loadDecoder(test);
      case CLIP -> loadPipeline(test);
    };
  }

  private void checkSize(BenchTest test) {
    int multiple = pixelsPerToken();
    int temporal = vae.scaleFactorTemporal();
    if (test.width() % multiple != 0
        || test.height() % multiple != 0
        || (test.frames() - 1) % temporal != 0) {
      throw new PipelineException(
          "%s: width and height must be multiples of %d, frames %dn + 1"
              .formatted(test, multiple, temporal));
    }
  }

  private Shape latentShape(BenchTest test) {
    return Shape.of(
        vae.zDim(),
        (test.frames() - 1) / vae.scaleFactorTemporal() + 1,
        test.height() / vae.scaleFactorSpatial(),
        test.width() / vae.scaleFactorSpatial());
  }

  static Tensor noise(Shape shape) {
    return TorchGenerator.manualSeed(SEED).randn(shape.sizes());
  }

  // ---------------------------------------------------------------- parts

  /** A transformer, its weight file, and the shape of latents. */
  record LoadedTransformer(
      Backend backend, Checkpoint weights, WanTransformer model, Shape latents) {}

  private Workload loadTransformer(BenchTest test, Function<LoadedTransformer, Workload> workload) {
    return opened(
        "transformer",
        checkpoint ->
            workload.apply(
                new LoadedTransformer(
                    backend,
                    checkpoint,
                    WanTransformer.load(transformer, Weights.of(checkpoint, backend), dtype),
                    latentShape(test))));
  }

  private Workload loadDecoder(BenchTest test) {
    return opened(
        "vae",
        checkpoint -> {
          Weights weights = Weights.of(checkpoint, backend).roundedTo(vaeDtype);
          WanVae model = new WanVae(vae, weights);
          Shape shape = latentShape(test);
          Shape channelsLast = Shape.of(shape.size(1), shape.size(2), shape.size(3), shape.size(0));
          return new DecodeWorkload(
              backend, checkpoint, model, vaeDtype, noise(channelsLast), test.frames());
        });
  }

  /** Leaves no file open when a model cannot be made of it. */
  private Workload opened(String component, Function<Checkpoint, Workload> workload) {
    Checkpoint checkpoint = Checkpoint.open(folder.component(component), BASE_NAME);
    try {
      return workload.apply(checkpoint);
    } catch (RuntimeException e) {
      checkpoint.close();
      throw e;
    }
  }

  private Workload loadPipeline(BenchTest test) {
    WeightTotals totals = WeightTotals.NONE;
    for (String component : List.of("text_encoder", "transformer", "vae")) {
      try (Checkpoint checkpoint =
          Checkpoint.open(folder.component(component), BASE_NAME, TEXT_BASE_NAME)) {
        totals = totals.plus(WeightTotals.of(checkpoint));
      }
    }
    return new ClipWorkload(
        VideoPipeline.open(folder.folder(), backend, dtype, vaeDtype), test, totals);
  }
}
