package io.zoetrope.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.File;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.openqa.selenium.By;
import org.openqa.selenium.WebDriverException;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.logging.LogEntry;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;

/**
 * A Chromium without a window that opens pages as their readers do, and says what went wrong in
 * them, what they asked the network for, and whether they fit a screen.
 *
 * <p>It takes the browser and the driver of this machine and fetches neither; names of other
 * machines are not resolved. A start takes about a second: a test class has one for all of its
 * tests.
 */
public final class PageBrowser implements AutoCloseable {
  private static final List<String> BROWSERS =
      List.of("chromium", "chromium-browser", "google-chrome", "google-chrome-stable");

  /** What a browser of tests does without, so that it asks for nothing by itself. */
  private static final List<String> ARGUMENTS =
      List.of(
          "--headless=new",
          // Containers run tests as root, where Chromium's sandbox refuses to start.
          "--no-sandbox",
          "--disable-dev-shm-usage",
          "--disable-gpu",
          "--disable-extensions",
          "--disable-background-networking",
          "--disable-component-update",
          "--disable-sync",
          "--no-first-run",
          "--no-default-browser-check",
          "--force-color-profile=srgb",
          "--hide-scrollbars",
          // What moves by itself would be in the way of clicks, and other pixels each time.
          "--force-prefers-reduced-motion",
          "--autoplay-policy=no-user-gesture-required",
          "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1");

  private static final ObjectMapper JSON = new ObjectMapper();

  /**
   * What a reader cannot get at: controls that are wider than the screen or lie outside of it,
   * those in boxes that scroll sideways apart.
   */
  private static final String OUTSIDE =
      """
      const outside = [];
      const scrolls = element => {
        for (let box = element.parentElement; box; box = box.parentElement) {
          if (/auto|scroll/.test(getComputedStyle(box).overflowX)) return true;
        }
        return false;
      };
      const controls = 'a[href], button, input, select, textarea, summary, canvas, video, [tabindex]';
      for (const element of document.querySelectorAll(controls)) {
        const box = element.getBoundingClientRect();
        if (!element.checkVisibility() || scrolls(element)) continue;
        if (box.width < 1 || box.height < 1 || box.left < -1 || box.right > innerWidth + 1) {
          outside.push(element.outerHTML.slice(0, 120) + ' from ' + box.left + ' to ' + box.right);
        }
      }
      return outside;
      """;

  /** Controls without a name for those who hear the page instead of seeing it. */
  private static final String NAMELESS =
      """
      const nameless = [];
      for (const element of document.querySelectorAll('button, input, select, textarea, canvas, video, img, svg')) {
        if (element.closest('[aria-hidden=true]') || element.type === 'hidden') continue;
        const label = element.getAttribute('aria-label') || element.getAttribute('aria-labelledby')
            || element.getAttribute('alt') || element.title
            || [...(element.labels || [])].map(each => each.textContent).join('')
            || (element.tagName === 'BUTTON' && element.textContent);
        if (!label || !label.trim()) nameless.push(element.outerHTML.slice(0, 120));
      }
      return nameless;
      """;

  /** FNV-1a (Fowler, Noll and Vo) of 32 bits. */
  private static final String PIXELS =
      """
      const canvas = document.querySelector(arguments[0]);
      const {data} = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
      return data.reduce((hash, value) => Math.imul(hash ^ value, 0x01000193), 0x811c9dc5);
      """;

  /** For what a page does by itself, on a machine that is busy. */
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  /** Held, so that it stays quiet about a browser that is newer than its protocol of DevTools. */
  private static final Logger DEVTOOLS = Logger.getLogger("org.openqa.selenium.devtools");

  private final ChromeDriver driver;
  private boolean isDark;
  private boolean isMoving;

  private PageBrowser(ChromeDriver driver) {
    this.driver = driver;
  }

  /**
   * Starts a browser. Where this machine has none, the test that asks is skipped, and the reason is
   * printed.
   */
  public static PageBrowser start() {
    Optional<Path> browser = BROWSERS.stream().flatMap(PageBrowser::onPath).findFirst();
    Optional<Path> driver = onPath("chromedriver").findFirst();
    if (browser.isEmpty() || driver.isEmpty()) {
      String reason =
          "Skipped: pages are opened in a browser only where %s is on the search path"
              .formatted(browser.isEmpty() ? "chromium" : "chromedriver");
      System.out.println(reason);
      Assumptions.abort(reason);
    }
    System.out.println("Pages are opened in " + browser.get());
    DEVTOOLS.setLevel(Level.OFF);
    ChromeOptions options = new ChromeOptions();
    options.setBinary(browser.get().toFile());
    options.addArguments(ARGUMENTS);
    LoggingPreferences logs = new LoggingPreferences();
    logs.enable(LogType.BROWSER, Level.ALL);
    logs.enable(LogType.PERFORMANCE, Level.ALL);
    options.setCapability("goog:loggingPrefs", logs);
    ChromeDriverService service =
        new ChromeDriverService.Builder()
            .usingDriverExecutable(driver.get().toFile())
            .usingAnyFreePort()
            .withSilent(true)
            .build();
    return new PageBrowser(new ChromeDriver(service, options));
  }

  private static Stream<Path> onPath(String name) {
    String path = System.getenv("PATH");
    return path == null
        ? Stream.empty()
        : Stream.of(path.split(File.pathSeparator))
            .map(folder -> Path.of(folder, name))
            .filter(Files::isExecutable);
  }

