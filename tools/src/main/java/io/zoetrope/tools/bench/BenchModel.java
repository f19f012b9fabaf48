package io.zoetrope.tools.bench;

import io.zoetrope.VideoPipeline;
import io.zoetrope.dit.Conditions;
import io.zoetrope.dit.TextEmbedding;
import io.zoetrope.ops.Backend;
import io.zoetrope.pipeline.ClipSize;
import io.zoetrope.pipeline.GenerationRequest;
import io.zoetrope.pipeline.ModelPrecision;
import io.zoetrope.pipeline.PipelineException;
import io.zoetrope.pipeline.Setting;
import io.zoetrope.pipeline.WeightRetention;
import io.zoetrope.pipeline.family.Component;
import io.zoetrope.pipeline.family.Family;
import io.zoetrope.pipeline.family.FamilyModel;
import io.zoetrope.pipeline.family.FormedModel;
import io.zoetrope.pipeline.family.ModelSource;
import io.zoetrope.pipeline.task.Conditioning;
import io.zoetrope.random.TorchGenerator;
import io.zoetrope.tensor.Shape;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.tools.bench.BenchTest.Part;
import io.zoetrope.weights.WeightForm;
import io.zoetrope.weights.WeightSource;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A model whose parts can be run one by one. Inputs are random: speed does not depend on them.
 *
 * @param source where its components come from
 * @param model what its family says of it
 * @param backend the device that computes
 */
public record BenchModel(ModelSource source, FamilyModel model, Backend backend) {
  /** What weights are called that lie in memory as they are multiplied by. */
  static final String PACKED = "packed";

  private static final long SEED = 42;

  /** What a default test is at most: larger ones are for those who ask for them. */
  private static final ClipSize DEFAULT = new ClipSize(256, 256, 17);

  /**
   * Reads a model's configurations.
   *
   * @throws PipelineException if it lacks a component, is not supported, or makes no video of a
   *     prompt alone
   * @throws io.zoetrope.config.ConfigException if a configuration is malformed or unsupported
   */
  public static BenchModel open(ModelSource source, Backend backend, ModelPrecision precision) {
    FamilyModel model = Family.open(source, precision);
    if (textToVideo(model).isEmpty()) {
      throw new PipelineException(
          "%s makes no video of a prompt alone, which is what is measured: use 'profile' with its inputs"
              .formatted(source.description()));
    }
    return new BenchModel(source, model, backend);
  }

  /** What happens around the steps of a job with a prompt alone. */
  private static Optional<Conditioning> textToVideo(FamilyModel model) {
    return model.tasks().stream()
        .flatMap(task -> task.reader().apply(List.of()).stream())
        .findFirst();
  }

  /** The same model on another device. */
  public BenchModel on(Backend other) {
    return new BenchModel(source, model, other);
  }

  /**
   * The same model with the matrices of its transformer in a form, as {@link FormedModel} has it.
   */
  public BenchModel in(WeightForm form) {
    ModelSource formed = new FormedModel(source, form);
    return new BenchModel(formed, Family.open(formed, model.precision()), backend);
  }

  /** In which form the matrices of the transformer stay in memory, by the name that users know. */
  String form() {
    return source.adaptation().provenance().getOrDefault("weights", PACKED).toString();
  }

  /**
   * What to measure when nothing is asked for: each part at the model's own size, or at 256x256, 17
   * frames where that is smaller; a whole clip in the first case alone.
   */
  public List<BenchTest> defaultTests() {
    ClipSize own = model.defaults().size();
    ClipSize size =
        new ClipSize(
            Math.min(DEFAULT.width(), own.width()),
            Math.min(DEFAULT.height(), own.height()),
            Math.min(DEFAULT.frames(), own.frames()));
    return Stream.of(Part.values())
        .filter(part -> size.equals(own) || part != Part.CLIP)
        .map(part -> new BenchTest(part, size.width(), size.height(), size.frames()))
        .toList();
  }

  /** Video tokens that the transformer sees at a size. */
  public long tokens(BenchTest test) {
    return model.geometry().tokens(test.size());
  }

  /** What the predictions of a test depend on: a prompt with as many tokens as prompts have. */
  Conditions conditions(BenchTest test) {
    GenerationRequest request = model.defaults().with(test.size());
    int tokens = request.get(Setting.MAX_SEQUENCE_LENGTH);
    Shape prompt = Shape.of(tokens, model.text().features());
    Conditioning conditioning = textToVideo(model).orElseThrow();
    conditioning.check(request);
    return conditioning.conditions(
        Conditions.of(List.of(new TextEmbedding(noise(prompt), tokens))));
  }

  /**
   * Loads what a test needs.
   *
   * @throws io.zoetrope.pipeline.PipelineException if the model does not work at that size
   */
  public Workload load(BenchTest test) {
    model.geometry().check(test.size());
    return switch (test.part()) {
      case BLOCK -> new BlockWorkload(this, test);
      case FORWARD -> new ForwardWorkload(this, test);
      case VAE_DECODE -> new DecodeWorkload(this, test);
      case CLIP -> new ClipWorkload(pipeline(), test, weights());
    };
  }

  /** Latents of a test's size, F32 in host memory. */
  Tensor latents(BenchTest test) {
    return noise(model.geometry().latents(test.size()));
  }

  static Tensor noise(Shape shape) {
    return TorchGenerator.manualSeed(SEED).randn(shape.sizes());
  }

  private VideoPipeline pipeline() {
    return VideoPipeline.open(source, backend, model.precision(), WeightRetention.RELEASE);
  }

  private WeightTotals weights() {
    WeightTotals totals = WeightTotals.NONE;
    for (Component<?> component : List.of(model.textEncoder(), model.predictor(), model.codec())) {
      try (WeightSource checkpoint = component.weights()) {
        totals = totals.plus(WeightTotals.of(checkpoint));
      }
    }
    return totals;
  }
}
