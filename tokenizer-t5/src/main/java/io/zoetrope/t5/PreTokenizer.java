package io.zoetrope.t5;

import java.util.List;
import java.util.function.Consumer;

/**
 * The pre-tokenizer of a tokenizer.json: cuts text into the words that the model then encodes one
 * by one.
 */
@FunctionalInterface
interface PreTokenizer {
  /** Passes the words of {@code segment} on in order; empty ones are left out. */
  void split(Segment segment, Consumer<Segment> words);

  /** Reads a pre-tokenizer; null stands for one that leaves the text whole. */
  static PreTokenizer read(JsonPlace json) {
    List<PreTokenizer> steps = json.steps("pretokenizers").map(PreTokenizer::readStep).toList();
    return (segment, words) -> splitInTurn(steps, 0, segment, words);
  }

  private static PreTokenizer readStep(JsonPlace json) {
    return switch (json.type()) {
      case "WhitespaceSplit" -> PreTokenizer::splitAtWhiteSpace;
      case "Metaspace" -> Metaspace.read(json);
      default -> throw json.unsupported("Sequence, WhitespaceSplit, Metaspace");
    };
  }

  private static void splitInTurn(
      List<PreTokenizer> steps, int step, Segment segment, Consumer<Segment> words) {
    if (step == steps.size()) {
      words.accept(segment);
    } else {
      steps.get(step).split(segment, word -> splitInTurn(steps, step + 1, word, words));
    }
  }

  private static void splitAtWhiteSpace(Segment segment, Consumer<Segment> words) {
    String text = segment.text();
    int from = WhiteSpace.skip(text, 0);
    while (from < text.length()) {
      int to = from;
      while (to < text.length() && !WhiteSpace.isWhiteSpace(text.charAt(to))) {
        to++;
      }
      words.accept(segment.slice(from, to));
      from = WhiteSpace.skip(text, to);
    }
  }
}
