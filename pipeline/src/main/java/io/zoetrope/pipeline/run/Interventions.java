package io.zoetrope.pipeline.run;

import io.zoetrope.dit.Predictor.Branch;
import io.zoetrope.ops.Tracer;
import io.zoetrope.pipeline.Ablation;
import io.zoetrope.pipeline.GenerationRequest;
import io.zoetrope.pipeline.PipelineException;
import io.zoetrope.pipeline.Setting;
import io.zoetrope.pipeline.family.FamilyModel;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What a request replaces in a job: tensors by other ones, keys of words by those of others. */
final class Interventions {
  /** Scope of the prediction that the keys of other words are taken from. */
  static final String SWAPPED = "swapped";

  private final List<Ablation> ablations;
  private final Optional<SwappedPrompt> swapped;
  private final Set<Ablation> met = new HashSet<>();
  private boolean hasSwapped;

  private Interventions(List<Ablation> ablations, Optional<SwappedPrompt> swapped) {
    this.ablations = ablations;
    this.swapped = swapped;
  }

  /**
   * Those of a request.
   *
   * @throws PipelineException if a word is not in the prompt
   */
  static Interventions of(FamilyModel model, GenerationRequest request) {
    return new Interventions(
        request.find(Setting.ABLATIONS).orElse(List.of()),
        request
            .find(Setting.WORD_SWAPS)
            .map(swaps ->
                SwappedPrompt.of(
                    model.prompt(request, Setting.PROMPT),
                    swaps,
                    model::promptTokens,
                    request.get(Setting.MAX_SEQUENCE_LENGTH))));
  }

  boolean isNone() {
    return ablations.isEmpty() && swapped.isEmpty();
  }

  List<Ablation> ablations() {
    return ablations;
  }

  /** The prompt with other words, if there are any. */
  Optional<SwappedPrompt> swapped() {
    return swapped;
  }

  /** Intervenes in what a tracer sees. */
  Tracer before(Tracer tracer) {
    return isNone() ? tracer : new Intervener(this, tracer);
  }

  /**
   * The branches that predictions come from, given one more, of the prompt with other words, where
   * there are any. That predicts in front of the first branch, for the sake of its keys.
   */
  List<Branch> before(List<Branch> branches) {
    if (swapped.isEmpty()) {
      return branches;
    }
    Branch first = branches.getFirst();
    Branch other = branches.getLast();
    Branch both =
        (ops, cache, input, timesteps) -> {
          try (var _ = ops.scope(SWAPPED)) {
            other.predict(ops, input, timesteps);
          }
          return first.predict(ops, cache, input, timesteps);
        };
    return branches.size() == 2 ? List.of(both) : List.of(both, branches.get(1));
  }

  /** Notes that a tensor was replaced. */
  void note(Ablation ablation) {
    met.add(ablation);
  }

  /** Notes that keys were swapped. */
  void noteSwapped() {
    hasSwapped = true;
  }

  /**
   * Checks that everything was replaced that is to be.
   *
   * @throws PipelineException that says what was not
   */
  void requireMet() {
    for (Ablation ablation : ablations) {
      if (!met.contains(ablation)) {
        throw new PipelineException("ablation " + ablation.glob().isUnmet());
      }
    }
    if (swapped.isPresent() && !hasSwapped) {
      throw new PipelineException("swapped words: this model has no keys of words");
    }
  }
}
