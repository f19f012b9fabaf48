package io.zoetrope.tools.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zoetrope.config.JsonConfig;
import io.zoetrope.media.MediaReader;
import io.zoetrope.media.MediaWriter;
import io.zoetrope.media.PictureReader;
import io.zoetrope.media.Provenance;
import io.zoetrope.media.VideoClip;
import io.zoetrope.media.VideoFrames;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** From shots to films, with models of random weights that make the smallest of clips. */
class FilmCommandsTest extends CommandTest {
  private static final String TINY_JOB =
      """
      {"width": 32, "height": 32, "num_frames": 5, "num_inference_steps": 1, "fps": 8,
       "max_sequence_length": 16}
      """;

  private int run(Path model, String command, Object... args) throws IOException {
    Files.writeString(model.resolve("zoetrope.json"), TINY_JOB);
    err.getBuffer().setLength(0);
    List<String> all = new ArrayList<>(List.of(command, "--model", model.toString()));
    Stream.of(args).map(Object::toString).forEach(all::add);
    return run(all.toArray(String[]::new));
  }

  private Path pictureModel() throws IOException {
    Path pictures = folder.resolve("pictures");
    copy("wan22-ti2v-tiny", pictures);
    return pictures;
  }

  private Path storyboard(String yaml) throws IOException {
    return Files.writeString(folder.resolve("film.yaml"), yaml);
  }

  /** Names and times of the files in a folder. */
  private static Map<String, FileTime> files(Path folder) throws IOException {
    Map<String, FileTime> files = new TreeMap<>();
    try (Stream<Path> list = Files.list(folder)) {
      for (Path file : list.toList()) {
        files.put(file.getFileName().toString(), Files.getLastModifiedTime(file));
      }
    }
    return files;
  }

  @Test
  void takesHaveSeedsInARow() throws IOException {
    Path out = folder.resolve("out.mp4");
    Object[] job = {"a ball", "--takes", "2", "--seed", "18446744073709551615", "-o", out};
    assertEquals(0, run(model, "generate", job), err::toString);
    Map<String, FileTime> first = files(folder);
    assertTrue(first.containsKey("out-18446744073709551615.mp4"), first.toString());
    assertTrue(first.containsKey("out-0.mp4"), first.toString());
    JsonConfig index = JsonConfig.read(folder.resolve("out-takes.json"));
    assertEquals("out-0.mp4", index.json().at("/takes/1/file").textValue());
    assertEquals("out-takes.png", index.text("contact_sheet"));
    assertEquals(1, PictureReader.picture(folder.resolve("out-takes.png")).frames());
    job[2] = "3";
    assertEquals(0, run(model, "generate", job), err::toString);
    assertTrue(err.toString().contains("2 of 3 clips are there already"), err.toString());
    Map<String, FileTime> second = files(folder);
    assertEquals(first.get("out-0.mp4"), second.get("out-0.mp4"));
    assertTrue(second.containsKey("out-1.mp4"), second.toString());
    assertEquals(0, run(model, "generate", "a ball", "--seed", 1, "-o", out), err::toString);
    assertEquals(
        MediaReader.read(out, 5).frames(),
        MediaReader.read(folder.resolve("out-1.mp4"), 5).frames());
  }

  /** 1 s, 0.5 s and 0.75 s, the last of which fades in for a quarter of a second. */
  @Test
  void aStoryboardIsMadeShotByShot() throws IOException {
    String yaml =
        """
        seconds: 1
        shots:
          - prompt: a red ball
          - prompt: a blue ball
            seconds: 0.5
          - prompt: a ring
            seconds: 0.75
            transition: crossfade
            transition-seconds: 0.25
        """;
    Path film = folder.resolve("film.mp4");
    assertEquals(0, run(model, "storyboard", storyboard(yaml), "-o", film), err::toString);
    VideoClip clip = MediaReader.read(film, 100);
    assertEquals("18 frames of 32x32", clip.frames().toString());
    assertEquals(8, clip.framesPerSecond(), 1e-9);
    Map<String, FileTime> before = files(folder.resolve("film.shots"));
    assertEquals(3, before.size());
    JsonConfig told = JsonConfig.parse("provenance", Provenance.read(film).toJson());
    assertEquals("a blue ball", told.json().at("/parts/1/provenance/prompt").textValue());
    assertEquals(4, told.json().at("/parts/1/num_frames").intValue());
    assertEquals(2, told.json().at("/parts/2/crossfade_frames").intValue());

    assertEquals(0, run(model, "storyboard", storyboard(yaml), "-o", film), err::toString);
    assertTrue(err.toString().contains("3 of 3 clips are there already"), err.toString());
    assertEquals(before, files(folder.resolve("film.shots")));

    // Shots change their places, and one of them what it shows.
    String changed =
        """
        seconds: 1
        shots:
          - prompt: a green ball
          - prompt: a red ball
            transition: cut
        """;
    assertEquals(0, run(model, "storyboard", storyboard(changed), "-o", film), err::toString);
    assertTrue(err.toString().contains("1 of 2 clips are there already"), err.toString());
    assertTrue(err.toString().contains("2 parts as they were encoded, 16 frames"), err.toString());
    Map<String, FileTime> after = files(folder.resolve("film.shots"));
    assertEquals(4, after.size());
    assertTrue(after.entrySet().containsAll(before.entrySet()), after.toString());
  }

