package io.zoetrope.tools.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The command line as a process: signals, and standard output that fails. */
class ProcessTest extends CommandTest {
  private static final int SIGTERM_EXIT = 128 + 15;

  private static ProcessBuilder command(String... args) {
    List<String> command = new ArrayList<>();
    command.add(ProcessHandle.current().info().command().orElseThrow());
    command.addAll(
        List.of(
            "--add-modules=jdk.incubator.vector",
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            System.getProperty("java.class.path"),
            Main.class.getName()));
    command.addAll(List.of(args));
    return new ProcessBuilder(command);
  }

  /** When the job begins, and when it computes; a signal to a JVM that starts is its own affair. */
  @ParameterizedTest
  @ValueSource(strings = {"steps", "text encoder"})
  @DisabledOnOs(OS.WINDOWS)
  void aSignalStopsItWithoutATrace(String line) throws IOException, InterruptedException {
    Path clip = folder.resolve("out.mp4");
    Process process =
        command(
                "generate",
                "a prompt",
                "--model",
                model.toString(),
                "--size",
                "64x64",
                "--frames",
                "81",
                "--steps",
                "1000",
                "-o",
                clip.toString())
            .start();
    List<String> rest;
    try (BufferedReader err = process.errorReader()) {
      while (!err.readLine().contains(line)) {
        // Lines before the one that is waited for.
      }
      process.toHandle().destroy();
      rest = err.lines().filter(text -> !text.startsWith("text encoder")).toList();
    }
    assertTrue(process.waitFor(30, TimeUnit.SECONDS), "still runs");
    assertEquals(SIGTERM_EXIT, process.exitValue());
    assertTrue(rest.isEmpty() || rest.getLast().equals("zoetrope: stopped"), rest.toString());
    assertTrue(rest.size() <= 2, rest.toString());
    try (Stream<Path> files = Files.list(folder)) {
      assertEquals(List.of(model), files.toList());
    }
  }

  /** What a card needs costs a run without one nothing. */
  @Test
  void aRunOnTheCpuLoadsNothingOfCuda() throws IOException {
    ProcessBuilder job =
        command(
            "generate",
            "a prompt",
            "--model",
            model.toString(),
            "--size",
            "32x32",
            "--frames",
            "5",
            "--steps",
            "1",
            "-o",
            folder.resolve("out.mp4").toString());
    job.command().add(1, "-Xlog:class+load:stdout");
    Process process = job.redirectErrorStream(true).start();
    try (BufferedReader log = process.inputReader()) {
      List<String> classes = log.lines().filter(line -> line.contains("source:")).toList();
      assertTrue(classes.stream().anyMatch(line -> line.contains("kernels.cpu")), "no log");
      assertEquals(
          List.of(),
          classes.stream()
              .filter(line -> line.contains("jcuda") || line.contains("kernels.cuda"))
              .toList());
    }
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void aFullStandardOutputIsAFailure() throws IOException, InterruptedException {
    Process process = command("--version").redirectOutput(new File("/dev/full")).start();
    List<String> lines;
    try (BufferedReader err = process.errorReader()) {
      lines = err.lines().filter(text -> !text.startsWith("WARNING")).toList();
    }
    assertEquals(1, process.waitFor());
    assertEquals(1, lines.size(), lines.toString());
    assertTrue(lines.getFirst().contains("cannot write to standard output"), lines.toString());
  }
}
