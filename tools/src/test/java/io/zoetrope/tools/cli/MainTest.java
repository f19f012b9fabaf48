package io.zoetrope.tools.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zoetrope.config.ConfigException;
import io.zoetrope.files.ExpectedException;
import io.zoetrope.media.MediaException;
import io.zoetrope.ops.DeviceUnavailableException;
import io.zoetrope.pipeline.PipelineException;
import io.zoetrope.t5.TokenizerException;
import io.zoetrope.weights.WeightsException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;

/** How failures are told from bugs. */
class MainTest {
  private static List<String> lines(Exception e) {
    StringWriter err = new StringWriter();
    CommandLine command = Main.commandLine().setErr(new PrintWriter(err, true));
    assertEquals(1, Main.failed(e, command, null));
    return err.toString().lines().toList();
  }

  static Stream<ExpectedException> expected() {
    return Stream.of(
        new ConfigException("a file"),
        new DeviceUnavailableException("a file"),
        new MediaException("a file"),
        new PipelineException("a file"),
        new TokenizerException("a file"),
        new WeightsException("a file"));
  }

  @ParameterizedTest
  @MethodSource("expected")
  void whatUsersCanMendIsOneLine(ExpectedException e) {
    assertEquals(List.of("zoetrope: a file"), lines(e));
  }

  @Test
  void filesThatFailAreOneLine() {
    assertEquals(
        List.of("zoetrope: /a: permission denied"), lines(new AccessDeniedException("/a")));
    assertEquals(
        List.of("zoetrope: full"),
        lines(new UncheckedIOException("full", new IOException("No space left on device"))));
  }

  @Test
  void everythingElseIsABugWithItsTrace() {
    List<String> lines = lines(new IllegalStateException("no \u009b31mtensor\nhere"));
    assertEquals(
        "zoetrope: this is a bug in Zoetrope: IllegalStateException: no \\u009b31mtensor here",
        lines.getFirst());
    assertTrue(lines.get(1).contains("report it in the issue tracker"), lines.get(1));
    assertTrue(lines.get(2).contains("Java " + System.getProperty("java.version")), lines.get(2));
    assertTrue(
        lines.stream().anyMatch(line -> line.contains("MainTest.everythingElseIsABug")),
        "no trace");
    assertTrue(lines.stream().noneMatch(line -> line.contains("\u009b")), "a control character");
    assertTrue(
        lines(new NullPointerException())
            .getFirst()
            .endsWith("bug in Zoetrope: NullPointerException"),
        "a message that is missing");
  }
}
