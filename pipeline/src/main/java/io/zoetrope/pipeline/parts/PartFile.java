package io.zoetrope.pipeline.parts;

import static io.zoetrope.files.Printable.quote;

import io.zoetrope.pipeline.PipelineException;
import io.zoetrope.weights.WeightSource;
import io.zoetrope.weights.WeightsException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A file of weights and what it holds of a model: one part, or all of them.
 *
 * @param parts at least one
 * @param numberFormats names of the encodings of its weights, the commonest first
 */
public record PartFile(Path file, List<FoundPart> parts, List<String> numberFormats) {
  private static final List<BiFunction<Path, WeightSource, Optional<FoundPart>>> FINDERS =
      List.of(
          WanTransformerPart::find, TextEncoderPart::find, WanVaePart::find, ClipVisionPart::find);

  private static final List<String> IGNORED = List.of(TextEncoderPart.TOKENIZER, "logit_scale");

  /**
   * Finds out what a file is. Only its header is read.
   *
   * @throws PipelineException if it is no part of a supported model; the message says what it is
   * @throws WeightsException if it is no file of weights, or tensors are missing or left over
   */
  public static PartFile read(Path file) {
    try (WeightSource source = WeightSource.open(file)) {
      List<FoundPart> parts =
          FINDERS.stream().flatMap(finder -> finder.apply(file, source).stream()).toList();
      if (parts.isEmpty()) {
        throw new PipelineException(
            "%s: %s"
                .formatted(
                    file,
                    OtherModels.describe(source.names())
                        .map(found -> "it is " + found)
                        .orElseGet(() ->
                            "its tensors are those of no part of a model that is known here, among"
                                + " them "
                                + some(source.names().stream()))));
      }
      requireNothingLeft(source, parts);
      return new PartFile(file, parts, formats(source));
    }
  }

  /**
   * What a file is that is the transformer of a model which is not supported here: found by the
   * names of its tensors, for files of which no more than the header is there.
   *
   * @return goes on after "it is"; empty for all other files
   */
  public static Optional<String> otherTransformer(Set<String> names) {
    return WanTransformerPart.variant(names).or(() -> OtherModels.foreignTransformer(names));
  }

  private static void requireNothingLeft(WeightSource source, List<FoundPart> parts) {
    List<String> left =
        source.names().stream()
            .filter(name -> parts.stream().noneMatch(part -> name.startsWith(part.prefix())))
            .filter(name -> IGNORED.stream().noneMatch(name::endsWith))
            .toList();
    if (!left.isEmpty()) {
      throw new WeightsException(
          "%s: it is a %s, and holds %d tensors that are no part of a model, among them %s"
              .formatted(
                  source.description(),
                  parts.stream().map(FoundPart::title).collect(Collectors.joining(", ")),
                  left.size(),
                  some(left.stream())));
    }
  }

  private static List<String> formats(WeightSource source) {
    Map<String, Long> bytes =
        source.names().stream()
            .filter(name -> IGNORED.stream().noneMatch(name::endsWith))
            .map(source::tensor)
            .collect(
                Collectors.groupingBy(
                    tensor -> tensor.encoding().name(),
                    Collectors.summingLong(tensor -> tensor.byteSize())));
    return bytes.entrySet().stream()
        .sorted(Map.Entry.<String, Long>comparingByValue().reversed())
        .map(Map.Entry::getKey)
        .toList();
  }

  private static String some(Stream<String> names) {
    return names.sorted().limit(3).map(name -> quote(name)).collect(Collectors.joining(", "));
  }

  /** The part that can be something in a model; empty if the file has none. */
  Optional<FoundPart> find(Role role) {
    return parts.stream().filter(part -> role.canBe(part.role())).findFirst();
  }

  /**
   * With which other files it makes a model: a line for each, with the option that names it. None
   * if it is a model alone.
   */
  public List<String> companions() {
    return find(Role.TRANSFORMER)
        .map(this::beside)
        .orElseGet(() ->
            List.of("it makes a model with a transformer (--transformer) and its other parts"));
  }

  private List<String> beside(FoundPart transformer) {
    WanKind kind = WanKind.of(transformer.config()).orElseThrow();
    List<String> lines = new ArrayList<>();
    if (kind == WanKind.I2V_A14B) {
      lines.add("with the other one of its model's two transformers (--transformer-2)");
    } else if (kind.boundaryRatio().isPresent()) {
      lines.add("alone, or with another one for little noise (--transformer-2)");
    }
    if (find(Role.TEXT_ENCODER).isEmpty()) {
      lines.add("with the text encoder UMT5-XXL (--text-encoder), as umt5_xxl_fp16.safetensors");
    }
    if (find(Role.VAE).isEmpty()) {
      lines.add(
          "with the video autoencoder of Wan %s (--vae), as %s.safetensors"
              .formatted(
                  kind.expandsTimesteps() ? "2.2 TI2V" : "2.1",
                  kind.expandsTimesteps() ? "wan2.2_vae" : "wan_2.1_vae"));
    }
    if (kind.attendsToPictures() && find(Role.CLIP_VISION).isEmpty()) {
      lines.add("with the vision tower of CLIP (--clip-vision), as clip_vision_h.safetensors");
    }
    return lines;
  }

  /** What the file is, for people. */
  public String title() {
    return parts.stream().map(FoundPart::title).collect(Collectors.joining(" + "));
  }
}
