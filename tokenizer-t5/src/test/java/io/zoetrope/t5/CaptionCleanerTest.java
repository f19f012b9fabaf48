package io.zoetrope.t5;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/** Each text of cleaned-captions.json comes with what tools/reference/captions.py made of it. */
class CaptionCleanerTest {
  @Test
  void captionsBecomeWhatDiffusersMakesOfThem() throws IOException {
    JsonNode cases = Fixtures.json(Fixtures.resource("cleaned-captions.json"));
    assertTrue(cases.size() >= 300);
    for (JsonNode entry : cases) {
      String text = entry.get("text").textValue();
      assertEquals(
          entry.get("cleaned").textValue(), CaptionCleaner.clean(text), () -> "of: " + text);
    }
  }
}
