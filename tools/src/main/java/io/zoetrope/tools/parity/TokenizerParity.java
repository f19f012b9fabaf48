package io.zoetrope.tools.parity;

import com.fasterxml.jackson.databind.JsonNode;
import io.zoetrope.t5.PromptCleaner;
import io.zoetrope.t5.T5Tokenizer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Token ids of a fixture's texts, and its prompts after cleaning. */
final class TokenizerParity {
  private static final int SHOWN_CHARACTERS = 40;

  private final Fixture fixture;
  private final Report report;

  TokenizerParity(Fixture fixture, Report report) {
    this.fixture = fixture;
    this.report = report;
  }

  void run() {
    if (fixture.selects("tokenizer_cases") && fixture.json().has("tokenizer_cases")) {
      T5Tokenizer tokenizer = T5Tokenizer.open(fixture.folder().resolve("tokenizer"));
      int index = 0;
      for (JsonNode settings : fixture.json().path("tokenizer_cases")) {
        String text = settings.path("text").asText();
        int[] expected = settings.path("ids").valueStream().mapToInt(JsonNode::intValue).toArray();
        int[] actual = tokenizer.encode(text);
        String name = "tokenizer_cases/" + index++;
        if (Arrays.equals(expected, actual)) {
          report.verdict(name, "%d ids: %s".formatted(actual.length, shown(text)), true);
        } else {
          report.fail(
              name,
              "%s: %s instead of %s"
                  .formatted(shown(text), Arrays.toString(actual), Arrays.toString(expected)));
        }
      }
    }
    Map<String, JsonNode> cases = fixture.cases();
    for (Map.Entry<String, JsonNode> entry :
        fixture.json().path("prompt_after_cleaning").properties()) {
      if (fixture.selects(entry.getKey()) && cases.containsKey(entry.getKey())) {
        List<String> prompts = Prompts.of(cases.get(entry.getKey())).prompts();
        List<String> expected = entry.getValue().valueStream().map(JsonNode::asText).toList();
        List<String> cleaned = prompts.stream().map(PromptCleaner::clean).toList();
        report.verdict(
            entry.getKey() + "/prompt_after_cleaning",
            shown(String.join(" | ", cleaned)),
            cleaned.equals(expected));
      }
    }
  }

  private static String shown(String text) {
    String line = text.replaceAll("\\p{Cc}", "\uFFFD");
    return "'%s'"
        .formatted(
            line.length() <= SHOWN_CHARACTERS ? line : line.substring(0, SHOWN_CHARACTERS) + "...");
  }
}
