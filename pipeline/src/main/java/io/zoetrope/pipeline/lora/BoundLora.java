package io.zoetrope.pipeline.lora;

import static io.zoetrope.files.Printable.quote;

import io.zoetrope.files.FileErrors;
import io.zoetrope.files.InputFile;
import io.zoetrope.lora.LoraFamily;
import io.zoetrope.lora.LoraFile;
import io.zoetrope.lora.LoraFit;
import io.zoetrope.pipeline.Lora;
import io.zoetrope.pipeline.PipelineException;
import io.zoetrope.pipeline.family.ModelSource;
import io.zoetrope.weights.WeightSource;
import io.zoetrope.weights.WeightsException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;

/** A LoRA and the transformer that it changes. */
final class BoundLora {
  /** What diffusers puts before the names of a second transformer's modules. */
  static final String SECOND = "transformer_2.";

  private static final Pattern OF_PICTURES =
      Pattern.compile("[kv]_img|add_[kv]_proj|img_emb|image_embedder");
  private static final Pattern OF_CONTROL = Pattern.compile("vace_");

  private final Lora lora;
  private final String component;
  private final boolean isSplit;
  private final Optional<FewSteps> fewSteps;
  private final List<String> warnings;

  /** Null until it is needed: to read all of a file takes a while. */
  private String hash;

  /** Null until the weights are opened. */
  private Fitted fitted;

  /** What became of a file. */
  private record Fitted(int used, int tensors, long[] ranks, List<String> left) {}

  /**
   * A LoRA for one transformer.
   *
   * @param component the transformer's name in the pipeline
   * @param isSplit whether the file has modules of two transformers, told apart by their names
   */
  BoundLora(Lora lora, LoraFile file, String component, boolean isSplit) {
    this.lora = lora;
    this.component = component;
    this.isSplit = isSplit;
    this.fewSteps =
        lora.weight() > 0
            ? FewSteps.of(LoraName.of(lora.file(), file.metadata()))
            : Optional.empty();
    List<String> sentences = new ArrayList<>(file.warnings());
    LoraName.expert(lora.file())
        .filter(named -> lora.expert().isPresent() && named != lora.expert().get())
        .ifPresent(named ->
            sentences.add(
                "%s: its name says that it is for %s noise, and it changes the transformer for %s noise"
                    .formatted(name(), named.title(), lora.expert().get().title())));
    this.warnings = List.copyOf(sentences);
  }

  String component() {
    return component;
  }

  Lora lora() {
    return lora;
  }

  Optional<FewSteps> fewSteps() {
    return fewSteps;
  }

  List<String> warnings() {
    return warnings;
  }

  /** The file's name, without the user's own paths. */
  String name() {
    return lora.file().getFileName().toString();
  }

  /**
   * Holds the file against the weights of the transformer.
   *
   * @param model for errors
   * @param weights with the names of diffusers
   * @return the fit, whose file is open
   * @throws PipelineException if nothing of it fits, or a part only and that was not allowed
   */
  LoraFit fit(ModelSource model, WeightSource weights, UnaryOperator<String> original) {
    LoraFile file = LoraFile.open(lora.file());
    LoraFit checked = null;
    try {
      LoraFit fit = LoraFit.of(file, this::isMeant, weights, original, lora.weight());
      require(model, file, fit);
      List<String> left = new ArrayList<>(fit.misshapen());
      fit.homeless().forEach(name -> left.add(quote(name)));
      fitted = new Fitted(fit.fitting(), file.tensors(), file.ranks(), List.copyOf(left));
      checked = fit;
      return fit;
    } finally {
      if (checked == null) {
        file.close();
      }
    }
  }

  private boolean isMeant(String module) {
    return !isSplit || module.startsWith(SECOND) == component.equals(LoraModel.SECOND_TRANSFORMER);
  }

