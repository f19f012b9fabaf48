package io.zoetrope.pipeline.lora;

import com.fasterxml.jackson.databind.JsonNode;
import io.zoetrope.lora.Adapted;
import io.zoetrope.lora.LoraFile;
import io.zoetrope.lora.LoraFit;
import io.zoetrope.pipeline.GenerationRequest;
import io.zoetrope.pipeline.Lora;
import io.zoetrope.pipeline.PipelineException;
import io.zoetrope.pipeline.family.Adaptation;
import io.zoetrope.pipeline.family.ChangedModel;
import io.zoetrope.pipeline.family.Family;
import io.zoetrope.pipeline.family.ModelSource;
import io.zoetrope.weights.WeightSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A model with LoRA files added to its transformers. What a file asks for that was distilled for
 * few steps becomes the model's default.
 */
public final class LoraModel extends ChangedModel {
  static final String FIRST_TRANSFORMER = "transformer";
  static final String SECOND_TRANSFORMER = "transformer_2";

  private final ModelSource model;
  private final UnaryOperator<String> originalNames;
  private final List<BoundLora> loras;
  private final Optional<FewSteps> fewSteps;
  private final Adaptation adaptation = new Changes();

  private LoraModel(ModelSource model, List<BoundLora> loras) {
    super(model);
    this.model = model;
    this.originalNames = Family.of(model.description(), model.pipelineClass()).originalNames();
    this.loras = loras;
    this.fewSteps = agreed();
  }

  /**
   * A model with LoRA files; without any, the model itself. The files' headers are read.
   *
   * @param loras are added in this order
   * @throws PipelineException if the model has two transformers, and it is not clear which one a
   *     file is for
   * @throws io.zoetrope.weights.WeightsException if a file cannot be read, is no LoRA, or one of a
   *     kind that is not supported
   */
  public static ModelSource of(ModelSource model, List<Lora> loras) {
    if (loras.isEmpty()) {
      return model;
    }
    List<BoundLora> bound = new ArrayList<>();
    for (Lora lora : loras) {
      try (LoraFile file = LoraFile.open(lora.file())) {
        bound.addAll(bind(model, lora, file));
      }
    }
    return new LoraModel(model, List.copyOf(bound));
  }

  // ---------------------------------------------------------------- which transformer

  private static List<BoundLora> bind(ModelSource model, Lora lora, LoraFile file) {
    if (!hasTwoTransformers(model)) {
      lora.expert()
          .ifPresent(expert -> {
            throw new PipelineException(
                "%s: %s has one transformer for all steps: leave @%s out"
                    .formatted(lora.file(), model.name(), expert.title()));
          });
      return List.of(new BoundLora(lora, file, FIRST_TRANSFORMER, false));
    }
    long second = file.names().stream().filter(name -> name.startsWith(BoundLora.SECOND)).count();
    if (lora.expert().isEmpty() && second > 0) {
      BoundLora low = bind(lora.on(Lora.Expert.LOW_NOISE), file, true);
      return second == file.tensors()
          ? List.of(low)
          : List.of(bind(lora.on(Lora.Expert.HIGH_NOISE), file, true), low);
    }
    Lora.Expert expert =
        lora.expert()
            .or(() -> LoraName.expert(lora.file()))
            .orElseThrow(() ->
                new PipelineException(
                    "%s: %s has a transformer for high and one for low noise, and the file's name does not say which it is for: add @high or @low, or give it once with each"
                        .formatted(lora.file(), model.name())));
    return List.of(bind(lora.expert().isPresent() ? lora : lora.on(expert), file, false));
  }

  private static BoundLora bind(Lora lora, LoraFile file, boolean isSplit) {
    boolean isHigh = lora.expert().orElseThrow() == Lora.Expert.HIGH_NOISE;
    return new BoundLora(lora, file, isHigh ? FIRST_TRANSFORMER : SECOND_TRANSFORMER, isSplit);
  }

  private static boolean hasTwoTransformers(ModelSource model) {
    JsonNode boundary = model.settings().get("boundary_ratio");
    return boundary != null && !boundary.isNull();
  }

  private Stream<BoundLora> of(String component) {
    return loras.stream().filter(lora -> lora.component().equals(component));
  }

  // ---------------------------------------------------------------- few steps

  /** What the first file for few steps asks for, if every transformer has one. */
  private Optional<FewSteps> agreed() {
    Stream<String> transformers =
        hasTwoTransformers(model)
            ? Stream.of(FIRST_TRANSFORMER, SECOND_TRANSFORMER)
            : Stream.of(FIRST_TRANSFORMER);
    boolean isForAll =
        transformers.allMatch(
            component -> of(component).anyMatch(lora -> lora.fewSteps().isPresent()));
    return isForAll
        ? loras.stream().flatMap(lora -> lora.fewSteps().stream()).findFirst()
        : Optional.empty();
  }

  @Override
  public GenerationRequest defaults(GenerationRequest family) {
    GenerationRequest defaults = super.defaults(family);
    return fewSteps.map(few -> few.applyTo(defaults)).orElse(defaults);
  }

  // ---------------------------------------------------------------- weights

  @Override
  public WeightSource weights(String component) {
    WeightSource weights = super.weights(component);
    List<LoraFit> fits = new ArrayList<>();
    boolean complete = false;
    try {
      of(component).forEach(lora -> fits.add(lora.fit(model, weights, originalNames)));
      complete = true;
      return fits.isEmpty() ? weights : new Adapted(weights, fits);
    } finally {
      if (!complete) {
        fits.forEach(fit -> fit.file().close());
        weights.close();
      }
    }
  }

  @Override
  public Adaptation adaptation() {
    return adaptation;
  }

  /** What is to be known of the files. */
  private final class Changes implements Adaptation {
    @Override
    public Map<String, Object> provenance() {
      return Map.of("loras", loras.stream().map(BoundLora::provenance).toList());
    }

    @Override
    public String identity() {
      return loras.stream().map(BoundLora::identity).collect(Collectors.joining(", "));
    }

    @Override
    public List<String> notes() {
      List<String> notes = new ArrayList<>(loras.stream().map(BoundLora::note).toList());
      fewSteps.ifPresent(few ->
          notes.add(
              "made for few steps, as %s, where nothing else is asked for"
                  .formatted(few.description())));
      return notes;
    }

    @Override
    public List<String> warnings(GenerationRequest request) {
      List<String> warnings = new ArrayList<>();
      for (BoundLora lora : loras) {
        warnings.addAll(lora.warnings());
        lora.fewSteps().ifPresent(few -> warnings.addAll(warnings(lora, few, request)));
      }
      return warnings.stream().distinct().toList();
    }

    private List<String> warnings(BoundLora lora, FewSteps few, GenerationRequest request) {
      String departures = few.departures(request);
      if (departures.isEmpty()) {
        return List.of();
      }
      return List.of(
          "%s was made for few steps, as %s; this job has %s%s"
              .formatted(
                  lora.name(),
                  few.description(),
                  departures,
                  fewSteps.isPresent() ? "" : ", since the other transformer has no such LoRA"));
    }

    @Override
    public GenerationRequest complete(GenerationRequest request) {
      return fewSteps.map(few -> few.complete(request)).orElse(request);
    }
  }
}
