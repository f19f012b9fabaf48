package io.zoetrope.server.upload;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zoetrope.media.MediaWriter;
import io.zoetrope.media.PictureWriter;
import io.zoetrope.media.Provenance;
import io.zoetrope.media.VideoFrames;
import io.zoetrope.server.api.ApiException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files of clients, decoded in processes of their own. */
class UploadDecoderTest {
  @TempDir Path folder;

  private static VideoFrames grey(int frames) {
    byte[] rgb = new byte[3 * 32 * 16 * frames];
    Arrays.fill(rgb, (byte) 100);
    return new VideoFrames(32, 16, frames, rgb);
  }

  @Test
  void bringsFramesToASize() throws IOException {
    Path picture = folder.resolve("x.png");
    PictureWriter.write(picture, grey(1), Provenance.of(Map.of()));
    Path raw = folder.resolve("frames.raw");
    try (UploadDecoder decoder = new UploadDecoder(Files.createDirectory(folder.resolve("work")))) {
      var found = decoder.decode("input_reference", Files.readAllBytes(picture), raw, 9, 8, 8);
      assertEquals(new UploadDecoder.Found(32, 16, 1, 0, false), found);
    }
    VideoFrames frames = UploadDecoder.frames(raw);
    assertEquals(8, frames.width());
    assertEquals(100, frames.frame(0)[0]);
    Files.write(raw, new byte[] {1, 2, 3});
    assertThrows(IOException.class, () -> RawClip.read(raw));
  }

  @Test
  void aProcessThatEndsIsReplaced() throws Exception {
    Path picture = folder.resolve("x.png");
    PictureWriter.write(picture, grey(1), Provenance.of(Map.of()));
    var task = new DecodeUpload.Task(picture, folder.resolve("frames"), 0, 0, 0);
    DecoderProcess process = DecoderProcess.start(folder);
    assertTrue(process.isFresh());
    assertEquals(32, process.ask(task).orElseThrow().get("width").asInt());
    assertFalse(process.isFresh());
    process.close();
    assertEquals(Optional.empty(), process.ask(task));
    try (UploadDecoder decoder = new UploadDecoder(folder)) {
      byte[] file = Files.readAllBytes(picture);
      assertEquals(32, decoder.look("input_reference", file).width());
      ProcessHandle.current()
          .children()
          .filter(child -> child.info().commandLine().orElse("").contains("DecodeUpload"))
          .forEach(ProcessHandle::destroyForcibly);
      assertEquals(32, decoder.look("input_reference", file).width(), "it is no fault of the file");
      assertThrows(ApiException.class, () -> decoder.look("input_reference", new byte[] {1, 2}));
      assertEquals(32, decoder.look("input_reference", file).width());
    }
  }

  /** What ffmpeg would follow, if it were let. */
  @Test
  void followsNoScripts() throws IOException {
    Path secret = folder.resolve("secret.mp4");
    MediaWriter.open(secret.toString()).write(grey(3), 8, Provenance.of(Map.of()));
    List<String> scripts =
        List.of(
            "ffconcat version 1.0\nfile '%s'\n".formatted(secret),
            "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nfile://%s\n#EXT-X-ENDLIST\n"
                .formatted(secret));
    Path work = Files.createDirectory(folder.resolve("work"));
    try (UploadDecoder decoder = new UploadDecoder(work)) {
      for (String script : scripts) {
        ApiException e =
            assertThrows(
                ApiException.class,
                () -> decoder.look("input_reference", script.getBytes(StandardCharsets.UTF_8)));
        assertEquals("input_reference", e.parameter());
        assertEquals("unusable_file", e.code());
        assertFalse(e.getMessage().contains(folder.toString()), e.getMessage());
      }
    }
    try (Stream<Path> left = Files.list(work)) {
      assertEquals(List.of(), left.toList(), "nothing is left behind");
    }
  }
}
