package io.zoetrope.tools.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zoetrope.pipeline.Input;
import io.zoetrope.pipeline.PipelineException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConditionArgumentTest {
  @TempDir private Path folder;

  @Test
  void aFileAFrameAndAStrength() throws IOException {
    Path file = Files.createFile(folder.resolve("a@1.png"));
    assertEquals(new ConditionArgument(file, 40, 1), ConditionArgument.parse(file + "@40"));
    assertEquals(
        new ConditionArgument(file, Input.Image.LAST, 0.5),
        ConditionArgument.parse(file + "@last:0.5"));
  }

  @ParameterizedTest
  @CsvSource({
    "ball.png, is not FILE@FRAME",
    "ball.png@x, is not FILE@FRAME",
    "ball.png@-1, is not FILE@FRAME",
    "ball.png@0, there is no file",
    "FILE@0:., is no number",
  })
  void otherwiseItSaysWhatIsNeeded(String text, String message) throws IOException {
    Path file = Files.createFile(folder.resolve("a.png"));
    PipelineException e =
        assertThrows(
            PipelineException.class,
            () -> ConditionArgument.parse(text.replace("FILE", file.toString())));
    assertTrue(e.getMessage().contains(message), e.getMessage());
  }
}