  /** Opens a page, and forgets what was logged before. */
  public void open(URI page) {
    logs(LogType.BROWSER);
    logs(LogType.PERFORMANCE);
    driver.get(page.toString());
  }

  /** Opens a page that is a file. */
  public void open(Path page) {
    open(page.toUri());
  }

  /** Makes the screen so large, in CSS pixels; below 600 of width it is that of a telephone. */
  public void resize(int width, int height) {
    driver.executeCdpCommand(
        "Emulation.setDeviceMetricsOverride",
        Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", width < 600));
  }

  /** Says whether the reader prefers dark pages. */
  public void setDark(boolean dark) {
    isDark = dark;
    emulateMedia();
  }

  /** Says whether the reader lets things move by themselves; at first that is not so. */
  public void setMoving(boolean moving) {
    isMoving = moving;
    emulateMedia();
  }

  private void emulateMedia() {
    driver.executeCdpCommand(
        "Emulation.setEmulatedMedia",
        Map.of(
            "features",
            List.of(
                Map.of("name", "prefers-color-scheme", "value", isDark ? "dark" : "light"),
                Map.of(
                    "name",
                    "prefers-reduced-motion",
                    "value",
                    isMoving ? "no-preference" : "reduce"))));
  }

  /** What the page wrote to its console as an error since the last call, or since it was opened. */
  public List<String> consoleErrors() {
    return logs(LogType.BROWSER)
        .filter(entry -> entry.getLevel().intValue() >= Level.SEVERE.intValue())
        .map(LogEntry::getMessage)
        .toList();
  }

  /**
   * The addresses that the page asked for since the last call, or since it was opened, itself among
   * them; what it carries in itself ({@code data:} and {@code blob:}) apart.
   */
  public List<String> requests() {
    return logs(LogType.PERFORMANCE)
        .flatMap(entry -> address(entry.getMessage()))
        .filter(address -> !address.startsWith("data:") && !address.startsWith("blob:"))
        .distinct()
        .toList();
  }

  /** What an event of DevTools asks for: a request has the address, a socket is one. */
  private static Stream<String> address(String event) {
    try {
      JsonNode message = JSON.readTree(event).path("message");
      JsonNode params = message.path("params");
      return switch (message.path("method").asText()) {
        case "Network.requestWillBeSent" -> Stream.of(params.path("request").path("url").asText());
        case "Network.webSocketCreated" -> Stream.of(params.path("url").asText());
        default -> Stream.empty();
      };
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(event, e);
    }
  }

  private Stream<LogEntry> logs(String type) {
    return driver.manage().logs().get(type).getAll().stream();
  }

  /**
   * Runs JavaScript in the page.
   *
   * @param script the body of a function
   * @return what it returns, as Selenium converts it: {@code Long}, {@code Double}, {@code
   *     Boolean}, {@code String}, {@code List}, {@code Map}, {@code WebElement} or null
   */
  public Object script(String script, Object... arguments) {
    return driver.executeScript(script, arguments);
  }

  /** Whether JavaScript returns true, now or within some seconds. */
  public boolean holds(String script) {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (!Boolean.TRUE.equals(script(script))) {
      if (System.nanoTime() > end) {
        return false;
      }
      try {
        Thread.sleep(10);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return false;
      }
    }
    return true;
  }

  /**
   * The first element that a CSS selector finds.
   *
   * @throws WebDriverException when there is none
   */
  public WebElement find(String selector) {
    return driver.findElement(By.cssSelector(selector));
  }

  /** Presses keys, one after the other, with the element in focus. */
  public void press(String selector, CharSequence... keys) {
    find(selector).sendKeys(keys);
  }

  /** Clicks on an element, which scrolls into the middle of the screen before. */
  public void click(String selector) {
    WebElement element = find(selector);
    script("arguments[0].scrollIntoView({block: 'center'})", element);
    element.click();
  }

  /** A hash of the pixels of a canvas: another one when they are others. */
  public long pixels(String canvas) {
    return (Long) script(PIXELS, canvas);
  }

  /** How many CSS pixels the page is wider than the screen. */
  public long overflow() {
    return (Long)
        script(
            "return Math.max(document.documentElement.scrollWidth, document.body.scrollWidth)"
                + " - innerWidth");
  }

  /** Controls that are visible and do not lie within the width of the screen. */
  @SuppressWarnings("unchecked")
  public List<String> controlsOutside() {
    return (List<String>) script(OUTSIDE);
  }

  /** Controls and pictures without a label for screen readers. */
  @SuppressWarnings("unchecked")
  public List<String> nameless() {
    return (List<String>) script(NAMELESS);
  }

  /** Asserts that a screen of this width shows all: nothing scrolls sideways or lies outside. */
  public void assertFits(int width, int height) {
    resize(width, height);
    assertEquals(0, Math.max(0, overflow()), "pixels beyond a screen of " + width);
    assertEquals(List.of(), controlsOutside(), "controls outside of a screen of " + width);
  }

  /** A picture of the page, PNG: of what the screen shows, or from its top to its end. */
  public byte[] screenshot(boolean whole) {
    Object data =
        driver
            .executeCdpCommand(
                "Page.captureScreenshot", Map.of("format", "png", "captureBeyondViewport", whole))
            .get("data");
    return Base64.getDecoder().decode((String) data);
  }

  @Override
  public void close() {
    driver.quit();
  }
}
