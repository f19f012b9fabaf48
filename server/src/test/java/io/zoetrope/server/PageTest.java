package io.zoetrope.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import io.zoetrope.testing.PageBrowser;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.Keys;

/** The page in a browser, used as its visitors use it, against a server with the demo model. */
class PageTest {
  private static final long PATIENCE_SECONDS = 30;

  /** Notes what passes by too fast to be asked for. */
  private static final String WATCH =
      """
      window.seen = { progress: new Set(), previews: 0 };
      new MutationObserver(changes => changes.forEach(change => {
        if (change.attributeName === 'value') window.seen.progress.add(change.target.value);
        for (const added of change.addedNodes) if (added.tagName === 'CANVAS') window.seen.previews++;
      })).observe(document.querySelector('#stage'), { subtree: true, childList: true, attributes: true });
      """;

  /** What the players of the page do. */
  private static final String VIDEOS =
      """
      return [...document.querySelectorAll('video')].map(({ src, readyState, paused, currentTime, error }) =>
          [src.slice(-60), readyState, paused, currentTime, error?.message])
      """;

  @TempDir private static Path folder;

  private static PageBrowser browser;
  private static TestServer server;

  @BeforeAll
  static void start() {
    browser = PageBrowser.start();
    server = new TestServer(folder.resolve("data"));
  }

  @AfterAll
  static void stop() {
    if (server != null) {
      server.close();
    }
    if (browser != null) {
      browser.close();
    }
  }

  @BeforeEach
  void open() throws InterruptedException {
    browser.resize(1280, 900);
    browser.setMoving(true);
    browser.open(server.address());
    await("document.querySelector('#f-seed') && document.querySelector('#worker').textContent");
  }

  @AfterEach
  void nothingWentWrong() {
    if (browser != null && server != null) {
      assertEquals(List.of(), browser.consoleErrors());
      assertTrue(
          browser.requests().stream()
              .allMatch(address -> address.startsWith(server.address().toString())));
    }
  }

  @Test
  void aPromptBecomesAPlayingVideo() throws InterruptedException {
    browser.script(WATCH);
    ask("", 40, 1);
    browser.press("#prompt", "a red ball falls");
    await("document.querySelector('#forecast').textContent.includes('free memory')");
    browser.press("#prompt", Keys.chord(Keys.CONTROL, Keys.ENTER));
    awaitGroup("a red ball falls");
    await("document.querySelector('.take video')?.currentTime > 0");
    assertEquals(
        true,
        browser.script("return [...window.seen.progress].some(value => value > 0 && value < 100)"),
        "progress is seen");
    assertTrue((Long) browser.script("return window.seen.previews") > 0, "a preview is seen");
    await("document.querySelector('.card .prompt')?.textContent === 'a red ball falls'");

    browser.press("#search", "nothing of the kind");
    await("document.querySelectorAll('.card').length === 0");
    browser.find("#search").clear();
    browser.press("#search", "RED");
    await("document.querySelector('.card')");

    browser.click(".card .open");
    await("document.querySelector('#clip[open] video')?.readyState >= 2");
    assertEquals(
        "40",
        browser.script(
            """
            return [...document.querySelectorAll('#clip dt')]
                .find(term => term.textContent === 'steps').nextElementSibling.textContent
            """));
    assertEquals(
        "attachment",
        browser.script(
            """
            return fetch(document.querySelector('#clip a[download]').href)
                .then(answer => answer.headers.get('Content-Disposition').split(';')[0])
            """));
    assertEquals(List.of(), browser.nameless());
    browser.assertFits(390, 844);
    browser.resize(1280, 900);
    browser.click("#clip [aria-label=Close]");
    assertEquals(false, browser.script("return document.querySelector('#clip').open"));
  }

  @Test
  void aJobIsCancelled() throws InterruptedException {
    generate("a blue ball rises", 300, 1);
    await("document.querySelector('.take progress')?.value > 0");
    browser.click(".take .actions button");
    await("document.querySelector('#worker').textContent === 'Ready'");
    assertEquals(
        0L,
        browser.script(
            "return fetch('/v1/videos?query=rises').then(a => a.json())"
                + ".then(list => list.data.length)"));
  }

  @Test
  void aReloadInTheMiddleOfAJobGoesOn() throws InterruptedException {
    generate("a green ball spins", 30, 1);
    await("document.querySelector('.take progress')?.value > 0");
    browser.open(server.address());
    awaitGroup("a green ball spins");
    assertEquals(
        "a green ball spins", browser.script("return document.querySelector('#prompt').value"));
    await("document.querySelector('.take video')?.currentTime > 0");
  }

  @Test
  void takesAreChosenAndAssembled() throws InterruptedException {
    generate("a white ball moves", 3, 2);
    await("document.querySelectorAll('.group:nth-of-type(1) .take video').length === 2");
    browser.click(".take .choose");
    await("document.querySelector('.take.chosen')");
    assertEquals(1L, browser.script("return document.querySelectorAll('#strip li').length"));
    browser.click(".take:nth-child(2) [data-star]");
    await("document.querySelectorAll('#strip li').length === 2");
    Object first = browser.script("return document.querySelector('#strip img').src");
    browser.click("#strip li:first-child [data-move=right]");
    await("document.querySelector('#strip li:last-child img').src === '%s'".formatted(first));
    browser.click("#assemble");
    await("document.querySelector('#film-result video')?.readyState >= 1");
    double film = seconds("#film-result video");
    double take = seconds(".take video");
    assertEquals(2 * take, film, 0.05);

    assertEquals(List.of(), browser.nameless());
    browser.setDark(true);
    browser.assertFits(390, 844);
    browser.setDark(false);
  }

  private static double seconds(String video) {
    return ((Number) browser.script("return document.querySelector(arguments[0]).duration", video))
        .doubleValue();
  }

  /** Fills the form in. */
  private static void ask(String prompt, int steps, int takes) {
    browser.script(
        """
        const fill = (selector, value) => {
          const control = document.querySelector(selector);
          control.value = value;
          for (const name of ['input', 'change']) control.dispatchEvent(new Event(name, { bubbles: true }));
        };
        fill('#prompt', arguments[0]);
        fill('#f-size', '');
        fill('[aria-label="Width in pixels"]', 32);
        fill('[aria-label="Height in pixels"]', 32);
        fill('#f-num_frames', 5);
        fill('#f-num_inference_steps', arguments[1]);
        document.querySelector(`#takes label:nth-child(${arguments[2]}) input`).click();
        """,
        prompt,
        steps,
        takes);
  }

  private static void generate(String prompt, int steps, int takes) throws InterruptedException {
    ask(prompt, steps, takes);
    browser.click("#generate");
    awaitGroup(prompt);
  }

  /**
   * Waits until the takes of a prompt are the first on the page: those of other tests may follow.
   */
  private static void awaitGroup(String prompt) throws InterruptedException {
    await("document.querySelector('.group p')?.textContent === '%s'".formatted(prompt));
  }

  /** Waits until an expression of JavaScript is true. */
  private static void await(String condition) throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (!(Boolean) browser.script("return Boolean(%s)".formatted(condition))) {
      if (System.nanoTime() > end) {
        fail(
            "never: %s; the page says: %s; its clips: %s"
                .formatted(
                    condition,
                    browser.script("return document.body.innerText"),
                    browser.script(VIDEOS)));
      }
      Thread.sleep(20);
    }
  }
}
