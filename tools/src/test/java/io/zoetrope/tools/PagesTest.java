package io.zoetrope.tools;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zoetrope.VideoPipeline;
import io.zoetrope.media.MediaWriter;
import io.zoetrope.media.Provenance;
import io.zoetrope.ops.Backend;
import io.zoetrope.ops.BackendProvider;
import io.zoetrope.pipeline.ClipSize;
import io.zoetrope.pipeline.GenerationRequest;
import io.zoetrope.pipeline.GenerationResult;
import io.zoetrope.pipeline.Progress;
import io.zoetrope.pipeline.Setting;
import io.zoetrope.pipeline.explain.ExplainOptions;
import io.zoetrope.pipeline.explain.Explainer;
import io.zoetrope.pipeline.run.Job;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.testing.Fixtures;
import io.zoetrope.testing.PageBrowser;
import io.zoetrope.tools.compare.Comparison;
import io.zoetrope.tools.compare.ComparisonPage;
import io.zoetrope.tools.explain.ExplainPage;
import io.zoetrope.tools.explain.ExplainedJob;
import io.zoetrope.weights.SafetensorsFile;
import io.zoetrope.weights.SafetensorsWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.Keys;

/** The pages that commands write, in a browser. */
class PagesTest {
  private static PageBrowser browser;

  @TempDir private Path folder;

  @BeforeAll
  static void start() {
    browser = PageBrowser.start();
  }

  @AfterAll
  static void close() {
    if (browser != null) {
      browser.close();
    }
  }

  private Path written(String name, String page) throws IOException {
    return Files.writeString(folder.resolve(name), page);
  }

  /** Nothing fails, nothing but the file is asked for, and all of it can be reached and heard. */
  private static void assertSelfContained(Path page) {
    assertEquals(List.of(), browser.consoleErrors());
    assertEquals(List.of(page.toUri().toString()), browser.requests());
    assertEquals(List.of(), browser.nameless());
    browser.assertFits(1280, 800);
    browser.assertFits(390, 844);
  }

  @Test
  void comparison() throws IOException {
    Path a = folder.resolve("a.safetensors");
    Path b = folder.resolve("b.safetensors");
    SafetensorsWriter.write(a, run(2), Map.of());
    SafetensorsWriter.write(b, run(3), Map.of());
    try (SafetensorsFile one = SafetensorsFile.open(a);
        SafetensorsFile other = SafetensorsFile.open(b)) {
      Path page = written("compare.html", ComparisonPage.of(Comparison.of(one, other, 1e-4)));
      browser.open(page);
      assertSelfContained(page);
    }
  }

  /** Sliders and keys choose what is drawn; the clip plays. */
  @Test
  void explanation() throws IOException {
    Path page = written("explain.html", explained());
    browser.resize(1280, 800);
    browser.open(page);
    assertTrue(browser.holds("return document.documentElement.dataset.ready === 'true'"));
    assertTrue(browser.holds("return document.querySelector('#clip').readyState >= 2"));
    for (String key : List.of("step", "block", "head")) {
      assertChanges(
          "#word-0",
          () -> browser.press("#words [data-key=" + key + "]", Keys.ARROW_RIGHT, Keys.ARROW_LEFT));
      assertChanges("#word-0", () -> browser.click("#words [data-mean=" + key + "]"));
    }
    browser.click("#words .chips button:nth-of-type(2)");
    assertChanges("#word-0", () -> browser.click("#prompt button:nth-of-type(3)"));
    assertChanges("#word-0", () -> browser.click("#words .rows button:nth-of-type(4)"));
    assertChanges("#word-0", () -> browser.press("#words .heads", Keys.ARROW_DOWN));
    assertChanges("#patch-2", () -> browser.press("#patch-2", Keys.ARROW_UP));
    assertChanges("#patch-2", () -> browser.click("#patch-2"));
    assertChanges("#patch-0", () -> browser.press("#patch-2", Keys.PAGE_UP));
    assertChanges(
        "#grids .card > canvas", () -> browser.press("#grids .card > canvas", Keys.ARROW_DOWN));
    assertChanges("#grids .card > canvas", () -> browser.click("#strip .thumbs button"));
    assertChanges("#strip .player", () -> browser.press("#strip select", Keys.ARROW_DOWN));
    assertSelfContained(page);
  }

  /** A short job of the demo model. */
  private String explained() throws IOException {
    Path model = Fixtures.path("../demo-model/model").normalize();
    try (Backend cpu = BackendProvider.open("cpu", 2);
        VideoPipeline pipeline = VideoPipeline.open(model, cpu, DType.F32)) {
      GenerationRequest request =
          pipeline
              .request("a red ball bounces on green grass")
              .with(Setting.STEPS, 3)
              .with(new ClipSize(64, 64, 9));
      Job job = pipeline.job(request);
      Explainer explainer = pipeline.explainer(job, request, ExplainOptions.ALL);
      GenerationResult result = job.run(Progress.NONE, explainer);
      Path clip = folder.resolve("clip.mp4");
      MediaWriter.open(clip.toString()).write(result.frames(), 8, Provenance.of(Map.of()));
      return ExplainPage.of(
          new ExplainedJob(
              result.settings(),
              result.frames(),
              Files.readAllBytes(clip),
              pipeline.geometry(),
              List.of("--ablate blocks.1=zero"),
              pipeline.latentColours(Progress.NONE),
              List.of(result.frames(), result.frames(), result.frames())),
          explainer.explanation());
    }
  }

  private static void assertChanges(String canvas, Runnable action) {
    long before = browser.pixels(canvas);
    action.run();
    assertNotEquals(before, browser.pixels(canvas), canvas);
  }

  /** The browser sees what is wrong with a page: otherwise none of these tests could fail. */
  @Test
  void badPage() throws IOException {
    browser.open(
        written(
            "bad.html",
            """
            <!DOCTYPE html><meta name="viewport" content="width=device-width"><title>Bad</title>
            <button style="width: 1300px"></button><img src="http://zoetrope.invalid/picture.png">
            <script>undefinedFunction()</script>
            """));
    assertTrue(browser.requests().contains("http://zoetrope.invalid/picture.png"));
    assertTrue(browser.consoleErrors().toString().contains("undefinedFunction"));
    assertEquals(2, browser.nameless().size());
    assertThrows(AssertionError.class, () -> browser.assertFits(1280, 800));
    assertEquals(1, browser.controlsOutside().size());
  }

  private static Map<String, Tensor> run(float value) {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    for (int step = 0; step < 30; step++) {
      tensors.put(
          "denoise/step%d/cond/transformer/blocks.%d/attn1".formatted(step, step % 3),
          Tensor.of(new float[] {1, value}, 2));
    }
    return tensors;
  }
}
