package io.zoetrope.pipeline.parts;

import io.zoetrope.pipeline.PipelineException;
import io.zoetrope.pipeline.family.ModelSource;
import io.zoetrope.t5.T5Tokenizer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Puts parts together, and refuses what is no model. */
final class Assembly {
  /** What files of two transformers have in their names, as no shape tells them apart. */
  private static final Pattern HIGH = noise("high");

  private static final Pattern LOW = noise("low");

  private final Map<Role, FoundPart> parts = new EnumMap<>(Role.class);

  private Assembly() {}

  private static Pattern noise(String word) {
    return Pattern.compile("(?i)(%1$s[_-]?noise|(?<![a-z])%1$s(?![a-z]))".formatted(word));
  }

  /** The parts that files hold: those that they are named for, and those that are missing. */
  static Assembly of(Map<Role, Path> files) {
    Assembly assembly = new Assembly();
    Map<Path, PartFile> read = new LinkedHashMap<>();
    files.forEach((role, file) -> {
      PartFile found = read.computeIfAbsent(file, PartFile::read);
      assembly.parts.put(
          role,
          found
              .find(role)
              .orElseThrow(() ->
                  new PipelineException(
                      "%s: %s needs %s, and this is a %s"
                          .formatted(file, role.option(), role.description(), found.title()))));
    });
    for (Role role : List.of(Role.TRANSFORMER, Role.TEXT_ENCODER, Role.VAE, Role.CLIP_VISION)) {
      if (!assembly.parts.containsKey(role)) {
        read.values().stream()
            .flatMap(file -> file.find(role).stream())
            .filter(part -> !assembly.parts.containsValue(part))
            .findFirst()
            .ifPresent(part -> assembly.parts.put(role, part));
      }
    }
    return assembly;
  }

  /** The model that the parts are. */
  ModelSource model(Optional<Path> tokenizer) {
    FoundPart transformer = require(Role.TRANSFORMER);
    WanKind kind = WanKind.of(transformer.config()).orElseThrow();
    requireSecond(transformer, kind);
    FoundPart text = require(Role.TEXT_ENCODER);
    requireLatents(transformer, require(Role.VAE));
    requireVision(transformer, kind);
    Supplier<T5Tokenizer> found =
        tokenizer(tokenizer)
            .orElseThrow(() ->
                new PipelineException(
                    "%s holds no tokenizer, unlike ComfyUI's files of it: name UMT5's spiece.model or tokenizer.json with --tokenizer"
                        .formatted(text.file())));
    return new PartsModel(parts, kind, found);
  }

  /** Another model with these parts in place of its own. */
  ModelSource in(ModelSource model, Optional<Path> tokenizer) {
    FoundPart transformer = parts.get(Role.TRANSFORMER);
    if (transformer != null) {
      WanKind kind = WanKind.of(transformer.config()).orElseThrow();
      if (!kind.pipelineClass().equals(model.pipelineClass()) && !kind.expandsTimesteps()) {
        throw new PipelineException(
            "%s: it is a %s, which a %s has, and %s is a %s"
                .formatted(
                    transformer.file(),
                    transformer.title(),
                    kind.pipelineClass(),
                    model.description(),
                    model.pipelineClass()));
      }
    }
    return new ReplacedParts(model, parts, tokenizer(tokenizer));
  }

  private Optional<Supplier<T5Tokenizer>> tokenizer(Optional<Path> named) {
    if (named.isPresent()) {
      Path file = named.get();
      return Optional.of(
          () -> Files.isDirectory(file) ? T5Tokenizer.open(file) : T5Tokenizer.ofFile(file));
    }
    return Optional.ofNullable(parts.get(Role.TEXT_ENCODER)).flatMap(FoundPart::tokenizer);
  }

  private FoundPart require(Role role) {
    FoundPart part = parts.get(role);
    if (part == null) {
      throw new PipelineException(
          "%s is missing: name its file with %s; there is %s"
              .formatted(role.description(), role.option(), given()));
    }
    return part;
  }

  private String given() {
    return parts.values().stream().map(FoundPart::described).collect(Collectors.joining(", "));
  }

  /** Two transformers are of one model; one of two alone makes nothing. */
  private void requireSecond(FoundPart first, WanKind kind) {
    FoundPart second = parts.get(Role.SECOND_TRANSFORMER);
    if (second == null) {
      boolean named = HIGH.matcher(name(first)).find() || LOW.matcher(name(first)).find();
      if (kind == WanKind.I2V_A14B || (named && kind.boundaryRatio().isPresent())) {
        throw new PipelineException(
            "%s: it is one of two transformers (%s), for much noise or for little: name the one for little noise with --transformer-2"
                .formatted(first.file(), first.title()));
      }
      return;
    }
    if (kind.boundaryRatio().isEmpty()) {
      throw new PipelineException(
          "%s: it is a %s, which works alone: leave out --transformer-2"
              .formatted(first.file(), first.title()));
    }
    if (!second.config().json().equals(first.config().json())) {
      throw new PipelineException(
          "--transformer is a %s, --transformer-2 a %s: they are of different models"
              .formatted(first.described(), second.described()));
    }
    if (first.file().equals(second.file())) {
      throw new PipelineException(
          "%s is named as both transformers: name the file for little noise with --transformer-2"
              .formatted(first.file()));
    }
    if (LOW.matcher(name(first)).find() && HIGH.matcher(name(second)).find()) {
      throw new PipelineException(
          "--transformer %s is for little noise and --transformer-2 %s for much: change their places"
              .formatted(first.file().getFileName(), second.file().getFileName()));
    }
  }

  private static String name(FoundPart part) {
    return part.file().getFileName().toString();
  }

  private static void requireLatents(FoundPart transformer, FoundPart vae) {
    int made = transformer.config().positiveInteger("out_channels");
    int decoded = vae.config().positiveInteger("z_dim");
    if (made != decoded) {
      throw new PipelineException(
          "the %s makes latents of %d channels, the %s takes %d: they are of different models"
              .formatted(transformer.described(), made, vae.described(), decoded));
    }
  }

  private void requireVision(FoundPart transformer, WanKind kind) {
    if (kind.attendsToPictures()) {
      require(Role.CLIP_VISION);
    } else if (parts.containsKey(Role.CLIP_VISION)) {
      throw new PipelineException(
          "%s: it is a %s, which has no use for CLIP: leave out --clip-vision"
              .formatted(transformer.file(), transformer.title()));
    }
  }
}