  /** A frame that two shots have in common is the last of one and the first of the other. */
  @Test
  void shotsBeginWithPicturesAndGoOn() throws IOException {
    picture(folder.resolve("a.png"));
    Path film = folder.resolve("film.mp4");
    String yaml =
        """
        seconds: 1
        shots:
          - image: a.png
          - prompt: on and on
            continue: true
        """;
    Path pictures = pictureModel();
    Object[] job = {storyboard(yaml), "-o", film, "--platform", "twitter"};
    assertEquals(0, run(pictures, "storyboard", job), err::toString);
    assertEquals(16, MediaReader.read(film, 100).frames().frames());
    Map<String, FileTime> before = files(folder.resolve("film.shots"));
    storyboard(yaml.replace("image: a.png", "image: a.png\n    seed: 7"));
    assertEquals(0, run(pictures, "storyboard", job), err::toString);
    Map<String, FileTime> after = files(folder.resolve("film.shots"));
    assertEquals(2, before.size());
    assertEquals(4, after.size(), "what goes on from a changed shot is made again");
  }

  private static void picture(Path file) throws IOException {
    BufferedImage picture = new BufferedImage(60, 40, BufferedImage.TYPE_INT_RGB);
    assertTrue(ImageIO.write(picture, "png", file.toFile()));
  }

  @Test
  void aProductHasAShotForEachFeature() throws IOException {
    Path image = folder.resolve("bottle.png");
    picture(image);
    Path film = folder.resolve("film.mp4");
    Object[] job = {
      image,
      "--name",
      "a bottle",
      "--feature",
      "steel",
      "cold",
      "--mood",
      "tech",
      "--seed",
      3,
      "-o",
      film
    };
    assertEquals(0, run(pictureModel(), "product", job), err::toString);
    JsonConfig told = JsonConfig.parse("provenance", Provenance.read(film).toJson());
    assertEquals(3, told.json().get("parts").size());
    String prompt = told.json().at("/parts/0/provenance/prompt").textValue();
    assertTrue(prompt.contains("a bottle, steel, cool blue rim light"), prompt);
    assertEquals(3, told.json().at("/parts/2/provenance/seed").intValue());
    assertEquals(1, run(model, "product", job));
    assertTrue(err.toString().contains("feature 1 ('steel'): "), err.toString());
    assertTrue(err.toString().contains("nothing with a first frame"), err.toString());
  }

  @Test
  void clipsAreJoinedWithWhatIsKnownOfThem() throws IOException {
    Path a = folder.resolve("a.mp4");
    assertEquals(0, run(model, "generate", "a ball", "-o", a), err::toString);
    Path b = folder.resolve("b.mp4");
    VideoFrames black = new VideoFrames(32, 32, 8, new byte[8 * 32 * 32 * 3]);
    MediaWriter.open(b.toString()).write(black, 8, Provenance.of(Map.of()));
    Path film = folder.resolve("film.mp4");
    assertEquals(
        0, run("assemble", a.toString(), b.toString(), "-o", film.toString()), err::toString);
    assertEquals(13, MediaReader.read(film, 100).frames().frames());
    assertTrue(Provenance.read(film).toJson().contains("\"prompt\":\"a ball\""));
    assertEquals(
        0,
        run("assemble", a.toString(), b.toString(), "--crossfade", "0.25", "-o", film.toString()),
        err::toString);
    assertEquals(11, MediaReader.read(film, 100).frames().frames());
    Path sheet = folder.resolve("sheet.png");
    assertEquals(0, run("contact-sheet", a.toString(), film.toString(), "-o", sheet.toString()));
    assertEquals(1, PictureReader.picture(sheet).frames());
    byte[] clip = Files.readAllBytes(a);
    assertEquals(1, run("assemble", a.toString(), b.toString(), "-o", a.toString()));
    assertArrayEquals(clip, Files.readAllBytes(a));
  }

