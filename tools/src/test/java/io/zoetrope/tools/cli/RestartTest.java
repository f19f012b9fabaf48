package io.zoetrope.tools.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** A device that computes in Java, and a virtual machine that isn't made for it. */
@EnabledOnOs(OS.LINUX)
class RestartTest extends CommandTest {
  @Test
  void theLauncherTakesThePlaceOfTheProcess() throws IOException {
    Path launcher = folder.resolve("launcher");
    Files.writeString(
        launcher, "#!/bin/sh\nprintf '%s\\n' $$ \"$ZOETROPE_COMPILES_THOROUGHLY\" \"$@\"\n");
    Files.setPosixFilePermissions(launcher, PosixFilePermissions.fromString("rwx------"));
    List<String> args =
        List.of("generate", "a  prompt ü", "--model", model.toString(), "--device", "reference");
    List<String> command =
        new ArrayList<>(
            List.of(
                ProcessHandle.current().info().command().orElseThrow(),
                "--enable-native-access=ALL-UNNAMED",
                "-Dzoetrope.launcher=" + launcher,
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName()));
    command.addAll(args);
    ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile());
    builder.environment().put("LC_ALL", "C.UTF-8");
    Process process = builder.start();
    List<String> expected = new ArrayList<>(List.of(Long.toString(process.pid()), "true"));
    expected.addAll(args);
    try (BufferedReader out = process.inputReader()) {
      assertEquals(expected, out.lines().toList());
    }
  }
}
