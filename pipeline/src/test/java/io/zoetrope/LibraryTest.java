package io.zoetrope;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zoetrope.media.Provenance;
import io.zoetrope.testing.Fixtures;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What docs/library.md shows compiles and runs, with no more on the class path than a program gets
 * that depends on this module alone.
 */
class LibraryTest {
  private static final Path PROJECT = Fixtures.path("..").normalize();
  private static final Path TOOLS = Path.of(System.getProperty("java.home"), "bin");

  @TempDir Path folder;

  /** The blocks of the document in a language, for shorter jobs. */
  private static List<String> blocks(String language) throws IOException {
    String text = Files.readString(PROJECT.resolve("docs/library.md"));
    List<String> blocks =
        Pattern.compile("^```" + language + "\n(.*?)^```$", Pattern.MULTILINE | Pattern.DOTALL)
            .matcher(text)
            .results()
            .map(block -> shorter(block.group(1)))
            .toList();
    assertFalse(blocks.isEmpty(), language);
    return blocks;
  }

  private static String shorter(String block) {
    String shorter =
        block.replace(
            ".with(Setting.STEPS, 20)", ".with(Setting.STEPS, 1).with(Setting.FRAMES, 5)");
    assertTrue(shorter.contains("Setting.FRAMES, 5"), shorter);
    return shorter;
  }

  /** This module and what it needs when it runs, as the build wrote it down. */
  private static String classPath() throws IOException {
    return Path.of("target/classes").toAbsolutePath()
        + File.pathSeparator
        + Files.readString(Path.of("target/runtime.classpath"));
  }

  private String run(Path directory, String... command) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(command).directory(directory.toFile()).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), output);
    return output;
  }

  @Test
  void theProgramsCompileAndTheFirstMakesAClip() throws IOException, InterruptedException {
    List<String> javac = new ArrayList<>(List.of(TOOLS.resolve("javac").toString()));
    javac.addAll(List.of("-cp", classPath(), "-d", folder.toString()));
    for (String block : blocks("java")) {
      String name = block.replaceFirst("(?s).*public final class (\\w+) .*", "$1.java");
      javac.add(Files.writeString(folder.resolve(name), block).toString());
    }
    run(folder, javac.toArray(String[]::new));
    assertTrue(Files.exists(folder.resolve("ClipOfFiles.class")));
    Path clip = folder.resolve("clip.mp4");
    String output =
        run(
            folder,
            TOOLS.resolve("java").toString(),
            "--enable-native-access=ALL-UNNAMED",
            "--add-modules=jdk.incubator.vector",
            "-cp",
            folder + File.pathSeparator + classPath(),
            "Clip",
            PROJECT.resolve("demo-model/model").toString(),
            clip.toString());
    assertEquals(
        List.of(), output.lines().filter(line -> !line.contains("incubator modules")).toList());
    assertEquals(7, Provenance.read(clip).entries().get("seed"));
  }

  @Test
  void theSnippetRunsInJShell() throws IOException, InterruptedException {
    Path script = Files.writeString(folder.resolve("script.jsh"), blocks("jshell").getFirst());
    String output =
        run(
            PROJECT,
            TOOLS.resolve("jshell").toString(),
            "--class-path",
            classPath(),
            "-R--enable-native-access=ALL-UNNAMED",
            "-R--add-modules=jdk.incubator.vector",
            "-J-Djava.util.prefs.userRoot=" + folder,
            "-s",
            script.toString());
    // What stands before is JShell's own: preferences were made, modules incubate.
    List<String> lines = output.lines().toList();
    lines = lines.subList(Math.max(0, lines.size() - 2), lines.size());
    assertTrue(lines.getFirst().endsWith(" bytes at most"), output);
    assertEquals("5 frames of 64x64", lines.getLast());
  }
}
