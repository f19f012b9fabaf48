package io.zoetrope.architecture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zoetrope.testing.Fixtures;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What people read fits a window of 120 columns; Java's formatter sees to its own files. */
class LineLengthTest {
  private static final Path ROOT = Fixtures.path("..").normalize();
  private static final int LONGEST = 120;
  private static final Set<String> SCRIPTS =
      Set.of("zoetrope", "bench/run", "bench/compare", "dist/try", ".ci/run");

  private static List<Path> texts() throws IOException {
    List<Path> texts = new ArrayList<>();
    Files.walkFileTree(
        ROOT,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
            String name = folder.getFileName().toString();
            boolean foreign = name.equals("target") || name.startsWith(".") && !name.equals(".ci");
            return foreign ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            String name = file.toString();
            if (name.matches(".*\\.(md|sh|cu|cuh|js|mjs|css|html)")
                || SCRIPTS.contains(ROOT.relativize(file).toString())) {
              texts.add(file);
            }
            return FileVisitResult.CONTINUE;
          }
        });
    return texts;
  }

  /** Rows of tables and what programs printed stay as they are. */
  private static boolean isProse(String line) {
    return !line.startsWith("|")
        && !line.contains("http")
        && line.chars().noneMatch(c -> c > 0x2500);
  }

  @Test
  void linesFit() throws IOException {
    List<String> tooLong = new ArrayList<>();
    List<Path> texts = texts();
    for (Path text : texts) {
      boolean fenced = false;
      for (String line : Files.readAllLines(text)) {
        fenced ^= line.startsWith("```") && text.toString().endsWith(".md");
        if (!fenced && isProse(line) && line.length() > LONGEST) {
          tooLong.add(ROOT.relativize(text) + ": " + line);
        }
      }
    }
    assertTrue(
        texts.contains(ROOT.resolve("README.md")) && texts.contains(ROOT.resolve("zoetrope")));
    assertEquals(List.of(), tooLong);
  }
}
