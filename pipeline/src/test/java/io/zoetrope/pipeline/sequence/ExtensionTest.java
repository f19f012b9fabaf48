package io.zoetrope.pipeline.sequence;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zoetrope.media.VideoFrames;
import io.zoetrope.nn.PatchSize;
import io.zoetrope.pipeline.GenerationRequest;
import io.zoetrope.pipeline.GenerationResult;
import io.zoetrope.pipeline.Input;
import io.zoetrope.pipeline.PipelineException;
import io.zoetrope.pipeline.Setting;
import io.zoetrope.pipeline.family.VideoGeometry;
import io.zoetrope.pipeline.sequence.Joint.Ends;
import io.zoetrope.pipeline.task.Conditioning;
import io.zoetrope.pipeline.task.ControlGrid;
import io.zoetrope.pipeline.task.Task;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Rounds of a model that is made up: it goes on with frames that get brighter, two levels each. */
class ExtensionTest {
  private static final int SIDE = 8;
  private static final int ROUND = 9;

  private final List<GenerationRequest> requests = new ArrayList<>();

  /** A ramp whose levels begin at a brightness. */
  private static byte[] frame(int brightness) {
    byte[] rgb = new byte[SIDE * SIDE * 3];
    for (int i = 0; i < rgb.length; i++) {
      rgb[i] = (byte) (brightness + i / 6);
    }
    return rgb;
  }

  /** Frames from a brightness on, two levels apart. */
  private static VideoFrames clip(int brightness, int frames) {
    VideoFrames clip = new VideoFrames(SIDE, SIDE, 1, frame(brightness));
    for (int i = 1; i < frames; i++) {
      clip = clip.followedBy(new VideoFrames(SIDE, SIDE, 1, frame(brightness + 2 * i)));
    }
    return clip;
  }

  private static GenerationRequest request() {
    return GenerationRequest.empty()
        .with(Setting.WIDTH, SIDE)
        .with(Setting.HEIGHT, SIDE)
        .with(Setting.FRAMES, ROUND)
        .with(Setting.SEED, 7L);
  }

  private static int brightness(VideoFrames picture) {
    return picture.frame(0)[0] & 0xff;
  }

  private static GenerationResult result(VideoFrames frames) {
    return new GenerationResult(frames, Map.of("model", "made up"), List.of());
  }

  private static Input.Image image(GenerationRequest request, int place) {
    return request.inputs().stream()
        .map(Input.Image.class::cast)
        .filter(image -> image.frame() == place)
        .findFirst()
        .orElseThrow();
  }

  private static Joint pictures(Ends ends) {
    return Joint.of(
        List.of(
            Task.imageToVideo(4),
            new Task(
                "last frame to video",
                given ->
                    given.size() == 1
                            && given.getFirst() instanceof Input.Image image
                            && image.frame() == Input.Image.LAST
                        ? Optional.of(Conditioning.NONE)
                        : Optional.empty(),
                _ -> List.of()),
            Task.firstAndLastFrameToVideo(4)),
        4,
        ends,
        Optional.empty(),
        1);
  }

  private static Joint control(Ends ends, int overlap) {
    return Joint.of(
        List.of(Task.control(new ControlGrid(8, 16, 2))), 4, ends, Optional.of(overlap), 9);
  }

  /** Six levels too bright, as an autoencoder might give them back. */
  @Test
  void growsForwardInTheColoursOfTheClip() {
    VideoFrames given = clip(20, 4);
    Extension extension = new Extension(given, pictures(Ends.FIRST), request(), 12);
    assertEquals(2, extension.rounds());
    Extension.Result longer =
        extension.run((number, request) -> {
          requests.add(request);
          assertEquals(requests.size(), number);
          return result(clip(brightness(image(request, 0).picture()) + 6, ROUND));
        });
    assertEquals(clip(20, 16), longer.clip());
    assertEquals(List.of(4, 12), longer.seams().stream().map(Seam::frame).toList());
    longer.seams().forEach(seam -> assertEquals(1, seam.ratio(), 0.01));
    assertFalse(longer.seams().getFirst().isVisible());
    assertEquals(Map.of("model", "made up", "rounds", 2), longer.settings());
    assertEquals(
        List.of(7L, 8L), requests.stream().map(request -> request.get(Setting.SEED)).toList());
    // 24 levels brighter than the end that was given.
    assertTrue(longer.drift().orElseThrow().contains("red has gone from"), longer.drift() + "");
  }

