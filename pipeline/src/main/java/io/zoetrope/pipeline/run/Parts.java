package io.zoetrope.pipeline.run;

import io.zoetrope.dit.Predictor;
import io.zoetrope.encoding.StoredTensor;
import io.zoetrope.media.Provenance;
import io.zoetrope.ops.Backend;
import io.zoetrope.pipeline.GenerationRequest;
import io.zoetrope.pipeline.PipelineException;
import io.zoetrope.pipeline.Setting;
import io.zoetrope.pipeline.WeightRetention;
import io.zoetrope.pipeline.family.Adaptation;
import io.zoetrope.pipeline.family.FamilyModel;
import io.zoetrope.pipeline.family.ImageEncoder;
import io.zoetrope.pipeline.family.PromptEncoder;
import io.zoetrope.vae.VideoCodec;
import io.zoetrope.weights.WeightSource;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/** The components of a model on a device, with their weights. */
public final class Parts implements AutoCloseable {
  /** Elements that are looked at together. */
  private static final int PIECE = 1 << 16;

  private final FamilyModel model;
  private final Adaptation adaptation;
  private final Backend device;
  private final boolean kept;
  private final Part<PromptEncoder> textEncoder;
  private final Optional<Part<ImageEncoder>> imageEncoder;
  private final Part<Predictor> predictor;
  private final Optional<Part<Predictor>> secondPredictor;
  private final Part<VideoCodec> codec;

  /**
   * Opens all weights and checks them against the configurations now, rather than after hours of
   * denoising. Nothing of them is read.
   *
   * @param adaptation what was done to the model
   * @param device stays the caller's to close
   * @throws io.zoetrope.weights.WeightsException if weights are malformed, missing or left over
   */
  public Parts(
      FamilyModel model, Adaptation adaptation, Backend device, WeightRetention retention) {
    this.model = model;
    this.adaptation = adaptation;
    this.device = device;
    this.kept = retention == WeightRetention.KEEP;
    textEncoder = new Part<>(model.textEncoder(), device, kept);
    imageEncoder = model.imageEncoder().map(component -> new Part<>(component, device, kept));
    predictor = new Part<>(model.predictor(), device, kept);
    secondPredictor = model.secondPredictor().map(component -> new Part<>(component, device, kept));
    codec = new Part<>(model.codec(), device, kept);
    boolean complete = false;
    try {
      all().forEach(Part::weights);
      complete = true;
    } finally {
      if (!complete) {
        close();
      }
    }
  }

  private Stream<Part<?>> all() {
    return Stream.of(
            Stream.of(textEncoder, predictor, codec),
            imageEncoder.stream(),
            secondPredictor.stream())
        .flatMap(parts -> parts);
  }

  FamilyModel model() {
    return model;
  }

  /** What was done to the model. */
  public Adaptation adaptation() {
    return adaptation;
  }

  Backend device() {
    return device;
  }

  boolean areKept() {
    return kept;
  }

  Part<PromptEncoder> textEncoder() {
    return textEncoder;
  }

  /** Empty for models that attend to no pictures. */
  Optional<Part<ImageEncoder>> imageEncoder() {
    return imageEncoder;
  }

  Part<Predictor> predictor() {
    return predictor;
  }

  /** Empty for models whose one predictor takes all steps. */
  Optional<Part<Predictor>> secondPredictor() {
    return secondPredictor;
  }

  /**
   * Who predicts in which steps.
   *
   * @param trainTimesteps the timestep of pure noise
   */
  List<Expert> experts(GenerationRequest request, int trainTimesteps) {
    double guidance = request.get(Setting.GUIDANCE_SCALE);
    if (secondPredictor.isEmpty()) {
      return List.of(new Expert(0, predictor, Double.POSITIVE_INFINITY, 0, guidance));
    }
    double boundary = request.get(Setting.BOUNDARY_RATIO) * trainTimesteps;
    return List.of(
        new Expert(0, predictor, Double.POSITIVE_INFINITY, boundary, guidance),
        new Expert(
            1,
            secondPredictor.get(),
            boundary,
            0,
            request.find(Setting.GUIDANCE_SCALE_2).orElse(guidance)));
  }

  Part<VideoCodec> codec() {
    return codec;
  }

  /** Tells the video autoencoder's weights from others, whatever their folder is called. */
  String codecHash() {
    RequestHash hash = new RequestHash();
    hash.add(codec.weights());
    return hash.hex();
  }

  /** Tells the transformers, and what they compute in, from others. */
  String predictorIdentity() {
    RequestHash hash = new RequestHash();
    hash.add(Provenance.ENGINE.toString());
    hash.add(model.precision().dtype().name());
    hash.add(adaptation.identity());
    hash.add(predictor.weights());
    secondPredictor.map(Part::weights).ifPresent(hash::add);
    return hash.hex();
  }

  /** Stored bytes of the weights that are held at a time: of the largest part, or of all. */
  long heldBytes() {
    LongStream bytes = all().mapToLong(part -> part.weights().byteSize());
    return kept ? bytes.sum() : bytes.max().orElse(0);
  }

  /**
   * Checks that the weights of the autoencoder are finite: what the other components make of
   * weights that are not shows in the first step, what this one makes only behind the last.
   *
   * @throws PipelineException that names the first one that is not
   */
  void requireFiniteCodec() {
    WeightSource weights = codec.weights();
    for (String name : weights.names()) {
      if (!isFinite(weights.tensor(name))) {
        throw new PipelineException(
            "%s: tensor '%s' holds a value that is not finite: the file is damaged"
                .formatted(weights.description(), name));
      }
    }
  }

  private static boolean isFinite(StoredTensor weight) {
    float[] piece = new float[PIECE];
    for (long first = 0; first < weight.count(); first += PIECE) {
      int count = (int) Math.min(PIECE, weight.count() - first);
      weight.read(first, piece, 0, count);
      for (int i = 0; i < count; i++) {
        if (!Float.isFinite(piece[i])) {
          return false;
        }
      }
    }
    return true;
  }

  /** Adds what tells the weights from others to a hash. */
  void addTo(RequestHash hash) {
    all().map(Part::weights).forEach(hash::add);
  }

  /** Closes all weights that are open. */
  @Override
  public void close() {
    all().forEach(Part::close);
  }
}
