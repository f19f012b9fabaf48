package io.zoetrope.tools.cli;

import io.zoetrope.pipeline.Ablation;
import io.zoetrope.pipeline.GenerationRequest;
import io.zoetrope.pipeline.PipelineException;
import io.zoetrope.pipeline.Setting;
import io.zoetrope.pipeline.WordSwap;
import java.util.List;
import java.util.function.Function;
import picocli.CommandLine.Option;

/** What is replaced inside a model, to see what it is for. */
final class InterventionOptions {
  @Option(
      names = "--ablate",
      paramLabel = "GLOB=zero|mean",
      arity = "1",
      description =
          "Replace tensors by zeros, or each token of them by the mean of all, by their paths in"
              + " docs/tensors.md, such as '**/blocks.0/attn2=zero'; can be given several times.")
  private List<String> ablations = List.of();

  @Option(
      names = "--swap-text",
      paramLabel = "WORD=WORD",
      arity = "1",
      description =
          "Give a word of the prompt the keys of another word, so that patches attend to it as if it"
              + " were that one; can be given several times.")
  private List<String> swaps = List.of();

  /** A request with what these options say. */
  GenerationRequest applyTo(GenerationRequest request) {
    GenerationRequest with = request;
    if (!ablations.isEmpty()) {
      with = with.with(Setting.ABLATIONS, parsed("--ablate", ablations, Ablation::parse));
    }
    if (!swaps.isEmpty()) {
      with = with.with(Setting.WORD_SWAPS, parsed("--swap-text", swaps, WordSwap::parse));
    }
    return with;
  }

  private static <T> List<T> parsed(
      String option, List<String> texts, Function<String, T> parsing) {
    try {
      return texts.stream().map(parsing).toList();
    } catch (PipelineException e) {
      throw new PipelineException(option + ": " + e.getMessage(), e);
    }
  }
}
