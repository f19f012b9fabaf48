package io.zoetrope.tools.shot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zoetrope.pipeline.PipelineException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ShotPromptTest {
  private static ShotPrompt filmed(String camera, String speed) {
    return new ShotPrompt(camera, speed, "a red ball", "", "", "", "", "", "");
  }

  @Test
  void partsStandInTheOrderOfGuides() {
    ShotPrompt shot =
        new ShotPrompt(
            "pan-left",
            "slow",
            " a red ball ",
            "bounces",
            "on green grass",
            "golden hour",
            "calm",
            "cartoon",
            "sharp focus");
    assertEquals(
        "camera slowly pans left, a red ball bounces on green grass, golden hour light, calm mood,"
            + " cartoon style, sharp focus",
        shot.compose());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          static           |              | static camera, a red ball
          Zoom-In          | fast         | camera quickly zooms in, a red ball
          orbit            | medium       | camera orbits, a red ball
          dolly-out        | ever faster  | camera ever faster dollies out, a red ball
          a dolly zoom     |              | a dolly zoom, a red ball
          a dolly zoom     | slow         | a dolly zoom, slowly, a red ball
          """)
  void camerasAreNamesOrAnyWords(String camera, String speed, String prompt) {
    assertEquals(prompt, filmed(camera, speed == null ? "" : speed).compose());
  }

  @Test
  void whatSaysItselfWhatItIsGetsNoNameBehindIt() {
    ShotPrompt shot =
        new ShotPrompt("", "", "a cat", "", "Kyoto", "lit by candles", "", "35mm film", "");
    assertEquals("a cat, Kyoto, lit by candles, 35mm film", shot.compose());
  }

  @Test
  void everyMoveHasWords() {
    for (CameraMove move : CameraMove.values()) {
      String prompt = filmed(move.option(), move.moves() ? "slow" : "").compose();
      assertTrue(prompt.endsWith(", a red ball"), prompt);
      assertTrue(prompt.contains("camera"), prompt);
      assertEquals(move.moves(), prompt.contains("slowly"), prompt);
    }
  }

  @Test
  void helpNamesThemAll() {
    assertEquals(
        Arrays.stream(CameraMove.values())
            .map(CameraMove::option)
            .collect(Collectors.joining(", ")),
        CameraMove.NAMES);
    assertEquals(
        Arrays.stream(CameraSpeed.values())
            .map(CameraSpeed::option)
            .collect(Collectors.joining(", ")),
        CameraSpeed.NAMES);
    assertEquals(
        Arrays.stream(Platform.values()).map(Platform::option).collect(Collectors.joining(", ")),
        Platform.NAMES);
  }

  @Test
  void aSpeedNeedsACameraThatMoves() {
    assertTrue(
        assertThrows(PipelineException.class, () -> filmed("", "slow"))
            .getMessage()
            .contains("'slow' and no move"));
    assertTrue(
        assertThrows(PipelineException.class, () -> filmed("static", "slow"))
            .getMessage()
            .contains("static camera has no speed"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          a red ball                                | no motion
          a red ball and a blue square bounce       | several subjects
          three dogs run                            | several subjects
          a close-up of a woman who smiles          | close faces
          a street without cars, rain falls         | 'no'
          """)
  void advises(String prompt, String advice) {
    List<String> found = PromptAdvice.of(ShotPrompt.of(prompt));
    assertEquals(1, found.size(), found.toString());
    assertTrue(found.getFirst().contains(advice), found.toString());
  }

  @Test
  void aPromptThatNamesItsMotionNeedsNoAdvice() {
    for (String prompt :
        List.of(
            "a red ball bounces on green grass",
            "a runner crosses a bridge, running",
            "a mountain lake, the water lies still")) {
      assertEquals(List.of(), PromptAdvice.of(ShotPrompt.of(prompt)), prompt);
    }
    assertEquals(List.of(), PromptAdvice.of(filmed("pan-left", "")));
    List<String> still = PromptAdvice.of(filmed("static", ""));
    assertTrue(still.getFirst().contains("no motion"), still.toString());
    ShotPrompt twice =
        new ShotPrompt("pan-left", "", "the camera zooms in on a lake", "", "", "", "", "", "");
    assertTrue(PromptAdvice.of(twice).getFirst().contains("one move"));
  }
}
