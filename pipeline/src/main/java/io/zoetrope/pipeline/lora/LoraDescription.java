package io.zoetrope.pipeline.lora;

import io.zoetrope.files.Printable;
import io.zoetrope.lora.LoraFamily;
import io.zoetrope.lora.LoraFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** What a LoRA file is, for people, found from its header and its alphas. */
public final class LoraDescription {
  /** The published sizes of Wan, by their width. */
  private static final Map<Long, String> SIZES =
      Map.of(1536L, "1.3B", 3072L, "TI2V 5B", 5120L, "14B or A14B");

  /** Queries of the first attention, which read tokens of the model's width. */
  private static final Pattern QUERIES = Pattern.compile("(self_attn[._]|attn1[._]to_)q$");

  private static final Pattern OF_PICTURES =
      Pattern.compile("[kv]_img|add_[kv]_proj|img_emb|image_embedder");

  private LoraDescription() {}

  /**
   * Describes a file, a line for each thing to know.
   *
   * @throws io.zoetrope.weights.WeightsException if it cannot be read, is no LoRA, or one of a kind
   *     that is not supported; the message says which
   */
  public static List<String> of(Path path) {
    try (LoraFile file = LoraFile.open(path)) {
      List<String> lines = new ArrayList<>();
      lines.add("LoRA for %s, %s".formatted(family(file), ranks(file.ranks())));
      if (!file.spellings().isEmpty()) {
        lines.add("  pairs: " + Printable.value(String.join(", ", file.spellings())));
        lines.add("  scale: " + scales(file));
      }
      lines.add("  modules: " + Printable.line(String.join(", ", file.targets())));
      LoraName.expert(path)
          .ifPresent(expert ->
              lines.add("  of two transformers the one for %s noise".formatted(expert.title())));
      lines.add(
          FewSteps.of(LoraName.of(path, file.metadata()))
              .map(few -> "  made for few steps, as " + few.description())
              .orElse("  its name shows nothing of few steps"));
      file.warnings().forEach(warning -> lines.add("  " + warning));
      return List.copyOf(lines);
    }
  }

  private static String family(LoraFile file) {
    Optional<LoraFamily> family = LoraFamily.of(file.names());
    if (family.filter(LoraFamily.WAN::equals).isEmpty()) {
      return family.map(LoraFamily::title).orElse("a model that is not known");
    }
    OptionalLong width = file.inputs(QUERIES);
    boolean seesPictures = file.names().stream().anyMatch(name -> OF_PICTURES.matcher(name).find());
    return "Wan"
        + (seesPictures ? " 2.1, image to video" : "")
        + (width.isEmpty()
            ? ""
            : " of width %d%s"
                .formatted(
                    width.getAsLong(),
                    Optional.ofNullable(SIZES.get(width.getAsLong()))
                        .map(" (%s)"::formatted)
                        .orElse("")));
  }

  private static String scales(LoraFile file) {
    if (file.hasNoScale()) {
      return "1, as no alpha is given";
    }
    return "alpha / rank = "
        + Arrays.stream(file.scales())
            .mapToObj(scale -> "%.4g".formatted(scale))
            .collect(Collectors.joining(", "));
  }

  /** The ranks of a file, e.g. {@code "rank 64"}. */
  static String ranks(long[] ranks) {
    return switch (ranks.length) {
      case 0 -> "differences alone";
      case 1 -> "rank " + ranks[0];
      default -> "ranks %d to %d".formatted(ranks[0], ranks[ranks.length - 1]);
    };
  }
}
