package io.zoetrope.tools.explain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.zoetrope.config.JsonConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExplainPageTest {
  private static final String DATA = "<script type=\"application/json\" id=\"data\">";

  @TempDir private Path folder;

  private String page(MadeUpJob made, String... interventions) throws IOException {
    return ExplainPage.of(made.job(folder, List.of(interventions)), made.explanation());
  }

  private static JsonNode data(String page) {
    int from = page.indexOf(DATA) + DATA.length();
    return JsonConfig.parse("page", page.substring(from, page.indexOf("</script>", from))).json();
  }

  @Test
  void theSameExplanationIsTheSamePage() throws IOException {
    MadeUpJob made = new MadeUpJob("a red ball", 3, true);
    assertEquals(page(made), page(made));
  }

  /** What somebody writes into a prompt stays text. */
  @Test
  void textEndsNoElement() throws IOException {
    String prompt = "</script><b>{{style}}</b> & $1";
    String page = page(new MadeUpJob(prompt, 2, true));
    assertEquals(2, page.split("</script>", -1).length - 1);
    assertEquals(prompt, data(page).get("settings").get(0).get(1).textValue());
    assertTrue(page.contains("<title>&lt;/script>&lt;b>{{style}}&lt;/b> &amp; $1 – Zoetrope"));
    assertFalse(page.substring(0, page.indexOf(DATA)).contains("<b>"));
  }

  @Test
  void figuresSayWhatTheyHave() throws IOException {
    JsonNode data = data(page(new MadeUpJob("a red ball", 3, false), "--ablate x=zero"));
    assertEquals("--ablate x=zero", data.get("interventions").get(0).textValue());
    assertEquals("[\"0\",\"1\",\"2\"]", data.get("blocks").toString());
    JsonNode tables = data.get("cross").get("tables");
    assertEquals("{\"block\":[0,1,2],\"head\":[0,1]}", tables.get(0).get("axes").toString());
    assertEquals("{\"step\":[0,1,2],\"block\":[0,1,2]}", tables.get(1).get("axes").toString());
    assertEquals("[0,1,2,3,4]", data.get("frames").get("latents").toString());
    assertEquals("[1,2.0,3.0]", data.get("self").get("queries").get(27).toString());
    JsonNode values = data.get("grids").get(0).get("values");
    assertTrue(values.get(0).get(0).isNull());
    assertEquals(0.2f, values.get(0).get(2).floatValue());
    assertEquals(3, data.get("strips").get(0).get("steps").size());
  }
}
