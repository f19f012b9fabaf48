package io.zoetrope.dist;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LicencesTest {
  @TempDir Path folder;
  private Path jars;
  private Path texts;
  private Path made;

  @BeforeEach
  void fill() throws IOException {
    jars = Files.createDirectory(folder.resolve("jars"));
    texts = Files.createDirectory(folder.resolve("texts"));
    made = folder.resolve("made");
    jar("one-1.0.jar", "META-INF/NOTICE.txt");
    jar("two-2.0.jar", "io/zoetrope/License.class");
    Files.writeString(texts.resolve("Two.txt"), "as you like");
    table("one-* | Apache-2.0 | LICENSE", "two-* | Two | LICENSE Two.txt");
  }

  private void jar(String name, String entry) throws IOException {
    try (var zip = new ZipOutputStream(Files.newOutputStream(jars.resolve(name)))) {
      zip.putNextEntry(new ZipEntry(entry));
      zip.write(new byte[] {'n', 'o', 't', 'e'});
    }
  }

  private void table(String... lines) throws IOException {
    Files.writeString(texts.resolve("carried.txt"), "# a table\n\n" + String.join("\n", lines));
  }

  private void assertRefused(String message) {
    var error =
        assertThrows(IllegalStateException.class, () -> Licences.make(List.of(jars), texts, made));
    assertTrue(error.getMessage().contains(message), error.getMessage());
  }

  @Test
  void holdsTextsNoticesAndAList() throws IOException {
    Licences.make(List.of(jars), texts, made);
    assertEquals("as you like", Files.readString(made.resolve("Two.txt")));
    assertEquals("note", Files.readString(made.resolve("one-1.0/NOTICE.txt")));
    String list = Files.readString(made.resolve("README.txt"));
    assertTrue(list.lines().anyMatch(line -> line.matches("two-2.0.jar +Two +LICENSE Two.txt")));
    try (var files = Files.list(made)) {
      assertEquals(3, files.count());
    }
  }

  @Test
  void whatIsCarriedIsInTheTable() throws IOException {
    jar("three-3.0.jar", "a.class");
    assertRefused("three-3.0.jar is carried");
  }

  @Test
  void theTableHoldsNothingElse() throws IOException {
    Files.delete(jars.resolve("two-2.0.jar"));
    assertRefused("names what is not carried: two-*");
  }

  @Test
  void textsAreThereAndOfUse() throws IOException {
    Path spare = Files.createFile(texts.resolve("Spare.txt"));
    assertRefused("Spare.txt is a text of nothing");
    Files.delete(spare);
    Files.delete(texts.resolve("Two.txt"));
    assertRefused("names Two.txt, which is missing");
  }
}