  @Test
  void aPlatformChoosesSizeAndRate() throws IOException {
    Path out = folder.resolve("out.mp4");
    assertEquals(
        0, run(model, "generate", "a ball", "--platform", "reel", "-o", out), err::toString);
    VideoClip clip = MediaReader.read(out, 100);
    assertEquals("15 frames of 32x64", clip.frames().toString());
    assertEquals(24, clip.framesPerSecond(), 1e-9);
    assertArrayEquals(clip.frames().frame(3), clip.frames().frame(4));
    assertTrue(err.toString().contains("no less than 3 s, this is 0.6 s"), err.toString());
  }

  /** One line that says it, exit code 1, and nothing is written. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          generate a --platform reel --size 32x32 | platform reel is 9:16
          generate a --platform reel --fps 8      | 23 to 60 frames a second, --fps 8 is not
          generate a --platform vine              | platform 'vine' is not known
          generate a --takes 0                    | --takes 0 is outside 1 to 100
          generate a --takes 2 -o x.png-folder    | --takes writes .mp4 or .gif
          generate a --takes 2 --latents x        | leave --latents out
          generate a --camera static --camera-speed slow | a static camera has no speed
          assemble no.mp4                         | cannot read no.mp4: no such file
          assemble no.mp4 --crossfade -1          | --crossfade -1.0 is outside 0
          contact-sheet no.mp4 -o x.jpg           | a contact sheet is a .png file
          contact-sheet no.mp4 --columns 0        | --columns 0 is outside 1 to 32
          storyboard no.yaml                      | cannot read no.yaml: no such file
          """)
  void saysWhatIsWrong(String command, String problem) throws IOException {
    List<String> args = new ArrayList<>(List.of(command.split(" +")));
    if (args.getFirst().matches("generate|storyboard")) {
      args.addAll(List.of("--model", model.toString()));
    }
    if (!args.contains("-o")) {
      args.addAll(
          List.of(
              "-o",
              folder
                  .resolve("out.mp4")
                  .toString()
                  .replace(".mp4", args.getFirst().equals("contact-sheet") ? ".png" : ".mp4")));
    }
    assertEquals(1, run(args.toArray(String[]::new)), err.toString());
    assertEquals(1, err.toString().lines().count(), err.toString());
    assertTrue(err.toString().contains(problem), err.toString());
    assertEquals(List.of("model"), List.copyOf(files(folder).keySet()));
  }

  @Test
  void aShotThatCannotBeMadeIsFoundBeforeTheFirst() throws IOException {
    Path yaml = storyboard("shots:\n- prompt: a\n- prompt: b\n  seconds: 3000\n");
    assertEquals(1, run(model, "storyboard", yaml, "-o", folder.resolve("film.mp4")));
    assertTrue(err.toString().contains("shot 2 (line 3): frames 24001"), err.toString());
    assertEquals(1, err.toString().lines().count(), err.toString());
    assertFalse(Files.exists(folder.resolve("film.shots")));
  }

  @Test
  void promptsAreComposedOfShots() throws IOException {
    Files.writeString(model.resolve("zoetrope.json"), "{\"words\": [\"a\", \"red\", \"ball\"]}");
    String[] job = {"prompt", "a red ball", "--action", "bounces", "--model", model.toString()};
    assertEquals(0, run(job), err::toString);
    assertEquals("a red ball bounces\n", out.toString());
    assertEquals(1, err.toString().lines().count(), err.toString());
    assertTrue(
        err.toString().startsWith("warning: the model does not know bounces"), err::toString);
    job[1] = "two red balls";
    job[3] = "";
    assertEquals(0, run(job), err::toString);
    assertEquals(4, err.toString().lines().count(), err.toString());
  }
}
