package io.zoetrope.tools.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zoetrope.testing.Fixtures;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The script that starts the command line, with a JDK whose {@code java} writes down what it is
 * asked for, and a Maven that does what the test says.
 */
@EnabledOnOs(OS.LINUX)
class LauncherTest {
  private static final String JAVA =
      """
      #!/bin/sh
      for argument; do
        case $argument in -XX:AOTCacheOutput=*) echo classes >"${argument#*=}"; exit ;; esac
      done
      echo "encoding ${LC_ALL-none}"
      printf '%s\\n' "$@"
      """;

  @TempDir Path folder;
  private Path home;
  private Path jdk;
  private Path programs;
  private final Map<String, String> environment = new LinkedHashMap<>();

  private record Outcome(int code, List<String> out, List<String> err) {}

  @BeforeEach
  void install() throws IOException {
    home = Files.createDirectories(folder.resolve("a home"));
    Files.copy(Fixtures.path("..").resolve("zoetrope"), home.resolve("zoetrope"));
    Files.createFile(home.resolve("zoetrope.jar"));
    jdk = folder.resolve("jdk");
    program(jdk.resolve("bin/java"), JAVA);
    program(jdk.resolve("bin/javac"), "#!/bin/sh");
    release("25.0.1");
    programs = Files.createDirectories(folder.resolve("programs"));
    environment.put("ZOETROPE_JAVA_HOME", jdk.toString());
    environment.put("PATH", programs + ":" + System.getenv("PATH"));
    environment.put("LC_ALL", "C.UTF-8");
  }

