package io.zoetrope.tools.parity;

import com.fasterxml.jackson.databind.JsonNode;
import io.zoetrope.pipeline.PipelineException;
import java.util.Collections;
import java.util.List;

/**
 * The prompts of a case: one, or several that the reference ran as a batch.
 *
 * @param prompts at least one
 * @param negativePrompts as many; empty texts where the case has none
 */
record Prompts(List<String> prompts, List<String> negativePrompts) {
  static Prompts of(JsonNode settings) {
    List<String> prompts = texts(settings.path("prompt"));
    List<String> negative = texts(settings.path("negative_prompt"));
    if (negative.size() == 1) {
      negative = Collections.nCopies(prompts.size(), negative.getFirst());
    }
    if (prompts.isEmpty() || negative.size() != prompts.size()) {
      throw new PipelineException(
          "%d prompts and %d negative prompts: the case needs as many, or one negative prompt for all"
              .formatted(prompts.size(), negative.size()));
    }
    return new Prompts(prompts, negative);
  }

  /** A text or a list of texts. */
  private static List<String> texts(JsonNode node) {
    return node.isArray()
        ? node.valueStream().map(JsonNode::asText).toList()
        : List.of(node.asText(""));
  }

  int count() {
    return prompts.size();
  }

  String prompt(int index) {
    return prompts.get(index);
  }

  String negativePrompt(int index) {
    return negativePrompts.get(index);
  }
}
