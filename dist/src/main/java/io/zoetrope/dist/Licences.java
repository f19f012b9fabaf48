package io.zoetrope.dist;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * Makes the folder of licences from the jars that are carried and a table of what they are under. A
 * jar that the table does not know, or a line or text that no jar needs, fails the build: the
 * folder is complete or there is none.
 */
public final class Licences {
  private static final String TABLE = "carried.txt";

  /** The project's own licence, which lies above the folder. */
  private static final String OWN = "LICENSE";

  /** What jars say of themselves. */
  private static final List<String> NOTICES = List.of("license", "licence", "notice", "copying");

  private final List<Entry> entries;
  private final Path texts;

  /** A line of the table. */
  private record Entry(String pattern, String licence, List<String> texts) {
    boolean fits(String jar) {
      PathMatcher matcher = FileSystems.getDefault().getPathMatcher("glob:" + pattern);
      return matcher.matches(Path.of(jar));
    }
  }

  private Licences(List<Entry> entries, Path texts) {
    this.entries = entries;
    this.texts = texts;
  }

  /**
   * Makes the folder.
   *
   * @param args folders of jars, the folder of the table and its texts, and the folder to make
   */
  public static void main(String[] args) throws IOException {
    if (args.length < 3) {
      throw new IllegalArgumentException("expected: JARS... TEXTS FOLDER");
    }
    int jars = args.length - 2;
    try {
      make(
          Arrays.stream(args).limit(jars).map(Path::of).toList(),
          Path.of(args[jars]),
          Path.of(args[jars + 1]));
    } catch (IllegalStateException e) {
      System.err.println(e.getMessage());
      System.exit(1);
    }
  }

  /**
   * Makes the folder.
   *
   * @param jars folders of all jars that are carried
   * @param texts folder of the table and its texts
   * @param folder which gets the texts, what the jars say themselves, and a list
   * @throws IllegalStateException if the table and the jars do not fit
   */
  static void make(List<Path> jars, Path texts, Path folder) throws IOException {
    List<Entry> entries =
        Files.readAllLines(texts.resolve(TABLE)).stream()
            .filter(line -> !line.isBlank() && !line.startsWith("#"))
            .map(Licences::entry)
            .toList();
    new Licences(entries, texts).make(jars, folder);
  }

  private static Entry entry(String line) {
    String[] cells = line.split("\\|");
    if (cells.length != 3) {
      throw new IllegalStateException(
          TABLE + ": not of the form PATTERN | LICENCE | TEXTS: " + line);
    }
    return new Entry(
        cells[0].strip(), cells[1].strip(), Arrays.asList(cells[2].strip().split("\\s+")));
  }

  private void make(List<Path> jars, Path folder) throws IOException {
    Set<Entry> unused = new HashSet<>(entries);
    Set<String> needed = new TreeSet<>();
    List<String> list = new ArrayList<>();
    deleteAll(folder);
    Files.createDirectories(folder);
    List<Path> carried = new ArrayList<>();
    for (Path around : jars) {
      carried.addAll(files(around));
    }
    for (Path jar : carried) {
      String name = jar.getFileName().toString();
      Entry entry =
          entries.stream()
              .filter(candidate -> candidate.fits(name))
              .findFirst()
              .orElseThrow(() ->
                  new IllegalStateException(
                      "%s is carried, and %s does not say under which licence"
                          .formatted(name, texts.resolve(TABLE))));
      unused.remove(entry);
      needed.addAll(entry.texts());
      copyNotices(jar, folder.resolve(name.replaceFirst("\\.jar$", "")));
      list.add("%-52s %-26s %s".formatted(name, entry.licence(), String.join(" ", entry.texts())));
    }
    if (!unused.isEmpty()) {
      throw new IllegalStateException(
          "%s names what is not carried: %s".formatted(TABLE, unused.iterator().next().pattern()));
    }
    copyTexts(needed, folder);
    Files.writeString(
        folder.resolve("README.txt"),
        """
        What the archives carry
        =======================

        Each jar, its licence and the texts that hold for it; %s is the file above this folder, and
        holds for the launcher, zoetrope.jar and the demo model, too. What a jar says itself lies in the
        folder of its name.

        %s
        """
            .formatted(OWN, String.join("\n", list)));
  }

  private void copyTexts(Set<String> needed, Path folder) throws IOException {
    for (Path text : files(texts)) {
      String name = text.getFileName().toString();
      if (!name.equals(TABLE) && !needed.contains(name)) {
        throw new IllegalStateException(text + " is a text of nothing that is carried");
      }
    }
    for (String name : needed) {
      if (!name.equals(OWN)) {
        if (!Files.exists(texts.resolve(name))) {
          throw new IllegalStateException("%s names %s, which is missing".formatted(TABLE, name));
        }
        Files.copy(texts.resolve(name), folder.resolve(name));
      }
    }
  }

  private static void copyNotices(Path jar, Path folder) throws IOException {
    try (ZipFile zip = new ZipFile(jar.toFile())) {
      for (ZipEntry entry : zip.stream().filter(Licences::isNotice).toList()) {
        Files.createDirectories(folder);
        String name = entry.getName().substring(entry.getName().lastIndexOf('/') + 1);
        try (InputStream text = zip.getInputStream(entry)) {
          Files.copy(text, folder.resolve(name));
        }
      }
    }
  }

  private static boolean isNotice(ZipEntry entry) {
    String name = entry.getName().toLowerCase(Locale.ROOT);
    return !entry.isDirectory()
        && name.matches("(meta-inf/)?[^/]*")
        && NOTICES.stream().anyMatch(name::contains);
  }

  private static void deleteAll(Path folder) throws IOException {
    if (Files.exists(folder)) {
      try (Stream<Path> files = Files.walk(folder)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      }
    }
  }

  private static List<Path> files(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.sorted().toList();
    }
  }
}