  private static void program(Path file, String text) throws IOException {
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private void release(String version) throws IOException {
    Files.writeString(
        jdk.resolve("release"),
        "JAVA_RUNTIME_VERSION=\"%s+8\"\nJAVA_VERSION=\"%s\"\n".formatted(version, version));
  }

  /** A checkout has sources, and what they make lies elsewhere. */
  private void makeCheckout() throws IOException {
    Files.delete(home.resolve("zoetrope.jar"));
    Files.createFile(home.resolve("pom.xml"));
  }

  private Outcome launch(String... args) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(home.resolve("zoetrope").toString()));
    command.addAll(List.of(args));
    return run(command);
  }

  private Outcome run(List<String> command) throws IOException, InterruptedException {
    Path err = folder.resolve("err");
    ProcessBuilder builder = new ProcessBuilder(command).redirectError(err.toFile());
    builder.environment().clear();
    builder.environment().putAll(environment);
    Process process = builder.start();
    try (InputStream stream = process.getInputStream()) {
      String out = new String(stream.readAllBytes(), StandardCharsets.UTF_8);
      return new Outcome(process.waitFor(), out.lines().toList(), Files.readAllLines(err));
    }
  }

  @Test
  void passesArgumentsOnAsTheyAre() throws IOException, InterruptedException {
    String[] args = {"generate", "a  \"red\" ball's $HOME *", "", "-o", "ein ü.mp4"};
    Outcome outcome = launch(args);
    assertEquals(0, outcome.code(), outcome.toString());
    List<String> out = outcome.out();
    assertEquals(List.of(args), out.subList(out.size() - args.length, out.size()));
    assertTrue(out.contains(home.resolve("zoetrope.jar").toString()), out.toString());
    assertTrue(out.contains("-Dzoetrope.home=" + home), out.toString());
  }

  @Test
  void isFoundThroughLinks() throws IOException, InterruptedException {
    Path link = Files.createSymbolicLink(folder.resolve("link"), home.resolve("zoetrope"));
    Path second = Files.createSymbolicLink(folder.resolve("second"), link.getFileName());
    Outcome outcome = run(List.of(second.toString(), "info"));
    assertTrue(outcome.out().contains("-Dzoetrope.home=" + home), outcome.toString());
  }

  /** Java would take what stands before and after a colon for two paths. */
  @Test
  void mayLieInAPathWithAColon() throws IOException, InterruptedException {
    Path parent = Files.createDirectory(folder.resolve("a:b"));
    home = Files.move(home, parent.resolve("home"));
    Outcome outcome = launch("info");
    List<String> out = outcome.out();
    String jar = out.get(out.indexOf("-jar") + 1);
    assertTrue(jar.endsWith("/zoetrope.jar"), jar);
    assertFalse(jar.contains(":"), jar);
    assertTrue(out.contains("-Dzoetrope.home=" + home), out.toString());
    assertEquals(List.of(), outcome.err());
  }

  @Test
  void wantsAJdk25() throws IOException, InterruptedException {
    release("21.0.4");
    Path newer = folder.resolve("home/.jdks/newer");
    program(newer.resolve("bin/java"), "#!/bin/sh\necho newer");
    program(newer.resolve("bin/javac"), "#!/bin/sh");
    Files.writeString(newer.resolve("release"), "JAVA_VERSION=\"26-ea\"\n");
    environment.put("HOME", folder.resolve("home").toString());
    environment.put("JAVA_HOME", newer.toString());
    assertEquals(List.of("newer"), launch("--version").out());
  }

  @Test
  void aMissingJarIsSaid() throws IOException, InterruptedException {
    Files.delete(home.resolve("zoetrope.jar"));
    Outcome outcome = launch("info");
    assertEquals(1, outcome.code());
    assertEquals(1, outcome.err().size(), outcome.toString());
    assertTrue(outcome.err().getFirst().endsWith("unpack the archive again"), outcome.toString());
  }

  @Test
  void preparesOnceAndAgainWhenTheCacheIsDamagedOrOfAnotherJdk()
      throws IOException, InterruptedException {
    Path cache = home.resolve("cache/zoetrope.aot");
    assertPrepares(true);
    assertPrepares(false);
    // As long as before, and as old.
    Files.writeString(cache, "clashes\n");
    assertPrepares(true);
    assertPrepares(false);
    assertEquals("classes\n", Files.readString(cache));
    Files.delete(cache);
    assertPrepares(true);
    release("25.0.2");
    assertPrepares(true);
    assertPrepares(false);
  }

  private void assertPrepares(boolean expected) throws IOException, InterruptedException {
    Outcome outcome = launch("generate", "a prompt");
    assertEquals(expected ? 1 : 0, outcome.err().size(), outcome.toString());
    String option = "-XX:AOTCache=" + home.resolve("cache/zoetrope.aot");
    assertTrue(outcome.out().contains(option), outcome.toString());
  }

  @ParameterizedTest
  @ValueSource(strings = {"--help", "-h", "--version", "-V"})
  void helpNeedsNoPreparation(String option) throws IOException, InterruptedException {
    assertEquals(List.of(), launch("generate", option).err());
    assertEquals(List.of(), launch().err());
  }

  /** A virtual machine that is asked for two collectors, or two caches of classes, ends. */
  @ParameterizedTest
  @ValueSource(
      strings = {"JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS", "ZOETROPE_JAVA_OPTIONS"})
  void optionsOfTheUserTakeThePlaceOfItsOwn(String variable)
      throws IOException, InterruptedException {
    List<String> usual = launch("info").out();
    assertTrue(usual.contains("-XX:+UseSerialGC"), usual.toString());
    assertTrue(usual.contains("-Xms32m"), usual.toString());
    environment.put(variable, "-Dx=y\t'-XX:+UseZGC' -Xmx20m");
    List<String> out = launch("info").out();
    assertFalse(out.contains("-XX:+UseSerialGC"), out.toString());
    assertFalse(out.contains("-Xms32m"), out.toString());
    environment.put(variable, "-Xshare:auto -Xmx2g");
    out = launch("info").out();
    assertTrue(out.contains("-XX:+UseSerialGC"), out.toString());
    assertTrue(out.contains("-Xms32m"), out.toString());
    assertFalse(out.toString().contains("-XX:AOTCache="), out.toString());
  }

  @Test
  void asksForLittleWhereAddressSpaceIsLimited() throws IOException, InterruptedException {
    Outcome outcome = limited(2 << 20);
    assertTrue(outcome.out().contains("-Xmx524288k"), outcome.toString());
    outcome = limited(600 << 10);
    assertEquals(1, outcome.code());
    assertEquals(
        "zoetrope: needs 700 MiB of address space, and 'ulimit -v' leaves 600 MiB: try 'ulimit -v"
            + " unlimited'",
        String.join("|", outcome.err()));
  }

  private Outcome limited(int kibibytes) throws IOException, InterruptedException {
    String script = "ulimit -v %d && exec '%s' info".formatted(kibibytes, home.resolve("zoetrope"));
    return run(List.of("bash", "-c", script));
  }

  @ParameterizedTest
  @CsvSource({
    "ANSI_X3.4-1968, C, C.UTF-8",
    "UTF-8, de_DE.UTF-8, de_DE.UTF-8",
    "ISO-8859-1, de_DE, de_DE",
    ", POSIX, C.UTF-8",
    ", en_US.utf8, C.UTF-8",
    ", de_DE.ISO-8859-1, de_DE.ISO-8859-1"
  })
  void charactersBeyondAsciiSurvive(String charset, String locale, String expected)
      throws IOException, InterruptedException {
    environment.put("LC_ALL", locale);
    if (charset != null) {
      program(programs.resolve("locale"), "#!/bin/sh\necho " + charset);
    } else {
      // Only what the launcher needs, and no locale.
      for (String name :
          List.of("bash", "readlink", "dirname", "cksum", "mkdir", "rm", "mv", "env")) {
        Path usual = Path.of("/usr/bin", name);
        Path program = Files.exists(usual) ? usual : Path.of("/bin", name);
        program(programs.resolve(name), "#!/bin/sh\nexec %s \"$@\"".formatted(program));
      }
      environment.put("PATH", programs.toString());
    }
    Outcome outcome = launch("info");
    assertTrue(outcome.out().contains("encoding " + expected), outcome.toString());
  }

  @Test
  void aDeviceThatComputesInJavaGetsAnotherVirtualMachine()
      throws IOException, InterruptedException {
    List<String> lean = launch("info").out();
    assertTrue(lean.contains("-XX:TieredStopAtLevel=1"), lean.toString());
    assertTrue(lean.contains("-Dzoetrope.launcher=" + home.resolve("zoetrope")), lean.toString());
    environment.put("ZOETROPE_COMPILES_THOROUGHLY", "true");
    List<String> thorough = launch("info").out();
    assertTrue(thorough.contains("--add-modules=jdk.incubator.vector"), thorough.toString());
    assertFalse(thorough.contains("-XX:TieredStopAtLevel=1"), thorough.toString());
    assertFalse(thorough.toString().contains("zoetrope.launcher"), thorough.toString());
  }

  @Test
  void aCheckoutIsBuiltOnceAndAgainWhenASourceIsNewer() throws IOException, InterruptedException {
    makeCheckout();
    program(
        programs.resolve("mvn"),
        """
        #!/bin/sh
        echo "[INFO] Building tools 0.1.0      [7/8]"
        mkdir -p tools/target && echo jar >tools/target/zoetrope.jar
        """);
    Outcome first = launch("--version");
    assertEquals(0, first.code(), first.toString());
    assertEquals(1, first.err().size(), first.toString());
    assertTrue(first.err().getFirst().contains("downloads up to"), first.toString());
    assertEquals(List.of(), launch("--version").err());
    Path source = home.resolve("tools/src/main/Main.java");
    Files.createDirectories(source.getParent());
    Files.createFile(source);
    List<String> again = launch("--version").err();
    assertEquals(1, again.size(), again.toString());
    assertFalse(again.getFirst().contains("downloads"), again.toString());
  }

  @Test
  void saysInPlainWordsWhyABuildFailed() throws IOException, InterruptedException {
    makeCheckout();
    program(
        programs.resolve("mvn"),
        """
        #!/bin/sh
        printf '[INFO] Scanning\\n[\\033[1;31mERROR\\033[m] Plugin x or one of its dependencies '
        printf 'could not be resolved: \\033[31mUnknown host\\033[m -> [Help 1]\\n\\033[0m\\033[0m'
        exit 1
        """);
    Outcome outcome = launch("info");
    assertEquals(1, outcome.code());
    assertEquals(2, outcome.err().size(), outcome.toString());
    String line = outcome.err().getLast();
    assertTrue(
        line.startsWith(
            "zoetrope: the build failed: Plugin x or one of its dependencies could not be resolved:"
                + " Unknown host; the first build downloads from Maven's repository: connect"),
        line);
    assertTrue(line.endsWith(home.resolve("target/build.log").toString()), line);
    assertFalse(outcome.toString().contains("\033"), line);
  }
}