  private void require(ModelSource model, LoraFile file, LoraFit fit) {
    if (fit.fitting() == 0) {
      throw new WeightsException("%s: %s".formatted(file, ofAnother(model, file, fit)));
    }
    if (!fit.isWhole() && !lora.isPartial()) {
      throw new WeightsException(
          "%s: only %d of its %d tensors fit %s: %s; --lora-partial leaves out what does not"
              .formatted(file, fit.fitting(), file.tensors(), model.name(), unfit(fit)));
    }
  }

  /** Why nothing of a file fits. */
  private static String ofAnother(ModelSource model, LoraFile file, LoraFit fit) {
    Optional<LoraFamily> family = LoraFamily.of(file.names());
    String found =
        family
            .map(known -> "it is a LoRA of " + known.title())
            .orElse("it is of a model that is not known");
    return "%s, and nothing of it fits %s (%s): %s"
        .formatted(found, model.name(), model.pipelineClass(), unfit(fit));
  }

  /** What does not fit. */
  private static String unfit(LoraFit fit) {
    if (!fit.misshapen().isEmpty()) {
      int others = fit.misshapen().size() - 1 + fit.homeless().size();
      return "%s%s: it is for a model of another size"
          .formatted(
              fit.misshapen().getFirst(), others == 0 ? "" : " (and %d more)".formatted(others));
    }
    String first = fit.homeless().getFirst();
    return "there is nothing for %s%s%s"
        .formatted(
            quote(first),
            fit.homeless().size() == 1
                ? ""
                : " and %d other tensors".formatted(fit.homeless().size() - 1),
            reason(fit.homeless()));
  }

  private static String reason(List<String> names) {
    if (names.stream().anyMatch(name -> OF_PICTURES.matcher(name).find())) {
      return ": it is for a model that attends to pictures";
    }
    if (names.stream().anyMatch(name -> OF_CONTROL.matcher(name).find())) {
      return ": it is for a model with a control branch";
    }
    return "";
  }

  // ---------------------------------------------------------------- what is to be known

  /** What was added, for people. */
  String note() {
    StringBuilder note = new StringBuilder("LoRA %s: weight %s".formatted(name(), lora.weight()));
    lora.expert().ifPresent(expert -> note.append(", ").append(expert.title()).append(" noise"));
    note.append(", ").append(LoraDescription.ranks(fitted.ranks()));
    note.append(", %d of %d tensors".formatted(fitted.used(), fitted.tensors()));
    if (!fitted.left().isEmpty() && !isSplit) {
      note.append("; left out: ").append(fitted.left().getFirst());
      if (fitted.left().size() > 1) {
        note.append(" and %d more".formatted(fitted.left().size() - 1));
      }
    }
    return note.toString();
  }

  /** What the provenance says of it. */
  Map<String, Object> provenance() {
    Map<String, Object> entries = new LinkedHashMap<>();
    entries.put("file", name());
    entries.put("weight", lora.weight());
    lora.expert().ifPresent(expert -> entries.put("expert", expert.title()));
    entries.put("sha256", hash());
    entries.put("tensors", fitted.tensors());
    entries.put("tensors_used", fitted.used());
    return entries;
  }

  /** What tells it from others, whatever its file is called. */
  String identity() {
    return "%s %s %s".formatted(hash(), lora.weight(), component);
  }

  private String hash() {
    if (hash == null) {
      try (InputStream in =
          new DigestInputStream(
              Channels.newInputStream(InputFile.open(lora.file())),
              MessageDigest.getInstance("SHA-256"))) {
        in.transferTo(OutputStream.nullOutputStream());
        hash = HexFormat.of().formatHex(((DigestInputStream) in).getMessageDigest().digest());
      } catch (IOException e) {
        throw new PipelineException(
            "%s: cannot be read any more: %s".formatted(lora.file(), FileErrors.reason(e)), e);
      } catch (NoSuchAlgorithmException e) {
        throw new IllegalStateException("every Java platform has SHA-256", e);
      }
    }
    return hash;
  }
}
