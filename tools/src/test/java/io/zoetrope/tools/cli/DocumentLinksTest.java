package io.zoetrope.tools.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zoetrope.testing.Fixtures;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Links of documents lead to files that are there, and to headings in them. */
class DocumentLinksTest {
  private static final Path ROOT = Fixtures.path("..").normalize();
  private static final Path TOUR = ROOT.resolve("docs/tour");

  /** In the text, at the end of it, and in HTML. */
  private static final Pattern LINK =
      Pattern.compile("\\]\\(([^)\\s]+)\\)|(?m)^\\[[^\\]]+\\]: (\\S+)|(?:src|href)=\"([^\"]+)\"");

  private static final Pattern HEADING = Pattern.compile("(?m)^#+ (.*)$");

  /** Bytes of all pictures of the tour together. */
  private static final long MOST_PICTURES = 1_200_000;

  static List<Path> documents() throws IOException {
    try (Stream<Path> root = Files.list(ROOT);
        Stream<Path> docs = Files.walk(ROOT.resolve("docs"))) {
      return Stream.concat(root, docs)
          .filter(file -> file.toString().endsWith(".md"))
          .sorted()
          .toList();
    }
  }

  @ParameterizedTest
  @MethodSource("documents")
  void linksLeadSomewhere(Path document) throws IOException {
    List<String> broken = new ArrayList<>();
    LINK.matcher(Files.readString(document))
        .results()
        .map(found ->
            Stream.of(1, 2, 3).map(found::group).filter(link -> link != null).findFirst().get())
        .filter(link -> !link.contains("://") && !link.startsWith("mailto:"))
        .filter(link -> !isThere(document, link))
        .forEach(broken::add);
    assertEquals(List.of(), broken, document.toString());
  }

  private static boolean isThere(Path document, String link) {
    int at = link.indexOf('#');
    String path = at < 0 ? link : link.substring(0, at);
    Path file = path.isEmpty() ? document : document.resolveSibling(path);
    return Files.exists(file) && (at < 0 || anchors(file).contains(link.substring(at + 1)));
  }

  /** Names of headings as the places that show these documents make them. */
  private static Set<String> anchors(Path file) {
    try {
      return HEADING
          .matcher(Files.readString(file))
          .results()
          .map(heading ->
              heading
                  .group(1)
                  .toLowerCase(Locale.ROOT)
                  .replaceAll("[^\\p{L}\\p{N} _-]", "")
                  .replace(' ', '-'))
          .collect(Collectors.toSet());
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** A chapter is short, shows a picture, and has an experiment whose commands are ones. */
  @Test
  void chaptersOfTheTourAreComplete() throws IOException {
    long pictures = 0;
    List<Path> chapters = new ArrayList<>();
    try (Stream<Path> files = Files.list(TOUR)) {
      for (Path file : files.sorted().toList()) {
        if (file.toString().endsWith(".png")) {
          pictures += Files.size(file);
        } else if (Character.isDigit(file.getFileName().toString().charAt(0))) {
          chapters.add(file);
        }
      }
    }
    assertTrue(pictures <= MOST_PICTURES, pictures + " bytes of pictures");
    assertEquals(8, chapters.size());
    String index = Files.readString(TOUR.resolve("README.md"));
    for (Path chapter : chapters) {
      String text = Files.readString(chapter);
      assertTrue(index.contains("](" + chapter.getFileName() + ")"), chapter.toString());
      assertTrue(text.lines().count() <= 60, chapter + " is long");
      assertTrue(text.contains("![") && text.contains("\n## Experiment\n"), chapter.toString());
      assertTrue(
          !DocumentedCommands.commands(List.of(chapter)).isEmpty(), chapter + " has no command");
    }
    chapters.add(TOUR.resolve("README.md"));
    for (List<String> command : DocumentedCommands.commands(chapters)) {
      Main.commandLine()
          .setCaseInsensitiveEnumValuesAllowed(true)
          .parseArgs(command.toArray(String[]::new));
    }
  }
}