  @Test
  void goesOnFromAsManyFramesAsTheModelTakes() {
    List<Task> tasks =
        List.of(Task.imageToVideo(4), Task.firstFramesAtTimestepZero(new PatchSize(1, 2, 2), 4, 5));
    VideoFrames given = clip(60, 6);
    Joint several = Joint.of(tasks, 4, Ends.FIRST, Optional.empty(), given.frames());
    assertEquals(new Joint(Ends.FIRST, 5, false), several);
    Extension.Result longer =
        new Extension(given, several, request(), 8)
            .run((_, request) -> {
              Input.Condition begin = (Input.Condition) request.inputs().getFirst();
              assertEquals(5, begin.frames().frames());
              return result(clip(brightness(begin.frames()), ROUND));
            });
    assertEquals(clip(60, 14), longer.clip());
    assertEquals(List.of(6, 10), longer.seams().stream().map(Seam::frame).toList());

    Joint one = new Joint(Ends.FIRST, 1, false);
    assertEquals(one, Joint.of(tasks, 4, Ends.FIRST, Optional.empty(), 1), "a picture");
    assertEquals(one, Joint.of(tasks, 4, Ends.FIRST, Optional.of(1), 6), "as asked for");
    assertRefused(() -> Joint.of(tasks, 4, Ends.FIRST, Optional.of(9), 20), "overlap 9");
  }

  /** Every second pixel is six levels too bright or too dark, which no match of colours mends. */
  @Test
  void whatAnAutoencoderLosesFadesBehindASeam() {
    VideoFrames given = clip(60, 4);
    Extension extension = new Extension(given, pictures(Ends.FIRST), request(), 8);
    Extension.Result longer =
        extension.run((_, request) -> {
          VideoFrames right = clip(brightness(image(request, 0).picture()), ROUND);
          byte[] rgb = right.toArray();
          for (int i = 0; i < rgb.length; i++) {
            rgb[i] += (byte) (i / 3 % 2 == 0 ? 6 : -6);
          }
          return result(new VideoFrames(SIDE, SIDE, ROUND, rgb));
        });
    double[] error = new double[8];
    for (int i = 0; i < error.length; i++) {
      error[i] = Levels.difference(longer.clip().frame(4 + i), clip(60, 12).frame(4 + i));
    }
    assertArrayEquals(new double[] {1.2, 2.4, 3.6, 4.8, 6, 6, 6, 6}, error, 1.2, "levels");
    assertTrue(longer.seams().getFirst().ratio() < 1.5, longer.seams() + "");
  }

  /** The model rests at the picture that it was to arrive at, which would be a stop. */
  @Test
  void growsBackwardWithoutItsRest() {
    VideoFrames given = clip(60, 3);
    Extension.Result longer =
        new Extension(given, pictures(Ends.LAST), request(), 5)
            .run((_, request) -> {
              int last = brightness(image(request, Input.Image.LAST).picture());
              VideoFrames rest = clip(last, 1);
              VideoFrames made = clip(last - 10, 6);
              return result(made.followedBy(rest).followedBy(rest).followedBy(rest));
            });
    assertEquals(clip(50, 8), longer.clip());
    assertEquals(5, longer.seams().getFirst().frame());
    assertEquals(1, longer.seams().getFirst().ratio(), 0.01);
  }

