package io.zoetrope.media;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FilmTest {
  @TempDir Path folder;

  private Path write(String name, VideoFrames clip, int framesPerSecond) {
    MediaWriter writer = MediaWriter.open(folder.resolve(name).toString());
    writer.write(clip, framesPerSecond, TestClips.provenance());
    return writer.target();
  }

  private static Film film(Film.Part... parts) {
    return Film.of(List.of(parts), 0, Fit.COVER);
  }

  private static List<byte[]> frames(Film film) {
    List<byte[]> frames = new ArrayList<>();
    film.forEach(frames::add);
    return frames;
  }

  private VideoClip written(Film film, String name) {
    MediaWriter writer = MediaWriter.open(folder.resolve(name).toString());
    writer.write(film, TestClips.provenance());
    return MediaReader.read(writer.target(), 1000);
  }

  /** The first frames of each clip, to the level as they decode alone. */
  @Test
  void clipsOfOneKindAreCopied() throws IOException {
    Path a = write("a.mp4", TestClips.spot(64, 48, 21), 8);
    Path b = write("b.mp4", TestClips.solid(64, 48, 5, 200, 30, 30), 8);
    Film film = film(new Film.Part(a, 16, 0), Film.Part.whole(b), new Film.Part(a, 3, 0));
    assertTrue(film.isCopied());
    assertEquals(24, film.frames());
    VideoClip clip = written(film, "film.mp4");
    assertEquals(24, clip.frames().frames());
    assertEquals(8, clip.framesPerSecond(), 1e-9);
    List<byte[]> expected = frames(film);
    for (int i = 0; i < 24; i++) {
      assertArrayEquals(expected.get(i), clip.frames().frame(i), "frame " + i);
    }
    assertEquals(3.0, ClipStream.of(folder.resolve("film.mp4")).seconds(), 1e-9);
    byte[] file = Files.readAllBytes(folder.resolve("film.mp4"));
    String text = new String(file, StandardCharsets.ISO_8859_1);
    assertTrue(text.indexOf("moov") < text.indexOf("mdat"), "the index stands behind the frames");
    assertTrue(text.contains("DigitalSourceType="), "no label");
    assertEquals(TestClips.provenance(), Provenance.read(folder.resolve("film.mp4")));
  }

  /** Weights of 1, 2 and 3 quarters; the clip before goes on beneath. */
  @Test
  void clipsFadeIntoEachOther() {
    Path dark = write("a.gif", TestClips.solid(32, 32, 8, 40, 40, 40), 10);
    Path light = write("b.gif", TestClips.solid(32, 32, 6, 200, 200, 200), 10);
    Film film = film(new Film.Part(dark, 5, 0), new Film.Part(light, 6, 3));
    assertFalse(film.isCopied());
    assertEquals(11, film.frames());
    List<Integer> levels = frames(film).stream().map(frame -> frame[0] & 0xFF).toList();
    assertEquals(List.of(40, 40, 40, 40, 40, 80, 120, 160, 200, 200, 200), levels);
    assertEquals(11, written(film, "film.mp4").frames().frames());
    Film shorter = film(Film.Part.whole(dark), Film.Part.whole(light)).crossfaded(0.3);
    assertEquals(levels, frames(shorter).stream().map(frame -> frame[0] & 0xFF).toList());
  }

  @Test
  void otherClipsTakeSizeAndRateOfTheFirst() {
    Path first = write("a.mp4", TestClips.spot(64, 32, 8), 8);
    Path wide = write("b.mp4", TestClips.spot(64, 64, 12), 24);
    List<Film.Part> parts = List.of(Film.Part.whole(first), Film.Part.whole(wide));
    Film film = Film.of(parts, 0, Fit.COVER);
    assertFalse(film.isCopied());
    assertEquals(8 + 4, film.frames());
    VideoClip clip = written(film, "film.mp4");
    assertEquals("12 frames of 64x32", clip.frames().toString());
    assertEquals(8, clip.framesPerSecond(), 1e-9);
    assertEquals(2, film.notes().size(), film.notes().toString());
    String rate = film.notes().getFirst();
    assertTrue(rate.contains("24 frames a second, the film has 8"), rate);
    String shape = film.notes().getLast();
    assertTrue(shape.contains("50 % of its height cut off"), shape);
    assertEquals(36, Film.of(parts, 24, Fit.COVER).frames());
  }

  @Test
  void refusesMoreFramesThanThereAre() {
    Path clip = write("a.mp4", TestClips.spot(32, 32, 5), 8);
    for (List<Film.Part> parts :
        List.of(
            List.of(new Film.Part(clip, 6, 0)),
            List.of(new Film.Part(clip, 4, 0), new Film.Part(clip, 5, 2)),
            List.of(new Film.Part(clip, 3, 0), new Film.Part(clip, 2, 3)))) {
      String message =
          assertThrows(MediaException.class, () -> Film.of(parts, 0, Fit.COVER)).getMessage();
      assertTrue(message.contains("a.mp4 has 5 frames"), message);
    }
    assertThrows(MediaException.class, () -> film(Film.Part.whole(folder.resolve("no.mp4"))));
    assertThrows(
        MediaException.class,
        () -> film(Film.Part.whole(clip), Film.Part.whole(clip)).crossfaded(10));
  }

  @Test
  void aClipThatChangesMeanwhileIsAnError() throws IOException {
    Path clip = write("a.mp4", TestClips.spot(32, 32, 5), 8);
    Film film = film(Film.Part.whole(clip), Film.Part.whole(clip));
    Files.write(clip, new byte[100]);
    MediaWriter writer = MediaWriter.open(folder.resolve("film.mp4").toString());
    assertThrows(MediaException.class, () -> writer.write(film, TestClips.provenance()));
    assertFalse(Files.exists(writer.target()));
  }

  @Test
  void aFilmWithPartsOfUnknownOriginSaysSo() {
    Optional<Provenance> own = Optional.of(TestClips.provenance());
    assertEquals(
        Provenance.TRAINED_ALGORITHMIC_MEDIA,
        Provenance.ofParts(Map.of(), List.of(own, own)).digitalSourceType());
    Provenance mixed = Provenance.ofParts(Map.of(), List.of(own, Optional.empty()));
    assertEquals(Provenance.COMPOSITE_WITH_TRAINED_ALGORITHMIC_MEDIA, mixed.digitalSourceType());
    Path clip = folder.resolve("mixed.mp4");
    MediaWriter.open(clip.toString()).write(TestClips.spot(16, 16, 1), 8, mixed);
    assertEquals(Optional.of(mixed), Provenance.find(clip));
    assertTrue(label(clip).contains("compositeWithTrainedAlgorithmicMedia"), label(clip));
  }

  private static String label(Path clip) {
    try {
      byte[] file = Files.readAllBytes(clip);
      return new String(
          Arrays.copyOfRange(file, file.length - 700, file.length), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void aContactSheetShowsFirstAndLastFrames() {
    byte[] ramp = new byte[9 * 32 * 32 * 3];
    for (int i = 0; i < ramp.length; i++) {
      ramp[i] = (byte) (100 + 10 * (i / (32 * 32 * 3)));
    }
    ContactSheet sheet = new ContactSheet(3, 64);
    sheet.add("17", write("a.gif", new VideoFrames(32, 32, 9, ramp), 10));
    sheet.add("8", write("b.mp4", TestClips.solid(160, 80, 2, 250, 250, 250), 8));
    VideoFrames picture = sheet.picture();
    assertEquals("1 frame of 236x108", picture.toString());
    byte[] rgb = picture.frame(0);
    for (int i = 0; i < 3; i++) {
      int x = 28 + 4 + i * 68 + 10;
      assertEquals(100 + 40 * i, rgb[(10 * 236 + x) * 3] & 0xFF, "frame " + i);
    }
    int second = (80 * 236 + 40) * 3;
    assertEquals(250, rgb[second] & 0xFF, 3);
    Path file = folder.resolve("sheet.png");
    PictureWriter.write(file, picture, TestClips.provenance());
    assertEquals(picture, PictureReader.picture(file));
    assertEquals(TestClips.provenance(), Provenance.read(file));
  }

  @Test
  void framesMayBeRepeated() {
    VideoFrames clip = TestClips.noise(16, 16, 3);
    List<byte[]> all = new ArrayList<>();
    clip.repeated(2).forEach(all::add);
    assertEquals(6, all.size());
    assertArrayEquals(clip.frame(2), all.get(5));
    assertArrayEquals(clip.frame(1), all.get(2));
  }
}
