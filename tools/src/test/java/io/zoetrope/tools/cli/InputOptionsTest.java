package io.zoetrope.tools.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zoetrope.media.MediaReader;
import io.zoetrope.media.MediaWriter;
import io.zoetrope.media.Provenance;
import io.zoetrope.media.VideoClip;
import io.zoetrope.media.VideoFrames;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the command line makes of files that go in, and what it says of that. */
class InputOptionsTest extends CommandTest {
  private String clip(String name, int width, int height, int frames, int rate) {
    String file = model.resolve(name).toString();
    byte[] rgb = new byte[width * height * frames * 3];
    MediaWriter.open(file)
        .write(new VideoFrames(width, height, frames, rgb), rate, Provenance.of(Map.of()));
    return file;
  }

  private String picture(String name, int width, int height) throws IOException {
    Path file = model.resolve(name);
    var image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    assertTrue(ImageIO.write(image, "png", file.toFile()));
    return file.toString();
  }

  /** The tiny model's own size, which tests of small ones leave out. */
  private void setDefaults(int width, int height, int frames, boolean oneSize) throws IOException {
    Files.writeString(
        model.resolve("zoetrope.json"),
        "{\"width\": %d, \"height\": %d, \"num_frames\": %d, \"one_size\": %s}"
            .formatted(width, height, frames, oneSize));
  }

  private VideoClip result() {
    return MediaReader.read(folder.resolve("out.mp4"), 100);
  }

  private boolean said(String line) {
    return err.toString().lines().anyMatch(line::equals);
  }

  @Test
  void aClipIsCutToShapeAndToLength() {
    String file = clip("in.mp4", 48, 32, 7, 8);
    assertEquals(0, generate("--video", file, "--strength", "1"), err.toString());
    assertTrue(said(file + " has 48x32: 33 % of its width cut off"), err.toString());
    assertTrue(
        said("of %s the first 5 frames are used, and there are more".formatted(file)),
        err.toString());
    assertTrue(
        said(
            file
                + " has 8.00 frames a second, and each is taken once, so that 16 a second play 2.00"
                + " times as fast; --video-fps 16 keeps its pace"),
        err.toString());
    assertEquals("5 frames of 32x32", result().frames().toString());
  }

  /** Without a size, a length or a rate: the shape of the clip, and all that it shows. */
  @ParameterizedTest
  @CsvSource({"false, 48, 16", "true, 32, 32"})
  void aClipGivesShapeAndLength(boolean oneSize, int width, int height) throws IOException {
    setDefaults(32, 32, 5, oneSize);
    String file = clip("in.mp4", 96, 32, 4, 8);
    int code =
        run(
            "generate",
            "a prompt",
            "--model",
            model.toString(),
            "--video",
            file,
            "--video-fps",
            "16",
            "--strength",
            "1",
            "--steps",
            "1",
            "--fit",
            "contain",
            "--background",
            "#ff8000",
            "-o",
            folder.resolve("out.mp4").toString());
    assertEquals(0, code, err.toString());
    assertEquals(
        !oneSize,
        said("size 48x16, in the shape of %s; --size chooses another".formatted(file)),
        err.toString());
    assertTrue(said("of %s the first 5 of 8 frames are used".formatted(file)), err.toString());
    assertFalse(err.toString().contains("--video-fps"), err.toString());
    assertEquals("5 frames of %dx%d".formatted(width, height), result().frames().toString());
  }

  @Test
  void secondsAreFrames() throws IOException {
    setDefaults(16, 16, 1, true);
    List<String> job =
        List.of(
            "generate",
            "a prompt",
            "--model",
            model.toString(),
            "--steps",
            "1",
            "--seconds",
            "1.1",
            "--fps",
            "8",
            "-o",
            folder.resolve("out.mp4").toString());
    assertEquals(0, run(job.toArray(String[]::new)), err.toString());
    assertTrue(said("--seconds 1.1: 9 frames at 8 a second, which are 1.13 s"), err.toString());
    assertEquals(9, result().frames().frames());
    assertEquals(8, result().framesPerSecond(), 0.01);
  }

  @Test
  void picturesAndMasksFollowTheClip() throws IOException {
    model = folder.resolve("vace");
    copy("wan21-vace-tiny", model);
    String control = clip("control.mp4", 64, 32, 5, 16);
    String mask = picture("mask.png", 64, 32);
    String reference = picture("reference.png", 16, 16);
    assertEquals(
        0,
        generate("--control", control, "--mask", mask, "--reference", reference),
        err.toString());
    assertTrue(said(control + " has 64x32: 50 % of its width cut off"), err.toString());
    assertTrue(said(reference + " has 16x16: enlarged 2.00 times"), err.toString());
    err.getBuffer().setLength(0);
    mask = picture("mask.png", 32, 32);
    assertRefused(
        generate("--control", control, "--mask", mask),
        "--mask %s has 32x32 pixels, --control %s 64x32: make them the same size"
            .formatted(mask, control));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          --seconds    | 1      | --frames and --seconds both say how long the clip is: give one of them
          --fit        | cover  | --fit is of --image, --video, --condition or --control, which is not given
          --background | white  | --background is of inputs, which are not given
          --video-fps  | 8      | --video-fps is of --video or --control, which is not given
          --strength   | 0.5    | --strength is of --video or --from-latents, which is not given
          --mask       | in.png | --mask is of --control, which is not given
          """)
  void refusesWhatWouldHaveNoEffect(String option, String value, String message) {
    assertRefused(generate(option, value), message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          --video-fps  | 0        | --video-fps 0.0 is not above 0 and at most 1000
          --video-fps  | NaN      | --video-fps NaN is not above 0 and at most 1000
          --background | blurple  | colour 'blurple' is unknown: use a name of CSS, such as white, or #rrggbb
          --background | random   | colour 'random' is unknown: use a name of CSS, such as white, or #rrggbb
          --background | red@0.5  | colour 'red@0.5' is unknown: use a name of CSS, such as white, or #rrggbb
          --strength   | 0        | strength 0.0 is not above 0 and at most 1
          """)
  void refusesWrongValues(String option, String value, String message) {
    assertRefused(generate("--video", clip("in.mp4", 32, 32, 5, 16), option, value), message);
  }

  @Test
  void refusesLengthsThatCannotBe() {
    String[] job = {"generate", "a prompt", "--model", model.toString(), "--seconds", "0"};
    assertRefused(run(job), "--seconds 0.0 is not above 0 and at most 3600");
    job[5] = "Infinity";
    assertRefused(run(job), "--seconds Infinity is not above 0 and at most 3600");
    String file = clip("in.mp4", 32, 32, 3, 16);
    assertRefused(
        generate("--video", file),
        "--video %s has 3 frames, 5 are needed: use --frames 1".formatted(file));
    assertRefused(
        generate("--video", file, "--video-fps", "8"),
        "--video %s has at that rate 2 frames, 5 are needed: use --frames 1".formatted(file));
  }

  /** What the model can do is said; nothing is read that it cannot use. */
  @Test
  void refusesInputsThatTheModelCannotTake() throws IOException {
    assertRefused(
        generate("--image", picture("in.png", 32, 32)),
        "WanPipeline does text to video and video to video; it can do nothing with a first frame");
    String strip = picture("strip.png", 300, 2);
    assertRefused(
        generate("--image", strip),
        "cannot use %s: a picture of 300x2: one side is 100 times as long as the other or more; cut it first"
            .formatted(strip));
  }

  private void assertRefused(int code, String message) {
    assertEquals(1, code, err.toString());
    assertEquals("zoetrope: " + message, err.toString().strip());
    err.getBuffer().setLength(0);
  }
}
