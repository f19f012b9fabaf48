package io.zoetrope.t5;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Ids and cleaned prompts that the reference implementation recorded in the goldens. */
class TokenizerGoldenTest {
  @Test
  void tokenizerJsonGivesTheRecordedIds() throws IOException {
    List<Fixtures.Case> cases = Fixtures.tokenizerCases();
    assertTrue(cases.size() >= 75, () -> "only " + cases.size() + " cases");
    for (Fixtures.Case recorded : cases) {
      T5Tokenizer tokenizer = T5Tokenizer.open(recorded.tokenizer());
      assertArrayEquals(
          recorded.ids(),
          tokenizer.encode(recorded.text()),
          () -> recorded.tokenizer() + " " + recorded.text());
    }
  }

  @Test
  void sentencePieceModelGivesTheRecordedIds() throws IOException {
    for (Fixtures.Case recorded : Fixtures.tokenizerCases()) {
      SentencePieceModel model =
          SentencePieceModel.read(recorded.tokenizer().resolve("spiece.model"));
      int[] ids = model.encode(recorded.text());
      int[] closed = Arrays.copyOf(ids, ids.length + 1);
      closed[ids.length] = model.id("</s>");
      assertArrayEquals(
          recorded.sentencePieceIds(), closed, () -> recorded.tokenizer() + " " + recorded.text());
    }
  }

  @Test
  void cleanedPromptsAreTheRecordedOnes() throws IOException {
    JsonNode golden =
        Fixtures.json(Fixtures.root().resolve("wan21-t2v-tiny").resolve("golden.json"));
    int compared = 0;
    for (JsonNode entry : golden.get("cases")) {
      Iterator<JsonNode> cleaned =
          golden.get("prompt_after_cleaning").path(entry.get("name").textValue()).iterator();
      if (cleaned.hasNext()) {
        assertEquals(
            cleaned.next().textValue(), PromptCleaner.clean(entry.get("prompt").textValue()));
        compared++;
      }
    }
    assertEquals(3, compared);
  }
}
