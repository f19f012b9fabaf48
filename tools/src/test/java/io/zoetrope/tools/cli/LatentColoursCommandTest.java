package io.zoetrope.tools.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.zoetrope.config.JsonConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class LatentColoursCommandTest extends CommandTest {
  /** What else the model says stays, colours that were there are replaced, and jobs use the new. */
  @Test
  void coloursAreKeptWithTheModel() throws IOException {
    Path own = model.resolve("zoetrope.json");
    Files.writeString(own, "{\"fps\": 9, \"latent_colours\": 1, \"words\": [\"a\", \"prompt\"]}");
    assertEquals(0, run("latent-colours", model.toString()), err.toString());
    assertTrue(err.toString().contains("fitted to 6 clips"), err.toString());
    JsonNode written = JsonConfig.read(own).json();
    assertEquals(9, written.get("fps").intValue());
    assertEquals(2, written.get("words").size());
    assertEquals(17, written.get("latent_colours").get("first").size());
    Path preview = folder.resolve("preview.png");
    String[] large = {"--preview", preview.toString(), "--size", "192x192"};
    assertEquals(0, generate(large), err.toString());
    assertTrue(Files.exists(preview));
    Files.writeString(own, "{\"latent_colours\": {\"first\": [[1, 2, 3]]}}");
    assertEquals(1, generate(large), err.toString());
    assertTrue(err.toString().contains("has to have 17 rows"), err.toString());
  }

  @Test
  void whatCannotBeWrittenIsSaidFirst() throws IOException {
    assertEquals(1, run("latent-colours", folder.resolve("none").toString()));
    Files.createDirectory(model.resolve("zoetrope.json"));
    assertEquals(1, run("latent-colours", model.toString()));
    assertEquals(2, err.toString().lines().count(), err.toString());
    assertTrue(err.toString().contains("zoetrope.json"), err.toString());
  }
}