  @Test
  void aLoopLeadsFromTheEndToTheBeginning() {
    VideoFrames given = clip(60, 3);
    Extension.Result longer =
        new Extension(given, pictures(Ends.BOTH), request(), 0)
            .run((_, request) -> {
              assertEquals(64, brightness(image(request, 0).picture()));
              assertEquals(60, brightness(image(request, Input.Image.LAST).picture()));
              VideoFrames made = clip(64, ROUND - 1);
              return result(made.followedBy(clip(60, 1)));
            });
    assertEquals(3 + ROUND - 2, longer.clip().frames());
    assertEquals(List.of(3, 10), longer.seams().stream().map(Seam::frame).toList());
    assertFalse(longer.seams().getFirst().isVisible());
    assertTrue(longer.seams().getLast().isVisible(), "it jumps back: " + longer.seams());
  }

  @Test
  void aControlClipKeepsSeveralFrames() {
    VideoFrames given = clip(20, 4);
    Extension.Result longer =
        new Extension(given, control(Ends.FIRST, 3), request(), 6)
            .run((_, request) -> {
              VideoFrames frames = request.input(Input.Control.class).orElseThrow().frames();
              VideoFrames mask = request.input(Input.Mask.class).orElseThrow().frames();
              assertArrayEquals(given.frame(1), frames.frame(0));
              assertArrayEquals(given.frame(3), frames.frame(2));
              assertEquals(128, frames.frame(3)[0] & 0xff);
              assertEquals(0, mask.frame(2)[0]);
              assertEquals(255, mask.frame(3)[0] & 0xff);
              return result(clip(22, ROUND));
            });
    assertEquals(clip(20, 10), longer.clip());
    Extension backward = new Extension(given, control(Ends.LAST, 2), request(), 7);
    VideoFrames mask = backward.firstRequest().input(Input.Mask.class).orElseThrow().frames();
    assertEquals(255, mask.frame(ROUND - 3)[0] & 0xff);
    assertEquals(0, mask.frame(ROUND - 2)[0]);
  }

  /** Of five frames a round the second and the fourth lie nearest to thirds. */
  @Test
  void framesBetweenFramesAreThoseNearestToTheirPlaces() {
    VideoFrames given = clip(20, 2);
    VideoGeometry geometry = new VideoGeometry(16, 4, 8, new PatchSize(1, 2, 2), 1024);
    ModelInterpolation thirds =
        ModelInterpolation.of(given, 3, pictures(Ends.BOTH), request(), geometry);
    assertEquals("4 frames of 8x8", thirds.size().toString());
    assertEquals(5, thirds.firstRequest().get(Setting.FRAMES));
    VideoFrames made = clip(100, 5);
    VideoFrames more = thirds.run((_, _) -> result(made)).clip();
    assertArrayEquals(given.frame(0), more.frame(0));
    assertArrayEquals(made.frame(1), more.frame(1));
    assertArrayEquals(made.frame(3), more.frame(2));
    assertArrayEquals(given.frame(1), more.frame(3));
    assertRefused(
        () -> ModelInterpolation.of(given.first(1), 3, pictures(Ends.BOTH), request(), geometry),
        "nothing between");
  }

  @Test
  void modelsThatCannotAreTold() {
    List<Task> text = List.of(Task.TEXT_TO_VIDEO, Task.imageToVideo(4));
    assertRefused(
        () -> Joint.of(text, 4, Ends.LAST, Optional.empty(), 9),
        "lead to a last frame: it does text to video, image to video");
    assertRefused(() -> Joint.of(text, 4, Ends.FIRST, Optional.of(3), 9), "overlap 3");
    VideoFrames given = clip(20, 4);
    assertRefused(
        () -> new Extension(given, control(Ends.FIRST, 5), request(), 1), "the clip has 4 frames");
    assertRefused(
        () -> new Extension(clip(20, 9), control(Ends.FIRST, 9), request(), 1),
        "9 frames a round, of which 9");
    assertRefused(
        () -> new Extension(given, pictures(Ends.FIRST), request(), 1 << 24), "exceed 2 GiB");
  }

  private static void assertRefused(Runnable extension, String part) {
    String message = assertThrows(PipelineException.class, extension::run).getMessage();
    assertTrue(message.contains(part), message);
  }
}
