package io.zoetrope.pipeline.lora;

import io.zoetrope.pipeline.Lora;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What a LoRA is called, from which people and programs tell what it is for: the name of its file,
 * that of the folder where the file's own says nothing, and titles in its header.
 */
final class LoraName {
  /** Names that releases give to files in folders that say what they are. */
  private static final Pattern GENERIC =
      Pattern.compile(
          "(?i)((high|low)[-_]?noise[-_]?(model|lora)?|model|lora|adapter_model"
              + "|pytorch_lora_weights|diffusion_pytorch_model)\\.\\w+");

  /** Entries of headers with a title, those of modelspec and of kohya's trainers. */
  private static final List<String> TITLES = List.of("modelspec.title", "ss_output_name");

  private static final Pattern HIGH =
      Pattern.compile("(?i:high[-_ ]?noise)|(?<![A-Za-z])HIGH(?![A-Za-z])");
  private static final Pattern LOW =
      Pattern.compile("(?i:low[-_ ]?noise)|(?<![A-Za-z])LOW(?![A-Za-z])");

  private LoraName() {}

  /** All that a file is called, to look for words in. */
  static String of(Path file, Map<String, String> metadata) {
    Path name = file.getFileName();
    Path folder = file.toAbsolutePath().normalize().getParent();
    boolean isGeneric = GENERIC.matcher(name.toString()).matches();
    return Stream.concat(
            isGeneric && folder != null && folder.getFileName() != null
                ? Stream.of(folder.getFileName().toString(), name.toString())
                : Stream.of(name.toString()),
            TITLES.stream().filter(metadata::containsKey).map(metadata::get))
        .collect(Collectors.joining(" "));
  }

  /**
   * Which of two transformers a LoRA is for: the name of its file says it, or else the folder's.
   * Empty if neither does, or if it names both.
   */
  static Optional<Lora.Expert> expert(Path file) {
    Path folder = file.toAbsolutePath().normalize().getParent();
    return expert(file.getFileName().toString())
        .or(() ->
            Optional.ofNullable(folder)
                .map(Path::getFileName)
                .flatMap(name -> expert(name.toString())));
  }

  private static Optional<Lora.Expert> expert(String name) {
    boolean isHigh = HIGH.matcher(name).find();
    boolean isLow = LOW.matcher(name).find();
    if (isHigh == isLow) {
      return Optional.empty();
    }
    return Optional.of(isHigh ? Lora.Expert.HIGH_NOISE : Lora.Expert.LOW_NOISE);
  }
}
